"""What a browser may load and run on our pages (Content-Security-Policy): our own files, and no script in a page."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

STRICT = (
    "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'"
)
# Both draw with style attributes.
STYLED = f"{STRICT}; style-src 'self' 'unsafe-inline'"
# The theme's Alpine.js turns attributes of the theme's own templates into functions.
ADMIN = f"{STYLED}; script-src 'self' 'unsafe-eval'"
WIDER = (("/admin/", ADMIN), ("/api/v1/whatsapp-ai/docs", STYLED))


class PolicyMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        policy = next((policy for start, policy in WIDER if request.path.startswith(start)), STRICT)
        response.headers.setdefault("Content-Security-Policy", policy)
        return response
