"""Stored photos, for people who may see the car."""

from pathlib import PurePosixPath

from django.contrib.auth.decorators import login_required
from django.http import FileResponse, Http404, HttpRequest
from django.views.decorators.http import require_safe

from inventory import pictures
from inventory.models import VehiclePhoto

TYPES = {".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".png": "image/png", ".webp": "image/webp"}


@require_safe
@login_required
def media(request: HttpRequest, path: str) -> FileResponse:
    """A photo of a car of the request's showroom; anything else does not exist."""
    photo = VehiclePhoto.objects.filter(image__in={path, pictures.widest(path)}).first()
    kind = TYPES.get(PurePosixPath(path).suffix.lower())
    if photo is None or kind is None:
        raise Http404
    try:
        response = FileResponse(photo.image.storage.open(path), content_type=kind)
    except FileNotFoundError as error:
        raise Http404 from error
    response["Cache-Control"] = "private, max-age=86400"
    response["X-Content-Type-Options"] = "nosniff"
    return response
