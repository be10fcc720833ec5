"""The one door to the model: an OpenAI-compatible provider (ZAI_…), asked within a bounded time.

The caller records what a call cost (`LLMCall`), because that belongs to the turn's transaction.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit
from weakref import WeakKeyDictionary

from django.conf import settings

if TYPE_CHECKING:
    from openai import AsyncOpenAI


@dataclass(frozen=True, slots=True)
class Completion:
    """What the model said (never empty) and what it cost; latency in ms."""

    text: str
    model: str
    latency_ms: int
    finish_reason: str = ""
    prompt_tokens: int = 0
    completion_tokens: int = 0


class LLMError(Exception):
    """No usable answer. code: timeout, connection, rate_limited, server, refused, malformed, empty."""

    def __init__(self, code: str, *, model: str = "", latency_ms: int = 0, usage: tuple[int, int] = (0, 0)) -> None:
        super().__init__(code)
        self.code = code
        self.model = model
        self.latency_ms = latency_ms
        self.usage = usage


def configured() -> bool:
    """Is there a key? Without one the answers come from the stock itself (conversations.counter)."""
    return bool(settings.ZAI_API_KEY)


async def complete(
    messages: Sequence[dict[str, str]], *, model: str = "", temperature: float, max_tokens: int, seconds: float
) -> Completion:
    """One answer within `seconds` (and API_TIMEOUT_MS). Raises LLMError."""
    name = model or settings.ZAI_TEXT_MODEL
    seconds = min(seconds, settings.API_TIMEOUT_MS / 1000)
    began = time.monotonic()
    try:
        async with asyncio.timeout(max(seconds, 0.001)):
            answer = await _client().post(
                "/chat/completions", body=_body(messages, name, temperature, max_tokens), cast_to=object
            )
    except Exception as error:
        raise LLMError(_code(error), model=name, latency_ms=_since(began)) from error
    return _read(answer, name, _since(began))


def _body(messages: Sequence[dict[str, str]], model: str, temperature: float, max_tokens: int) -> dict[str, Any]:
    body: dict[str, Any] = {
        "model": model,
        "messages": list(messages),
        "temperature": temperature,
        "max_tokens": max_tokens,
    }
    if (urlsplit(settings.ZAI_BASE_URL).hostname or "").endswith("z.ai"):
        body["thinking"] = {"type": "disabled"}  # this provider's own switch: thinking would eat max_tokens
    return body


def _since(began: float) -> int:
    return round(1000 * (time.monotonic() - began))


def _code(error: Exception) -> str:
    import openai

    if isinstance(error, TimeoutError | openai.APITimeoutError):
        return "timeout"
    if isinstance(error, openai.APIConnectionError):
        return "connection"
    if isinstance(error, openai.APIStatusError):
        status = error.status_code
        return "rate_limited" if status == 429 else "server" if status >= 500 else "refused"
    return "malformed"


_THOUGHT = re.compile(r"<think>.*?(?:</think>|\Z)", re.DOTALL)


def _read(answer: Any, model: str, latency_ms: int) -> Completion:
    """The text of an answer; reasoning is not an answer, and neither are null and blanks."""
    try:
        usage = answer.get("usage") or {}
        tokens = (int(usage.get("prompt_tokens") or 0), int(usage.get("completion_tokens") or 0))
        choice = answer["choices"][0]
        content = choice["message"].get("content")
        finish = str(choice.get("finish_reason") or "")[:20]
        text = _THOUGHT.sub("", content).strip() if isinstance(content, str) else ""
    except (AttributeError, KeyError, IndexError, TypeError, ValueError) as error:
        raise LLMError("malformed", model=model, latency_ms=latency_ms) from error
    if not text:
        raise LLMError("empty", model=model, latency_ms=latency_ms, usage=tokens)
    return Completion(text, model, latency_ms, finish, *tokens)


_clients: WeakKeyDictionary[asyncio.AbstractEventLoop, tuple[tuple[str, str], AsyncOpenAI]] = WeakKeyDictionary()


def _client() -> AsyncOpenAI:
    """One client per event loop (its connections live there), made anew when the settings change."""
    key = (settings.ZAI_API_KEY, settings.ZAI_BASE_URL)
    loop = asyncio.get_running_loop()
    known = _clients.get(loop)
    if known is None or known[0] != key:
        known = (key, _new_client(*key))
        _clients[loop] = known
    return known[1]


def _new_client(api_key: str, base_url: str) -> AsyncOpenAI:
    import httpx2
    from openai import AsyncOpenAI

    limits = httpx2.Limits(max_connections=None, max_keepalive_connections=100, keepalive_expiry=15)
    transport = httpx2.AsyncClient(verify=_tls(), limits=limits, timeout=None, follow_redirects=False)
    return AsyncOpenAI(api_key=api_key, base_url=base_url, max_retries=0, http_client=transport)


@lru_cache(maxsize=1)
def _tls() -> Any:
    import ssl

    return ssl.create_default_context()
