"""gunicorn's settings; Procfile: `web: gunicorn autolumiku.wsgi` reads this file by itself."""

import os
from typing import Any

bind = f"{os.environ.get('HOST', '0.0.0.0')}:{os.environ.get('PORT', '8000')}"  # noqa: S104 - a web process listens
worker_class = "gthread"
workers = int(os.environ.get("WEB_CONCURRENCY", "2"))
threads = int(os.environ.get("WEB_THREADS", "8"))
preload_app = False
keepalive = 5
graceful_timeout = 30
max_requests = 0
accesslog = None
forwarded_allow_ips = os.environ.get("FORWARDED_ALLOW_IPS", "127.0.0.1")
control_socket_disable = True

# the application's settings have the same default; here, because the master does not load them
METRICS_DIR = os.environ.setdefault(
    "PROMETHEUS_MULTIPROC_DIR", os.path.join(os.path.dirname(os.path.abspath(__file__)), "var", "metrics")
)


def on_starting(server: Any) -> None:
    """Forget what the processes of an earlier start have counted."""
    from autolumiku.lib import counters

    counters.clean(METRICS_DIR)


def child_exit(server: Any, worker: Any) -> None:
    """A web process has ended; the metrics' library wants to know."""
    from prometheus_client import multiprocess

    multiprocess.mark_process_dead(worker.pid, METRICS_DIR)
