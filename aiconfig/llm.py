"""The one door to the model: an OpenAI-compatible provider (ZAI_…), asked within one budget a turn.

In the process: at most MODEL_CONCURRENCY calls at once, which showrooms share fairly, and a breaker for each provider
and model. The caller records the calls of its budget (aiconfig.spending), for that belongs to the turn's transaction.
"""

from __future__ import annotations

import asyncio
import json
import math
import random
import re
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit
from weakref import WeakKeyDictionary

from django.conf import settings

from aiconfig.breaker import Breaker
from autolumiku.lib import clock, counters
from autolumiku.lib.turnstile import Turnstiles, here

if TYPE_CHECKING:
    from openai import AsyncOpenAI


TRY_SHARE = 0.85  # of the time that is left, for one try
LEAST_SHARE = 0.04  # of the whole time: a try that would get less is not begun
WAIT_SHARE = 0.6  # of the whole time, for a place among the calls in flight
RETRIES = 2  # of a turn, over all its calls
LONGEST_HEARD = 1500  # characters of a voice note
PASSING = frozenset({"timeout", "connection", "rate_limited", "server", "malformed", "empty"})


@dataclass(frozen=True, slots=True)
class Call:
    """One call as it was made: latency in ms, cost in rupiah, error as LLMError's code or ""."""

    model: str
    latency_ms: int
    error: str = ""
    finish_reason: str = ""
    prompt_tokens: int = 0
    completion_tokens: int = 0
    cost: int = 0


@dataclass(slots=True)
class Budget:
    """What one turn may spend on the model, all its calls together, and the calls it has made.

    seconds: in all (0: as long as API_TIMEOUT_MS lets one call take); began: time.monotonic().
    """

    tenant_id: int
    seconds: float
    began: float
    share: int = 0  # calls of this showroom at once in this process; 0: any number
    retries: int = RETRIES
    calls: list[Call] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.seconds = self.seconds or settings.API_TIMEOUT_MS / 1000

    def left(self) -> float:
        return self.began + self.seconds - time.monotonic()


@dataclass(frozen=True, slots=True)
class ToolCall:
    """Something the model asks to be done; nothing of it is true or allowed by that."""

    name: str
    given: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Completion:
    """What the model said and asked for (one of them at least), and what it took; latency in ms."""

    text: str
    model: str
    latency_ms: int
    finish_reason: str = ""
    prompt_tokens: int = 0
    completion_tokens: int = 0
    tool_calls: tuple[ToolCall, ...] = ()


class LLMError(Exception):
    """No usable answer. code: timeout, connection, rate_limited, server, refused, malformed, empty; without a call:
    open (the provider is down), busy (no place in time), late (no time left).

    retry_after: seconds the provider asks to wait.
    """

    def __init__(
        self,
        code: str,
        *,
        model: str = "",
        latency_ms: int = 0,
        usage: tuple[int, int] = (0, 0),
        retry_after: float = 0.0,
    ) -> None:
        super().__init__(code)
        self.code = code
        self.model = model
        self.latency_ms = latency_ms
        self.usage = usage
        self.retry_after = retry_after


def listens() -> bool:
    """Is there a model that hears?"""
    return configured() and bool(settings.ZAI_AUDIO_MODEL)


def configured() -> bool:
    """Is there a key? Without one the answers come from the stock itself (conversations.counter)."""
    return bool(settings.ZAI_API_KEY)


async def complete(
    messages: Sequence[dict[str, Any]],
    *,
    budget: Budget,
    model: str = "",
    temperature: float,
    max_tokens: int,
    tools: Sequence[dict[str, Any]] = (),
) -> Completion:
    """One usable answer within the budget, which keeps every call made for it. Raises LLMError.

    tools: what the model may ask for, in the provider's shape.

    What may pass (429, 5xx, connection, timeout, an empty or broken answer) is tried again after a jittered pause or
    the provider's Retry-After; where that does not fit any more, it ends at once. A try gets 85 % of the time left: of
    25 s, an honest answer may take 21 s, a call that hangs leaves a second one 3 s, and both end before the customer
    has waited 25 s.
    """
    body = _body(messages, model or settings.ZAI_TEXT_MODEL, temperature, max_tokens)
    if tools:
        body["tools"] = list(tools)
    while True:
        try:
            said = await _try(body, budget)
        except LLMError as error:
            counters.took("model", error.latency_ms / 1000, outcome=error.code)
            pause = max(error.retry_after, _back_off(budget.retries))
            late = budget.left() - pause < LEAST_SHARE * budget.seconds
            if error.code not in PASSING or late or not budget.retries:
                raise
        else:
            counters.took("model", said.latency_ms / 1000, outcome="ok")
            return said
        budget.retries -= 1
        await asyncio.sleep(pause)


