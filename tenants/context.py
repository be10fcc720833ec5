"""The showroom of the page, for templates."""

from django.http import HttpRequest


def showroom(request: HttpRequest) -> dict[str, object]:
    return {"place": getattr(request, "place", None), "places": getattr(request, "places", [])}
