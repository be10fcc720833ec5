"""Shows times in the zone of the request's showroom."""

from collections.abc import Callable
from contextlib import nullcontext
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from aiconfig.models import WhatsAppAIConfig
from tenants import scope


class ZoneMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        place = getattr(request, "place", None)
        if place is None:
            return self.get_response(request)
        with timezone.override(ZoneInfo(place.zone or _zone_of(place.tenant_id))):
            return self.get_response(request)


def _zone_of(tenant_id: int) -> str:
    with scope.of(tenant_id) if scope.is_closed() else nullcontext():
        return WhatsAppAIConfig.objects.values_list("timezone", flat=True).first() or "Asia/Jakarta"
