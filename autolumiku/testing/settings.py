"""The settings tests run with: the product's own, with no key and no outside world."""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

for _name in (
    "ZAI_BASE_URL",
    "ZAI_TEXT_MODEL",
    "API_TIMEOUT_MS",
    "PUBLIC_URL",
    "DEBUG",
    "PORT",
    "ADMIN_THEME",
    "EMAIL_URL",
):
    os.environ.pop(_name, None)
os.environ["ZAI_API_KEY"] = ""  # set, so that no .env file fills it
os.environ["AIMEOW_WEBHOOK_SECRET"] = "test-webhook-secret"  # noqa: S105
os.environ["SECOND_FACTOR"] = "0"  # who tests it turns it on
os.environ["AIMEOW_BASE_URL"] = "http://127.0.0.1:9"  # the discard port: who needs a gateway starts one

os.environ["PROMETHEUS_MULTIPROC_DIR"] = tempfile.mkdtemp(prefix="metrics-")  # each process its own
atexit.register(shutil.rmtree, os.environ["PROMETHEUS_MULTIPROC_DIR"], ignore_errors=True)

from autolumiku.settings import *  # noqa: E402, F403

(Path(STATIC_ROOT)).mkdir(parents=True, exist_ok=True)  # noqa: F405
BACK_OFF_SECONDS = 0.01
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
