"""For machines: is this process alive, is everything well, what are the figures? No session, no tenant's data."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe

from conversations import scrape, vitals


@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    """This process is alive: what a proxy asks before it sends traffic here. The webhook works without a database."""
    return JsonResponse({"status": "ok"})


@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    """503 where any part is not well: for those who watch, and for the end of a deploy."""
    parts = vitals.report(vitals.lately())
    ready = all(part["ok"] for part in parts.values())
    answer = JsonResponse({"ready": ready, **parts}, status=200 if ready else 503)
    answer.headers["Cache-Control"] = "no-store"
    answer._has_been_logged = True  # type: ignore[attr-defined]  # Django's mark: the alarm has its own line
    return answer


@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    if refused := scrape.refusal(request.META.get("REMOTE_ADDR", ""), request.headers):
        headers = {"WWW-Authenticate": "Bearer"} if refused == 401 else {}
        return HttpResponse(status=refused, headers=headers)
    return HttpResponse(scrape.exposition(), content_type=scrape.CONTENT_TYPE)