async def transcribe(audio: bytes, mime_type: str, *, seconds: float) -> tuple[str, Call]:
    """The words of a voice note, and the call as it was made; "" where there are none, or none came in time."""
    model, began = settings.ZAI_AUDIO_MODEL, time.monotonic()
    file = (f"suara.{mime_type.partition('/')[2] or 'ogg'}", audio, mime_type)
    try:
        async with asyncio.timeout(seconds):
            said = await _client().audio.transcriptions.create(model=model, file=file)
    except Exception as error:
        return "", _call(model, _since(began), (0, 0), error=_code(error))
    text = str(getattr(said, "text", "") or "").replace("\0", "")
    return " ".join(text.split())[:LONGEST_HEARD], _call(model, _since(began), (0, 0), finish_reason="stop")


def _back_off(retries: int) -> float:
    """Seconds before the next try: twice as long each time, and not all at once."""
    return settings.BACK_OFF_SECONDS * 2 ** (RETRIES - retries) * random.uniform(0.5, 1.0)  # noqa: S311 - no secret


async def _try(body: dict[str, Any], budget: Budget) -> Completion:
    """One call, if the provider is not known to be down and a place comes free in time."""
    breaker = _breaker(body["model"])
    if breaker.refuses():
        raise LLMError("open", model=body["model"])
    gate = here(_gates, settings.MODEL_CONCURRENCY)
    try:
        async with asyncio.timeout(max(budget.left() - (1 - WAIT_SHARE) * budget.seconds, 0)):
            await gate.enter(budget.tenant_id, budget.share)
    except TimeoutError as error:
        raise LLMError("busy", model=body["model"]) from error
    try:
        if not breaker.admits():  # it went down while this one waited
            raise LLMError("open", model=body["model"])
        return await _recorded(body, budget, breaker)
    finally:
        gate.leave(budget.tenant_id)


async def _recorded(body: dict[str, Any], budget: Budget, breaker: Breaker) -> Completion:
    """One call, written into the budget and told to the breaker, however it ends."""
    left = budget.left()
    if left < LEAST_SHARE * budget.seconds:
        raise LLMError("late", model=body["model"])
    seconds = min(left * TRY_SHARE, settings.API_TIMEOUT_MS / 1000)
    try:
        said = await _ask(body, seconds)
    except LLMError as error:
        budget.calls.append(_call(error.model, error.latency_ms, error.usage, error=error.code))
        slow = error.code == "timeout" and seconds > 0.2 * budget.seconds  # a short rest of time says nothing
        if slow or error.code in ("connection", "server"):
            breaker.failed()
        elif error.code != "timeout":
            breaker.answered()
        raise
    usage = (said.prompt_tokens, said.completion_tokens)
    budget.calls.append(_call(said.model, said.latency_ms, usage, finish_reason=said.finish_reason))
    breaker.answered()
    return said


def _call(model: str, latency_ms: int, usage: tuple[int, int], **how: str) -> Call:
    return Call(model, latency_ms, prompt_tokens=usage[0], completion_tokens=usage[1], cost=_cost(model, usage), **how)


def _cost(model: str, usage: tuple[int, int]) -> int:
    """Whole rupiah, rounded up; 0 where the installation names no price for this model."""
    prices = settings.MODEL_PRICES.get(model, (0, 0))
    return math.ceil(sum(tokens * price for tokens, price in zip(usage, prices, strict=True)) / 1_000_000)


async def _ask(body: dict[str, Any], seconds: float) -> Completion:
    began = time.monotonic()
    try:
        async with asyncio.timeout(seconds):
            answer = await _client().post("/chat/completions", body=body, cast_to=object)
    except Exception as error:
        raise LLMError(
            _code(error), model=body["model"], latency_ms=_since(began), retry_after=_retry_after(error)
        ) from error
    return _read(answer, body["model"], _since(began))


