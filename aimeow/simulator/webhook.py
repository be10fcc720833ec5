"""Posts a webhook as the gateway does: once, in its own task, with Go's headers, and nobody learns how it went.

The simulator, unlike the gateway, remembers the outcome, so that tests and the phone page can show it.
"""

from __future__ import annotations

import asyncio
import random
from dataclasses import dataclass
from typing import Any

import aiohttp

from . import payloads
from .state import Gateway

HEADERS = {"Content-Type": "application/json", "User-Agent": "Go-http-client/1.1", "Accept-Encoding": "gzip"}
_NO_TIMEOUT = aiohttp.ClientTimeout(total=None, sock_connect=30)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one POST met: an HTTP status, or 0 and why there was none."""

    status: int
    error: str = ""

    @property
    def accepted(self) -> bool:
        return 200 <= self.status < 300


def open_session() -> aiohttp.ClientSession:
    """One connection per request: a reused one that the app has just closed would lose the only attempt."""
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(keepalive_timeout=1e-6, limit=0),  # force_close would add a header
        skip_auto_headers=("Accept", "Accept-Encoding", "User-Agent"),
        cookie_jar=aiohttp.DummyCookieJar(),
        auto_decompress=False,
    )


async def post(session: aiohttp.ClientSession, url: str, body: dict[str, Any], jitter_ms: int = 0) -> Outcome:
    """One attempt, after a random wait of up to `jitter_ms`."""
    if jitter_ms:
        await asyncio.sleep(random.uniform(0, jitter_ms) / 1000)  # noqa: S311 - not a secret
    try:
        sending = session.post(url, data=payloads.encode(body), headers=HEADERS, timeout=_NO_TIMEOUT)
        async with sending as answer:
            return Outcome(answer.status)
    except (aiohttp.ClientError, OSError, ValueError) as error:
        return Outcome(0, type(error).__name__)


async def post_status(session: aiohttp.ClientSession, gateway: Gateway, body: dict[str, Any]) -> None:
    """Variant B tells of connections at {callbackUrl}/status; variant A never does."""
    if gateway.faults.variant == "B" and gateway.callback_url:
        await post(session, gateway.callback_url + "/status", body)


def explain(outcome: Outcome) -> str:
    """A failed webhook in plain Indonesian, for the phone page; "" when it was accepted."""
    lost = "Pesan ini tidak sampai ke AutoLumiku, dan gateway tidak mengirim ulang."
    if outcome.accepted:
        return ""
    if outcome.status == 0:
        return f"AutoLumiku tidak bisa dihubungi di alamat webhook. {lost}"
    reasons = {
        400: "isi webhook tidak dapat dibaca",
        401: "token rahasia di alamat webhook salah atau tidak ada",
        403: "alamat atau token webhook tidak diizinkan",
        404: "alamat webhook atau nomor showroom tidak dikenal",
        405: "alamat webhook tidak menerima kiriman",
        429: "terlalu banyak kiriman",
        503: "AutoLumiku sedang tidak siap",
    }
    other = "AutoLumiku sedang bermasalah" if outcome.status >= 500 else "jawaban yang tidak dikenal"
    return f"Webhook ditolak ({outcome.status}): {reasons.get(outcome.status, other)}. {lost}"
