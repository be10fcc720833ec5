"""Who has guessed a password too often waits (django-axes counts): whose call it is, and what is said."""

from __future__ import annotations

from typing import Any

import structlog
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from tenants import throttles

security = structlog.get_logger("security")


def address(request: HttpRequest) -> str:
    return throttles.address(request.META)


def refuse(request: HttpRequest, response: HttpResponse | None = None, credentials: Any = None) -> HttpResponse:
    security.warning("login locked")
    minutes = int(settings.AXES_COOLOFF_TIME.total_seconds() // 60)
    return render(request, "locked.html", {"minutes": minutes}, status=429)
