"""The showroom of a request: from the session and the memberships, never from what the client says."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

from django.db import transaction
from django.http import HttpRequest, HttpResponse

from tenants import access, scope

SESSION_KEY = "showroom"
# no session is looked at here; the API opens its scopes itself (tenants.api)
OUTSIDE = (
    "/api/v1/aimeow/webhook",
    "/api/v1/webhooks/aimeow",
    "/static/",
    "/healthz",
    "/readyz",
    "/metrics",
    "/api/v1/whatsapp-ai/",
    "/inbox/denyut/",  # asked every two seconds by every open inbox; it carries its own signed pass
)
# the gateway or the model is waited for: the view opens its scopes itself, so that no transaction is open meanwhile
WAITING = ("/admin/sambungan/", "/admin/coba/", "/admin/operasional/")


class ShowroomMiddleware:
    """Sets request.place and request.places, and runs the request inside that showroom's scope.

    A platform admin works in all showrooms at once (place None) until one is chosen. A request that ends in a 5xx is
    rolled back whole.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.place, request.places = None, []  # type: ignore[attr-defined]
        if request.path.startswith(OUTSIDE) or not request.user.is_authenticated:
            return self.get_response(request)
        door = self._enter(request)
        if door is None or request.path.startswith(WAITING):
            return self.get_response(request)
        with door:
            response = self.get_response(request)
            if response.status_code >= 500:
                transaction.set_rollback(True)
            return response

    def _enter(self, request: HttpRequest) -> AbstractContextManager[None] | None:
        """The scope to run in; None: this person works nowhere and sees no showroom's row."""
        user = request.user
        assert user.pk is not None
        place, places = access.chosen(user, request.session.get(SESSION_KEY))
        request.place, request.places = place, places  # type: ignore[attr-defined]
        if place is not None:
            return scope.of(place.tenant_id)
        return scope.platform(f"platform admin {user.pk}") if user.is_superuser else None