def _retry_after(error: Exception) -> float:
    """Seconds the provider asks to wait, in seconds or as a date; 0 where it says nothing that can be read."""
    said = getattr(getattr(error, "response", None), "headers", {}).get("retry-after", "")
    try:
        seconds = float(said) if said[:1].isdigit() else (parsedate_to_datetime(said) - clock.now()).total_seconds()
    except (TypeError, ValueError):
        return 0.0
    return max(seconds, 0.0)


def _body(messages: Sequence[dict[str, Any]], model: str, temperature: float, max_tokens: int) -> dict[str, Any]:
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

    if isinstance(error, TimeoutError):
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
        tokens = (_count(usage.get("prompt_tokens")), _count(usage.get("completion_tokens")))
        choice = answer["choices"][0]
        content = choice["message"].get("content")
        finish = re.sub(r"\W", "", str(choice.get("finish_reason") or ""), flags=re.ASCII)[:20]
        text = _THOUGHT.sub("", content).strip() if isinstance(content, str) else ""
        wanted = _tool_calls(choice["message"].get("tool_calls"))
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        raise LLMError("malformed", model=model, latency_ms=latency_ms) from error
    if not (text or wanted):
        raise LLMError("empty", model=model, latency_ms=latency_ms, usage=tokens)
    return Completion(text, model, latency_ms, finish, *tokens, wanted)


MOST_TOOL_CALLS = 4


def _tool_calls(said: Any) -> tuple[ToolCall, ...]:
    """Those that can be read; the model writes the arguments as JSON in a string, or what it takes for that."""
    found = []
    for one in said if isinstance(said, list) else ():
        try:
            function = one["function"]
            name, given = function["name"], json.loads(function.get("arguments") or "{}")
        except (AttributeError, LookupError, TypeError, ValueError):
            continue
        if isinstance(name, str) and isinstance(given, dict):
            found.append(ToolCall(name, given))
    return tuple(found[:MOST_TOOL_CALLS])


_gates: Turnstiles = WeakKeyDictionary()
_breakers: dict[tuple[str, str], Breaker] = {}


def _breaker(model: str) -> Breaker:
    """Of a model at a provider: another model there may well be up."""
    return _breakers.setdefault((settings.ZAI_BASE_URL, model), Breaker())


@dataclass(frozen=True, slots=True)
class State:
    """The model as this process sees it now. down: (provider's host, model) whose breaker is open."""

    in_flight: int
    waiting: int
    down: tuple[tuple[str, str], ...]


def state() -> State:
    """For metrics; safe in any thread."""
    gates = list(_gates.values())
    down = tuple((urlsplit(url).hostname or "", model) for (url, model), one in list(_breakers.items()) if one.open)
    return State(sum(gate.taken for gate in gates), sum(gate.waiting for gate in gates), down)


async def forget() -> None:
    """Forget what is known of the providers and hang up: all breakers are closed, and so are all connections."""
    _breakers.clear()
    while _clients:
        _, (_, client) = _clients.popitem()
        await client.close()


async def hang_up() -> None:
    """Close the connections of this event loop, which ends now."""
    _, client = _clients.pop(asyncio.get_running_loop(), ("", None))
    if client is not None:
        await client.close()


def _count(tokens: Any) -> int:
    """A provider's number, kept within what the database takes."""
    return min(max(int(tokens or 0), 0), 10_000_000)


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
    """Over aiohttp, a third of the CPU of the SDK's own transport; its 0 is no limit (MODEL_CONCURRENCY is one)."""
    import httpx2
    from openai import AsyncOpenAI, DefaultAioHttpClient

    limits = httpx2.Limits(max_connections=0, keepalive_expiry=15)
    transport = DefaultAioHttpClient(verify=_tls(), limits=limits, timeout=None, follow_redirects=False)
    return AsyncOpenAI(api_key=api_key, base_url=base_url, max_retries=0, http_client=transport)


@lru_cache(maxsize=1)
def _tls() -> Any:
    import ssl

    return ssl.create_default_context()
