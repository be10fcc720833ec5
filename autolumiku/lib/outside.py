"""Calls to addresses that people named: to the public internet only, over https, never redirected.

The host has to lie out there, whatever its name says: its address is looked up once, judged, and that very address is
connected to, while the certificate is checked against the name.
"""

from __future__ import annotations

import socket
import threading
from contextlib import suppress
from ipaddress import IPv6Address, IPv6Network, ip_address
from typing import Any

import requests
from requests.adapters import BaseAdapter, HTTPAdapter
from urllib3.connection import HTTPSConnection
from urllib3.connectionpool import HTTPSConnectionPool
from urllib3.exceptions import NewConnectionError
from urllib3.util.connection import create_connection

TRANSLATED = IPv6Network("64:ff9b::/96")  # carries any IPv4 address, also one of ours


def is_public(address: str) -> bool:
    """Whether this IP address belongs to somebody out there: not this machine, its network, or a way back to it."""
    ip = ip_address(address.partition("%")[0])
    if isinstance(ip, IPv6Address) and (ip.ipv4_mapped or ip.sixtofour or ip.teredo or ip in TRANSLATED):
        return False
    return ip.is_global and not ip.is_multicast


class _Connection(HTTPSConnection):
    """The name stays what the certificate is checked against; the address is the one that was judged."""

    opened: list[socket.socket]  # a second handle of each socket, to hang up by (see PublicOnly)

    def _new_conn(self) -> socket.socket:
        try:
            found = socket.getaddrinfo(self._dns_host, self.port, type=socket.SOCK_STREAM)
            addresses = [str(place[4][0]) for place in found]
            if addresses and all(is_public(address) for address in addresses):
                line = create_connection((addresses[0], self.port), self.timeout, socket_options=self.socket_options)
                self.opened.append(line.dup())
                return line
        except (OSError, UnicodeError) as error:
            raise NewConnectionError(self, "no connection") from error
        raise NewConnectionError(self, "not a public address")


class PublicOnly(HTTPAdapter):
    """Connects to public addresses alone; a call is hung up on after so many seconds, however slowly it drips in."""

    def __init__(self, seconds: float) -> None:
        self.opened: list[socket.socket] = []
        self.seconds = seconds
        super().__init__()

    def init_poolmanager(self, *args: Any, **options: Any) -> None:
        super().init_poolmanager(*args, **options)
        connection = type("_Connection", (_Connection,), {"opened": self.opened})
        pool = type("_Pool", (HTTPSConnectionPool,), {"ConnectionCls": connection})
        self.poolmanager.pool_classes_by_scheme = {"https": pool}

    def send(self, *args: Any, **options: Any) -> requests.Response:
        self.clock = threading.Timer(self.seconds, self._hang_up)
        self.clock.daemon = True
        self.clock.start()
        return super().send(*args, **options)

    def _hang_up(self) -> None:
        for line in self.opened:
            with suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        if hasattr(self, "clock"):
            self.clock.cancel()
        for line in self.opened:
            line.close()
        super().close()


class _Nowhere(BaseAdapter):
    def send(self, *_args: Any, **_options: Any) -> requests.Response:
        raise requests.exceptions.InvalidSchema("https only")

    def close(self) -> None:
        pass


def session(seconds: float = 60.0) -> requests.Session:
    """Nothing of the environment (proxies, .netrc), https only, public addresses only, never longer than this."""
    made = requests.Session()
    made.trust_env = False
    made.mount("http://", _Nowhere())
    made.mount("https://", PublicOnly(seconds))
    return made
