"""All settings, read from the environment (README, "Settings"). Secure by default: DEBUG is off unless asked for."""

import contextlib
import logging
import os
import secrets
import sys
import traceback
from datetime import timedelta
from ipaddress import ip_network
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import environ
import structlog
from structlog.typing import EventDict

from autolumiku import embedded

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = BASE_DIR / "var"

env = environ.Env()
environ.Env.read_env(BASE_DIR / ".env", overwrite=False)


def kept_secret(name: str) -> str:
    """A random secret of this installation, made once and kept in var/ (mode 600)."""
    path = VAR_DIR / name
    if not path.exists():
        VAR_DIR.mkdir(exist_ok=True)
        draft = VAR_DIR / f"{name}.{secrets.token_hex(4)}"
        draft.touch(mode=0o600)
        draft.write_text(secrets.token_urlsafe(64))
        with contextlib.suppress(FileExistsError):
            path.hardlink_to(draft)  # the first process wins; the others read its secret
        draft.unlink()
    return path.read_text()


# --- Web -------------------------------------------------------------------------------------------------------------
DEBUG = env.bool("DEBUG", False)
PORT = env.int("PORT", 8000)
PUBLIC_URL = env.str("PUBLIC_URL", f"http://127.0.0.1:{PORT}").rstrip("/")
SECRET_KEY = env.str("SECRET_KEY", "") or kept_secret("secret_key")
SEAL_KEYS = env.list("SEAL_KEYS", default=[]) or [kept_secret("seal_key")]  # autolumiku.lib.sealed; the newest first
PUBLIC_HOST = urlsplit(PUBLIC_URL).hostname or "127.0.0.1"
ALLOWED_HOSTS = [*env.list("ALLOWED_HOSTS", default=[]), PUBLIC_HOST, "127.0.0.1", "localhost", "[::1]"]
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]

HTTPS = PUBLIC_URL.startswith("https://")
SECURE_SSL_REDIRECT = HTTPS
# A redirect turns the gateway's POST into a GET and loses the message; machines' probes follow none either.
SECURE_REDIRECT_EXEMPT = [r"^api/v1/(aimeow/webhook|webhooks/aimeow)", r"^(healthz|readyz|metrics)$"]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SECOND_FACTOR = env.bool("SECOND_FACTOR", True)  # tenants.factor: a code from the phone, for managers and above
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = 10 * 2**20

INSTALLED_APPS = [
    *(["unfold"] if env.bool("ADMIN_THEME", True) else []),
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "axes",
    "django_otp",
    "procrastinate.contrib.django",
    "autolumiku",
    "tenants",
    "aimeow",
    "inventory",
    "aiconfig",
    "leads",
    "staffcommands",
    "conversations",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "autolumiku.policy.PolicyMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_otp.middleware.OTPMiddleware",
    "tenants.middleware.ShowroomMiddleware",
    "tenants.factor.FactorMiddleware",
    "aiconfig.middleware.ZoneMiddleware",
    "axes.middleware.AxesMiddleware",
]
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
ROOT_URLCONF = "autolumiku.urls"
WSGI_APPLICATION = "autolumiku.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "tenants.context.showroom",
            ],
        },
    }
]
AUTH_USER_MODEL = "tenants.User"
# Who guesses a password waits: one name from one address, over all web processes.
AXES_FAILURE_LIMIT = env.int("LOGIN_FAILURES", 8)
AXES_COOLOFF_TIME = timedelta(minutes=env.int("LOGIN_WAIT_MINUTES", 15))
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_CLIENT_IP_CALLABLE = "tenants.lockout.address"
AXES_LOCKOUT_CALLABLE = "tenants.lockout.refuse"
AXES_RESET_ON_SUCCESS = AXES_DISABLE_ACCESS_LOG = True
AXES_ENABLE_ADMIN = AXES_VERBOSE = False

AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
LOGIN_URL = "admin:login"
LOGIN_REDIRECT_URL = "admin:index"

