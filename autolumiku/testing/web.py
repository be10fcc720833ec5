"""Our own web server on a loopback port, with a storage of its own: the gateway fetches photos from it."""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, make_server

from django.core.wsgi import get_wsgi_application
from django.test import Client
from django.test.client import ClientHandler
from django.test.utils import override_settings


@cache
def _handler() -> ClientHandler:
    return ClientHandler(enforce_csrf_checks=False)


def client() -> Client:
    """Django's test client; the middleware, which looks through all static files, is loaded once for all of them."""
    one = Client()
    one.handler = _handler()
    return one


class Quiet(WSGIRequestHandler):
    def log_message(self, *args: Any) -> None:
        pass


@contextmanager
def serving() -> Iterator[str]:
    """The server's address."""
    with make_server("127.0.0.1", 0, get_wsgi_application(), handler_class=Quiet) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


@contextmanager
def own_storage() -> Iterator[None]:
    """PUBLIC_URL and MEDIA_ROOT are the server's, for as long as this lasts."""
    with (
        tempfile.TemporaryDirectory() as folder,
        serving() as address,
        override_settings(MEDIA_ROOT=folder, PUBLIC_URL=address),
    ):
        yield
