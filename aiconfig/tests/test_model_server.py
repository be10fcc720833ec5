"""The stub model, asked by the SDK that the product asks with."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

from aiconfig.tests.model_server import DEFAULT, Content, Json, ModelServer

if TYPE_CHECKING:
    from openai.types.chat import ChatCompletion


@pytest.fixture(scope="module")
def server() -> Iterator[ModelServer]:
    with ModelServer() as running:
        yield running


@pytest.fixture
def model(server: ModelServer) -> ModelServer:
    server.reset()
    return server


def ask(model: ModelServer, *texts: str, timeout: float = 5, **more: Any) -> list[ChatCompletion]:
    """One call after another over one client, without retries."""
    from openai import AsyncOpenAI

    async def run() -> list[ChatCompletion]:
        async with AsyncOpenAI(base_url=model.base_url, api_key="x", max_retries=0, timeout=timeout) as client:
            return [
                await client.chat.completions.create(model="m", messages=[{"role": "user", "content": text}], **more)
                for text in texts
            ]

    return asyncio.run(run())


def test_it_greets_by_default_and_keeps_what_it_was_asked(model: ModelServer) -> None:
    [answer] = ask(model, "Halo, ada Avanza?", temperature=0.2)
    assert answer.choices[0].message.content == DEFAULT
    assert answer.choices[0].finish_reason == "stop"
    assert answer.usage
    assert answer.usage.total_tokens == answer.usage.prompt_tokens + answer.usage.completion_tokens > 3
    [request] = model.requests
    assert request["messages"] == [{"role": "user", "content": "Halo, ada Avanza?"}]
    assert (request["model"], request["temperature"]) == ("m", 0.2)
    assert model.headers[0]["authorization"] == "Bearer x"


def test_what_it_is_to_say_comes_in_order_and_then_the_default_again(model: ModelServer) -> None:
    model.say("satu", "dua")
    assert [answer.choices[0].message.content for answer in ask(model, "a", "b", "c")] == ["satu", "dua", DEFAULT]


@pytest.mark.parametrize(
    ("said", "content", "finish"),
    [
        pytest.param(None, None, "stop", id="null"),
        pytest.param("", "", "stop", id="blank"),
        pytest.param({"content": "Ada", "reasoning_content": "hmm"}, "Ada", "stop", id="reasoning"),
        pytest.param({"tool_calls": [{"id": "1", "type": "function", "function": {"name": "f", "arguments": "{}"}}]},
                     None, "tool_calls", id="tool"),
    ],
)  # fmt: skip
def test_it_says_odd_things_too(model: ModelServer, said: Content, content: str | None, finish: str) -> None:
    model.say(said)
    [answer] = ask(model, "a")
    assert answer.choices[0].message.content == content
    assert answer.choices[0].finish_reason == finish
    if isinstance(said, dict):
        assert said.items() <= answer.choices[0].message.model_dump().items()


def test_it_answers_from_a_function_of_the_request(model: ModelServer) -> None:
    def shout(body: Json) -> str:
        return str(body["messages"][-1]["content"]).upper()

    model.answer_with(shout)
    assert ask(model, "halo")[0].choices[0].message.content == "HALO"


@pytest.mark.parametrize("status", [400, 401, 404, 429, 500, 503])
def test_it_fails_as_often_as_told(model: ModelServer, status: int) -> None:
    from openai import APIStatusError

    model.fail(status, times=1, code="1302", retry_after=7)
    with pytest.raises(APIStatusError) as failed:
        ask(model, "a")
    assert (failed.value.status_code, failed.value.code) == (status, "1302")
    assert failed.value.response.headers["retry-after"] == "7"
    assert ask(model, "a")[0].choices[0].message.content == DEFAULT


def test_a_hanging_call_times_out_and_others_go_on(model: ModelServer) -> None:
    from openai import APITimeoutError

    model.hang()
    with pytest.raises(APITimeoutError):
        ask(model, "a", timeout=0.05)
    assert ask(model, "a")[0].choices[0].message.content == DEFAULT


def test_a_malformed_body_and_an_empty_answer(model: ModelServer) -> None:
    model.malformed()
    with pytest.raises(json.JSONDecodeError):
        ask(model, "a")
    model.empty()
    assert ask(model, "a")[0].choices == []


def test_a_call_costs_no_nagle_delay(model: ModelServer) -> None:
    ask(model, "warm")
    began = time.perf_counter()
    ask(model, *["a"] * 20)
    assert (time.perf_counter() - began) / 20 < 0.03
