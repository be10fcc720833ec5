"""Who may open which page of the inbox: a login, a showroom, a role."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect, render
from django.urls import reverse

from tenants.access import Place
from tenants.admin import EVERYONE, allowed, place_of
from tenants.models import Role

View = Callable[..., Any]


def page(method: str = "GET", roles: frozenset[Role] = EVERYONE) -> Callable[[View], View]:
    """Lets a member with one of these roles in, with the showroom as second argument. All else is refused here."""

    def decorate(view: View) -> View:
        @wraps(view)
        def enter(request: HttpRequest, **kwargs: Any) -> HttpResponse:
            answer = _stopped(request, method, roles) or view(request, place_of(request), **kwargs)
            answer["Cache-Control"] = "no-store"
            return answer

        return enter

    return decorate


def _stopped(request: HttpRequest, method: str, roles: frozenset[Role]) -> HttpResponse | None:
    """The answer to whom the page is not open to; None: come in."""
    if not request.user.is_authenticated:
        return _to_login(request)
    if request.method not in (("GET", "HEAD") if method == "GET" else (method,)):
        return HttpResponseNotAllowed([method])
    if place_of(request) is None:
        return _without_showroom(request)
    if not allowed(request, roles):
        raise PermissionDenied
    return None


def _to_login(request: HttpRequest) -> HttpResponse:
    if is_partial(request):
        answer = HttpResponse(status=204)
        answer["HX-Redirect"] = reverse("inbox:login")
        return answer
    return redirect_to_login(request.get_full_path() if request.method == "GET" else "/inbox/", reverse("inbox:login"))


def _without_showroom(request: HttpRequest) -> HttpResponse:
    """A platform admin chooses a showroom first; a person without any is told so."""
    places: list[Place] = request.places  # type: ignore[attr-defined]
    if places and request.path != reverse("inbox:places"):
        return redirect("inbox:places")
    return render(request, "inbox/nowhere.html", status=403)


def is_partial(request: HttpRequest) -> bool:
    """The page asks for a part of itself (htmx); otherwise a whole page is wanted."""
    return request.headers.get("HX-Request") == "true"
