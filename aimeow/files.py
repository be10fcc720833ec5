"""Files that people sent, fetched from the gateway or a named host. Only from there, never too big, never redirected.

A named host has to lie on the public internet, whatever its name says: its address is looked up once, judged, and that
very address is connected to.
"""

from __future__ import annotations

import re
import socket
from dataclasses import dataclass
from ipaddress import IPv6Address, IPv6Network, ip_address
from typing import Any
from urllib.parse import urlsplit

import requests
from django.conf import settings
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPSConnection
from urllib3.connectionpool import HTTPSConnectionPool
from urllib3.exceptions import NewConnectionError
from urllib3.util.connection import create_connection

from aimeow.client import AimeowError

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
        with requests.Session() as session:
            session.trust_env = False
            if not address.startswith(f"{settings.AIMEOW_BASE_URL.rstrip('/')}/"):
                session.mount("https://", _PublicOnly())
            with session.get(address, timeout=TIMEOUT, allow_redirects=False, stream=True) as response:
                return _read(response)
    except (requests.RequestException, OSError):
        raise AimeowError("unreachable") from None


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


# --- Only the public internet ----------------------------------------------------------------------------------------

TRANSLATED = IPv6Network("64:ff9b::/96")  # carries any IPv4 address, also one of ours


def is_public(address: str) -> bool:
    """Whether this IP address belongs to somebody out there: not this machine, its network, or a way back to it."""
    ip = ip_address(address.partition("%")[0])
    if isinstance(ip, IPv6Address) and (ip.ipv4_mapped or ip.sixtofour or ip.teredo or ip in TRANSLATED):
        return False
    return ip.is_global and not ip.is_multicast


class _Connection(HTTPSConnection):
    """The name stays what the certificate is checked against; the address is the one that was judged."""

    def _new_conn(self) -> socket.socket:
        try:
            found = socket.getaddrinfo(self._dns_host, self.port, type=socket.SOCK_STREAM)
            addresses = [str(place[4][0]) for place in found]
            if addresses and all(is_public(address) for address in addresses):
                return create_connection((addresses[0], self.port), self.timeout, socket_options=self.socket_options)
        except (OSError, UnicodeError) as error:
            raise NewConnectionError(self, "no connection") from error
        raise NewConnectionError(self, "not a public address")


class _Pool(HTTPSConnectionPool):
    ConnectionCls = _Connection


class _PublicOnly(HTTPAdapter):
    def init_poolmanager(self, *args: Any, **options: Any) -> None:
        super().init_poolmanager(*args, **options)
        self.poolmanager.pool_classes_by_scheme = {"https": _Pool}


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
