"""`/metrics`: all that is counted and timed on this machine, and the state of the whole, in Prometheus' text format.

Web and worker processes of a machine share one folder, so that a scrape of the web sees both. A worker on another
machine answers for itself on WORKER_METRICS_PORT.
"""

from __future__ import annotations

import hmac
import threading
from collections.abc import Iterator, Mapping
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import connections

from conversations import vitals
from conversations.vitals import Vitals

if TYPE_CHECKING:
    from prometheus_client.metrics_core import GaugeMetricFamily

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
FORWARDED = ("Forwarded", "X-Forwarded-For", "X-Forwarded-Proto", "X-Forwarded-Host", "X-Real-IP", "Via")


def refusal(address: str, headers: Mapping[str, str] | Message) -> int:
    """0 if the caller may read: a program on this machine itself, or whoever has METRICS_TOKEN. Else 401 or 403.

    What a proxy on this machine forwards also comes from loopback; its headers give it away.
    """
    token = settings.METRICS_TOKEN
    given = headers.get("Authorization") or ""
    if token and hmac.compare_digest(given.encode("utf-8", "surrogateescape"), f"Bearer {token}".encode()):
        return 0
    if _is_loopback(address) and not given and not any(headers.get(name) for name in FORWARDED):
        return 0
    return 401 if token else 403


def _is_loopback(address: str) -> bool:
    try:
        return ip_address(address).is_loopback
    except ValueError:
        return False


def exposition() -> bytes:
    """All metrics of this machine's processes and the state of the whole, in Prometheus' text format."""
    from prometheus_client import CollectorRegistry, generate_latest, multiprocess

    registry = CollectorRegistry()
    Path(settings.METRICS_DIR).mkdir(parents=True, exist_ok=True)
    multiprocess.MultiProcessCollector(registry, settings.METRICS_DIR)
    registry.register(Gauges(vitals.lately()))  # type: ignore[arg-type]
    return generate_latest(registry)


class Gauges:
    """The vitals as a collector of the metrics' library."""

    def __init__(self, state: Vitals) -> None:
        self.state = state

    def collect(self) -> Iterator[GaugeMetricFamily]:
        from prometheus_client.metrics_core import GaugeMetricFamily

        state, kept = self.state, self.state.spool
        figures: dict[str, tuple[str, float]] = {
            "database_up": ("Whether the database answers.", state.database),
            "spool_files": ("Messages kept on this machine's disk.", kept.files),
            "spool_bad_files": ("Kept messages that can never be stored.", kept.bad),
            "spool_age_seconds": ("Age of the oldest kept message.", kept.age),
        }
        if state.database:  # without it, no figure is truer than 0
            figures |= {
                "queue_depth": ("Jobs that are due.", state.due_jobs),
                "queue_age_seconds": ("Age of the oldest job that is due.", state.queue_age),
                "unanswered_age_seconds": ("Since when the oldest answer is due.", state.unanswered_age),
                "overdue_chats": ("Chats that the bot owes an answer for over a minute.", state.overdue_chats),
                "waiting_sends": ("Messages that wait to be sent.", state.waiting_sends),
            }
        for name, (told, figure) in figures.items():
            yield GaugeMetricFamily(f"autolumiku_{name}", told, float(figure))
        if state.database:
            found = GaugeMetricFamily("autolumiku_findings", "Open findings about the gateway.", labels=["kind"])
            for kind, count in sorted(state.findings.items()):
                found.add_metric([kind], count)
            yield found


# --- a worker's own door ---------------------------------------------------------------------------------------------


class Page(BaseHTTPRequestHandler):
    """GET /metrics, and nothing else."""

    timeout = 10

    def do_GET(self) -> None:
        if self.path != "/metrics":
            return self._answer(404)
        if refused := refusal(self.client_address[0], self.headers):
            return self._answer(refused)
        try:
            self._answer(200, exposition())
        finally:
            connections.close_all()  # this thread ends with its request

    def _answer(self, status: int, body: bytes = b"") -> None:
        self.send_response(status)
        self.send_header("Content-Type", CONTENT_TYPE)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        """A scrape is no event."""


def serve(port: int) -> ThreadingHTTPServer:
    """Answer on `port` in a thread; on all interfaces only where a token guards it."""
    server = ThreadingHTTPServer(("" if settings.METRICS_TOKEN else "127.0.0.1", port), Page)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, name="metrics", daemon=True).start()
    return server
