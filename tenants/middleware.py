"""The showroom of a request: from the session and the memberships, never from what the client says."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse

from tenants import access, audit, scope

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
    "/kiriman/",  # who has the link is not looked at
    "/calendar/",  # likewise; the feed opens the scope of its own showroom
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
        if door is None:
            return self.get_response(request)
        user = request.user  # a page that logs out leaves nobody
        waited = self.get_response(request) if request.path.startswith(WAITING) else None
        with door:
            response = waited or self.get_response(request)
            if response.status_code >= 500:
                transaction.set_rollback(True)
            else:
                self._note(request, user, response)
            return response

    def _note(self, request: HttpRequest, user: Any, response: HttpResponse) -> None:
        """What is kept of this request for those who look after the showroom's data."""
        place = request.place  # type: ignore[attr-defined]
        if place is None:
            audit.platform(user, request)
        elif audit.was_refused(request, response):
            audit.refused(place.tenant_id, user, request, response.status_code)

    def _enter(self, request: HttpRequest) -> AbstractContextManager[None] | None:
        """The scope to run in; None: this person works nowhere and sees no showroom's row."""
        user = request.user
        assert user.pk is not None
        place, places = access.chosen(user, request.session.get(SESSION_KEY))
        request.place, request.places = place, places  # type: ignore[attr-defined]
        if place is not None:
            return scope.of(place.tenant_id, page=True)
        return scope.platform("platform admin") if user.is_superuser else None