LANGUAGE_CODE = "id"
LANGUAGES = [("id", "Indonesia"), ("en", "English")]  # English: the API's messages, where Accept-Language asks
LOCALE_PATHS = [BASE_DIR / "autolumiku" / "locale"]  # our words go before those of Django and the theme
TIME_ZONE = "Asia/Jakarta"
USE_TZ = True
USE_THOUSAND_SEPARATOR = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

STATIC_URL = "/static/"
STATIC_ROOT = VAR_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "assets"]
MEDIA_URL = "/media/"
MEDIA_ROOT = Path(env.str("MEDIA_ROOT", str(VAR_DIR / "media")))
STORAGES = {
    "default": {
        "BACKEND": env.str("MEDIA_STORAGE", "django.core.files.storage.FileSystemStorage"),
        "OPTIONS": env.json("MEDIA_STORAGE_OPTIONS", default={}),
    },
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
MEDIA_HOSTS = [host.lower() for host in env.list("MEDIA_HOSTS", default=[])]
WHITENOISE_USE_FINDERS = True  # static files come straight from the apps: no collectstatic step to forget

# --- The API (tenants/api.py) ----------------------------------------------------------------------------------------
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [],  # closed, but for what tenants.api.View opens
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "AutoLumiku",
    "VERSION": "1",
    "DESCRIPTION": (
        "Each answer is `{success, data?, meta?, message?}`, each refusal `{success, error, code, details?}`. The "
        "showroom is the credential's; a `tenantId` may only repeat it. Tokens are made in the admin."
    ),
    "SCHEMA_PATH_PREFIX": "/api/v1/whatsapp-ai/",
    "COMPONENT_SPLIT_REQUEST": True,  # what comes in and what goes out differ
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "SERVE_AUTHENTICATION": [],
    "SWAGGER_UI_DIST": "SIDECAR",  # from our own static files
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
}
API_CALLS_PER_MINUTE = env.int("API_CALLS_PER_MINUTE", 600)  # of one token or person; 0: no limit
API_CALLS_PER_MINUTE_AND_ADDRESS = env.int("API_CALLS_PER_MINUTE_AND_ADDRESS", 1200)
WEBHOOKS_MAY_STAY_INSIDE = False  # webhooks out to this machine: for tests, no environment variable sets it
FORWARDED_ALLOW_IPS = env.list("FORWARDED_ALLOW_IPS", default=["127.0.0.1"])  # gunicorn reads the same

# --- Database --------------------------------------------------------------------------------------------------------
# `default` is the app role (owns nothing, row-level security holds it), `owner` migrates. Without DATABASE_URL an
# embedded PostgreSQL is started, or the running one reused.
DATABASE_URL = env.str("DATABASE_URL", "")
DATABASE_OWNER_URL = env.str("DATABASE_OWNER_URL", "")
# The webhook keeps messages here while the database is away; it must outlive a restart. Empty: it answers 503 then.
SPOOL_DIR = env.str("SPOOL_DIR", "" if DATABASE_URL else str(VAR_DIR / "spool"))
if not DATABASE_URL:
    urls = embedded.ensure(VAR_DIR)
    DATABASE_URL, DATABASE_OWNER_URL = urls.app, urls.owner


def database(url: str) -> dict[str, object]:
    return {
        **env.db_url_config(url),
        "CONN_MAX_AGE": None,
        "OPTIONS": {
            "server_side_binding": True,
            "prepare_threshold": 3,  # what is asked for each message is planned once; a pooler in between must know it
            "application_name": f"autolumiku {Path(sys.argv[0]).name}"[:60],
            "connect_timeout": 2,
            # a database whose machine is gone without a word is noticed in seconds, not in a quarter of an hour
            "tcp_user_timeout": 10_000,
            "keepalives_idle": 5,
            "keepalives_interval": 2,
            "keepalives_count": 3,
        },
        "DISABLE_SERVER_SIDE_CURSORS": True,
    }


