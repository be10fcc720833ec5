"""What the pages have in common: the admin's frame around them, and who may see them."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.template.response import TemplateResponse

from tenants.access import Place
from tenants.admin import LEADERS, THEMED, allowed, is_platform, place_of


def show(request: HttpRequest, template: str, title: str, **context: Any) -> TemplateResponse:
    frame = {**admin.site.each_context(request), "title": title, "themed": THEMED}
    return TemplateResponse(request, f"admin/pages/{template}.html", {**frame, **context})


def led(request: HttpRequest) -> Place | None:
    """The showroom of the request, for who leads it; None: a platform admin over all of them."""
    if not allowed(request, LEADERS):
        raise PermissionDenied
    return place_of(request)


def platform_only(request: HttpRequest) -> None:
    if not is_platform(request):
        raise PermissionDenied
