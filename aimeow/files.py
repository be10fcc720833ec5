"""Files that messages bring, fetched from the gateway and from nowhere else.

A webhook names a file by an address; whoever can forge one must not make us ask other machines. So only the gateway's
own /files/ path is fetched, whatever host the address names (a gateway without BASE_URL says localhost).
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

import requests

BIGGEST = 20 * 2**20  # bytes
SECONDS = (3.05, 20.0)
CHUNK = 65_536


class FileError(Exception):
    """gone: it will never be there (the gateway forgot it, or the address is none of its)."""

    def __init__(self, reason: str, *, gone: bool) -> None:
        super().__init__(reason)
        self.gone = gone


@dataclass(frozen=True, slots=True)
class File:
    data: bytes
    mime_type: str


def address(base_url: str, url: str) -> str:
    """Where the gateway has this file; raises FileError for an address that is none of its files."""
    path = urlsplit(url).path
    parts = path.split("/")
    if len(parts) != 4 or parts[:2] != ["", "files"] or not all(parts[2:]) or ".." in parts or "%" in path:
        raise FileError("not a file of the gateway", gone=True)
    return base_url.rstrip("/") + path


def fetch(base_url: str, url: str) -> File:
    """The file's bytes; follows no redirect and stops at BIGGEST."""
    try:
        with requests.get(address(base_url, url), timeout=SECONDS, stream=True, allow_redirects=False) as response:
            if response.status_code != 200:
                raise FileError(f"HTTP {response.status_code}", gone=response.status_code in (400, 403, 404, 410))
            data = b""
            for chunk in response.iter_content(CHUNK):
                data += chunk
                if len(data) > BIGGEST:
                    raise FileError("too big", gone=True)
            return File(data, response.headers.get("Content-Type", "").partition(";")[0].strip().lower())
    except requests.RequestException as error:
        raise FileError(type(error).__name__, gone=False) from None