DATABASES = {"default": database(DATABASE_URL)}
if DATABASE_OWNER_URL:
    DATABASES["owner"] = database(DATABASE_OWNER_URL)
    DATABASES["default"]["TEST"] = {"MIRROR": "owner"}

# --- Model and gateway (the product's names) -------------------------------------------------------------------------
ZAI_API_KEY = env.str("ZAI_API_KEY", "")
ZAI_BASE_URL = env.str("ZAI_BASE_URL", "https://api.z.ai/api/coding/paas/v4/")
ZAI_TEXT_MODEL = env.str("ZAI_TEXT_MODEL", "glm-4.6")
ZAI_VISION_MODEL = env.str("ZAI_VISION_MODEL", "glm-4.5v")
ZAI_AUDIO_MODEL = env.str("ZAI_AUDIO_MODEL", "")  # none: voice notes are for people
API_TIMEOUT_MS = env.int("API_TIMEOUT_MS", 300_000)
MODEL_CONCURRENCY = env.int("MODEL_CONCURRENCY", 200)  # calls in flight of one worker, which showrooms share
MODEL_PRICES = env.json("MODEL_PRICES", default={})  # {"model": [in, out]}, rupiah for a million tokens
BREAKER_FAILURES = env.int("BREAKER_FAILURES", 5)
BREAKER_SECONDS = env.float("BREAKER_SECONDS", 15.0)
BACK_OFF_SECONDS = 0.5  # before the second try of a call, about; twice that before the third
AIMEOW_BASE_URL = env.str("AIMEOW_BASE_URL", "https://meow.lumiku.com").rstrip("/")
AIMEOW_WEBHOOK_SECRET = env.str("AIMEOW_WEBHOOK_SECRET", "")
AIMEOW_WEBHOOK_SECRET_BEFORE = env.str("AIMEOW_WEBHOOK_SECRET_BEFORE", "")  # until the gateway knows the new one
AIMEOW_ALLOW_IPS = [ip_network(one) for one in env.list("AIMEOW_ALLOW_IPS", default=[])]  # none: from anywhere
SIMULATOR_PORT = env.int("SIMULATOR_PORT", 7030)
RECONCILE_SECONDS = env.float("RECONCILE_SECONDS", 180.0)  # between two looks at the gateway

# --- Operators: metrics and e-mail -----------------------------------------------------------------------------------
# The metrics' library reads the folder from the environment when it is imported.
METRICS_DIR = os.environ.setdefault("PROMETHEUS_MULTIPROC_DIR", str(VAR_DIR / "metrics"))
METRICS_TOKEN = env.str("METRICS_TOKEN", "")
WORKER_METRICS_PORT = env.int("WORKER_METRICS_PORT", 0)
EMAIL_URL = env.str("EMAIL_URL", "")
if EMAIL_URL:
    vars().update(env.email_url_config(EMAIL_URL))
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = env.str("EMAIL_FROM", f"AutoLumiku <autolumiku@{PUBLIC_HOST}>")

# --- Worker ----------------------------------------------------------------------------------------------------------
WORKER_CONCURRENCY = env.int("WORKER_CONCURRENCY", 1000)  # jobs in flight, most of them waiting
CLAIM_SECONDS = env.float("CLAIM_SECONDS", 6.0)  # a vanished worker keeps a chat this long at most
FORGOTTEN_SECONDS = env.float("FORGOTTEN_SECONDS", 6.0)  # a due chat or send without a job is woken after this long
LOST_SECONDS = env.float("LOST_SECONDS", 100.0)  # a send older than this has lost its worker: the gateway takes 90 s
VANISHED_SECONDS = env.float("VANISHED_SECONDS", 30.0)  # the jobs of a worker silent for so long are nobody's
PAUSE_SECONDS = env.float("PAUSE_SECONDS", 2.0)  # between two tries of the worker to reach the database
RECONNECT_SECONDS = env.float("RECONNECT_SECONDS", 30.0)  # between two looks for numbers that were offline
GRACE_SECONDS = env.float("GRACE_SECONDS", 30.0)  # a worker that is to stop finishes its turns and sends so long
SWEEP_SECONDS = env.float("SWEEP_SECONDS", 2.0)
KEEP_JOBS_HOURS = env.float("KEEP_JOBS_HOURS", 24.0)  # failed and cancelled jobs; those that went well go at once
PROCRASTINATE_WORKER_DEFAULTS = {
    "fetch_job_polling_interval": 0.2,
    "update_heartbeat_interval": 2.0,
    "stalled_worker_timeout": 10.0,
    "delete_jobs": "always",  # a job only wakes: what is owed stands in the rows, what failed in the log
    "listen_notify": True,
}


