"""Files that people sent, fetched from the gateway or a named host. Only from there, never too big, never redirected.

A named host has to lie on the public internet, whatever its name says (autolumiku.lib.outside).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

import requests
from django.conf import settings

from aimeow.client import AimeowError
from autolumiku.lib import outside

BIGGEST = 20_000_000  # bytes
TIMEOUT = (3.05, 20.0)  # seconds to connect and between two reads
CHUNK = 65_536
FILE = re.compile(r"/files/[A-Za-z0-9_-]{1,100}/[A-Za-z0-9_-]{1,200}")
IMAGES = frozenset({"image/jpeg", "image/png", "image/webp", "image/jpg"})


@dataclass(frozen=True, slots=True)
class File:
    data: bytes
    mime_type: str  # as the gateway calls it


def fetch_image(url: str) -> bytes:
    """As fetch, of an image only."""
    file = fetch(url)
    if file.mime_type not in IMAGES and file.mime_type != "application/octet-stream":
        raise AimeowError("refused", permanent=True, status=200)
    return file.data


def fetch(url: str) -> File:
    """What lies at this address. AimeowError: permanent where asking again is no use."""
    address = where(url)
    if not address:
        raise AimeowError("refused", permanent=True)
    try:
        with (
            _session(address) as session,
            session.get(address, timeout=TIMEOUT, allow_redirects=False, stream=True) as response,
        ):
            return _read(response)
    except (requests.RequestException, OSError):
        raise AimeowError("unreachable") from None


def _session(address: str) -> requests.Session:
    """The gateway may lie beside us; all others lie outside."""
    if not address.startswith(f"{settings.AIMEOW_BASE_URL.rstrip('/')}/"):
        return outside.session()
    session = requests.Session()
    session.trust_env = False
    return session


def where(url: str) -> str:
    """Where to fetch it: a file of the gateway always from AIMEOW_BASE_URL, for a gateway may not know its own name;
    others from MEDIA_HOSTS over https; "" for all else.
    """
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    if FILE.fullmatch(parts.path) and not parts.query:
        return settings.AIMEOW_BASE_URL.rstrip("/") + parts.path
    return url if parts.scheme == "https" and parts.netloc.lower() in settings.MEDIA_HOSTS else ""


def _read(response: requests.Response) -> File:
    if response.status_code != 200:
        passing = response.status_code in (404, 408, 425, 429) or response.status_code >= 500
        raise AimeowError("refused", permanent=not passing, status=response.status_code)
    kind = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    raw = bytearray()
    for chunk in response.iter_content(CHUNK):
        raw += chunk
        if len(raw) > BIGGEST:
            raise AimeowError("refused", permanent=True, status=200)
    return File(bytes(raw), kind)