# --- Logs: one line an event, ids only -------------------------------------------------------------------------------
def where_it_failed(_logger: Any, _name: str, event: EventDict) -> EventDict:
    """The traceback's places and the error's type, never its message: that may hold what a customer wrote."""
    error = sys.exc_info()[1] if event.pop("exc_info", None) else None
    if error is not None:
        places = traceback.extract_tb(error.__traceback__)[-8:]
        event["error"] = type(error).__name__
        event["at"] = " > ".join(f"{Path(place.filename).name}:{place.lineno}" for place in places)
    return event


class NamedFormatter(logging.Formatter):
    """For other packages' lines: an error is its type and places, never its message."""

    def formatException(self, ei: Any) -> str:  # noqa: N802 - logging's name
        places = " > ".join(f"{Path(place.filename).name}:{place.lineno}" for place in traceback.extract_tb(ei[2])[-8:])
        return f"{getattr(ei[0], '__name__', '')} at {places}"


structlog.configure(
    processors=[
        structlog.stdlib.filter_by_level,
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        where_it_failed,
        structlog.processors.KeyValueRenderer(key_order=["timestamp", "level", "logger", "event"]),
    ],
    logger_factory=structlog.stdlib.LoggerFactory(),
    wrapper_class=structlog.stdlib.BoundLogger,
    cache_logger_on_first_use=True,
)
OURS = ("security", "autolumiku", "tenants", "aimeow", "inventory", "aiconfig", "staffcommands", "conversations")
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "plain": {"format": "%(message)s"},
        "named": {"()": NamedFormatter, "format": "%(levelname)s %(name)s %(message)s"},
    },
    "handlers": {
        "ours": {"class": "logging.StreamHandler", "formatter": "plain"},
        "others": {"class": "logging.StreamHandler", "formatter": "named"},
    },
    "root": {"handlers": ["others"], "level": "WARNING"},
    "loggers": {
        **{app: {"handlers": ["ours"], "level": "INFO", "propagate": False} for app in OURS},
        "procrastinate": {"level": "WARNING"},
    },
}

# --- Dress of the back-office (ADMIN_THEME=0: Django's own) -----------------------------------------------------------
UNFOLD = {
    "SITE_TITLE": "AutoLumiku",
    "SITE_HEADER": "AutoLumiku",
    "SITE_SUBHEADER": "conversations.admin.subheader",
    "SITE_SYMBOL": "directions_car",
    "SITE_URL": None,
    "SITE_FAVICONS": [{"rel": "icon", "href": "data:,"}],
    "SHOW_VIEW_ON_SITE": False,
    "BORDER_RADIUS": "8px",
    "COLORS": {
        "primary": {
            "50": "#ecfdf5", "100": "#d1fae5", "200": "#a7f3d0", "300": "#6ee7b7", "400": "#34d399", "500": "#10b981",
            "600": "#047857", "700": "#065f46", "800": "#064e3b", "900": "#053f31", "950": "#022c22",
        }
    },
    "ACCOUNT": {"navigation": "tenants.factor.account_links"},
    "SIDEBAR": {"navigation": "conversations.admin.navigation"},
}  # fmt: skip
