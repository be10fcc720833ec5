"""A model that says what a test wants: OpenAI's wire on a loopback port.

    with ModelServer() as model:
        model.say("Ada Kak, Avanza 2019.", None)         # one answer a call, then DEFAULT again; None: content null
        client = openai.AsyncOpenAI(base_url=model.base_url, api_key="x", max_retries=0, timeout=1)

It speaks real HTTP/1.1 with keep-alive, so that timeouts, retries and broken bodies are the client's real ones.
"""

from __future__ import annotations

import json
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self

DEFAULT = "Baik Kak, ada yang bisa saya bantu?"

Json = dict[str, Any]
Content = str | Json | None


@dataclass(frozen=True, slots=True)
class Response:
    """One scripted answer of the wire. `hold`: nothing is sent until the server ends or is reset."""

    status: int = 200
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = ()
    hold: bool = False


@dataclass
class Script:
    """What is to be answered next; shared by the server's threads under its lock."""

    queue: deque[Content | Response] = field(default_factory=deque)
    answer: Callable[[Json], str] | None = None
    spoken: str | None = None


class ModelServer:
    """A context manager; each server has its own port and script. Answers queued are used up in order of arrival."""

    def __init__(self, *, model: str = "stub-model") -> None:
        self.model = model
        self.requests: list[Json] = []  # the decoded bodies, oldest first
        self.headers: list[dict[str, str]] = []  # of the same requests, names in lower case
        self.recordings: list[bytes] = []  # the bodies with voice notes
        self._script = Script()
        self._lock = threading.Lock()
        self._released = threading.Event()
        self._server = _Server(("127.0.0.1", 0), _Wire)
        self._server.owner = self

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}/v1"

    def say(self, *contents: Content) -> None:
        """Queues answers: text, None (content null), or a raw `message` (reasoning_content, tool_calls, …)."""
        self._queue(*contents)

    def answer_with(self, answer: Callable[[Json], str]) -> None:
        """Calls it with each request's body whenever nothing is queued."""
        with self._lock:
            self._script.answer = answer

    def hear(self, words: str | None) -> None:
        """What the next voice notes say; None: the provider fails."""
        with self._lock:
            self._script.spoken = words

    def fail(self, status: int, times: int = 1, *, code: str = "", retry_after: int | None = None) -> None:
        """Queues error responses in the provider's shape; retry_after in seconds."""
        error = {"message": f"scripted failure {status}", "type": "error", "code": code or str(status)}
        after = (("Retry-After", str(retry_after)),) if retry_after is not None else ()
        self._queue(*[Response(status, json.dumps({"error": error}).encode(), after)] * times)

    def hang(self, times: int = 1) -> None:
        """Queues calls that get no answer until reset() or the end."""
        self._queue(*[Response(hold=True)] * times)

    def malformed(self, body: bytes = b'{"choices": [{"message": {"content": "Ad', times: int = 1) -> None:
        """Queues 200s whose body is not what it should be (by default cut short)."""
        self._queue(*[Response(body=body)] * times)

    def empty(self, times: int = 1) -> None:
        """Queues well-formed answers without a choice."""
        body = {"id": "chatcmpl-0", "object": "chat.completion", "created": 0, "model": self.model, "choices": []}
        self._queue(*[Response(body=json.dumps(body).encode())] * times)

    def reset(self) -> None:
        """Forgets the script and the requests, and lets hanging calls go."""
        with self._lock:
            self._script = Script()
            self.requests.clear()
            self.recordings.clear()
            self.headers.clear()
            self._released.set()
            self._released = threading.Event()

    def _queue(self, *items: Content | Response) -> None:
        with self._lock:
            self._script.queue.extend(items)

    def _next(self, request: Json, headers: dict[str, str]) -> tuple[Response, threading.Event]:
        """The response to one request, and what a held one waits for."""
        with self._lock:
            self.requests.append(request)
            self.headers.append(headers)
            number, released = len(self.requests), self._released
            queue, answer = self._script.queue, self._script.answer
            item = queue.popleft() if queue else answer or DEFAULT
        if isinstance(item, Response):
            return item, released
        content = item(request) if callable(item) else item
        return Response(body=json.dumps(_completion(content, request, self.model, number)).encode()), released

    def __enter__(self) -> Self:
        serve = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.005}, daemon=True)
        serve.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._released.set()
        self._server.shutdown()
        self._server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False  # kept-alive connections end with their clients
    request_queue_size = 128
    owner: ModelServer


class _Wire(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Server

    def do_POST(self) -> None:
        raw = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        if self.path == "/v1/audio/transcriptions":
            words = self.server.owner._script.spoken
            self.server.owner.recordings.append(raw)
            self._send(Response(500) if words is None else Response(body=json.dumps({"text": words}).encode()))
            return
        if self.path != "/v1/chat/completions":
            self._send(Response(404, b'{"error": {"message": "no such path", "code": "404"}}'))
            return
        names = {name.lower(): value for name, value in self.headers.items()}
        response, released = self.server.owner._next(json.loads(raw), names)
        if response.hold:
            released.wait()
            self.close_connection = True
            return
        self._send(response)

    def _send(self, response: Response) -> None:
        """Head and body in one write: two would wait for each other (Nagle), 44 ms a call."""
        fields = [("Content-Type", "application/json"), ("Content-Length", str(len(response.body))), *response.headers]
        head = "".join(f"{name}: {value}\r\n" for name, value in fields)
        self.wfile.write(f"HTTP/1.1 {response.status} Scripted\r\n{head}\r\n".encode() + response.body)

    def handle(self) -> None:
        try:
            super().handle()
        except OSError:
            self.close_connection = True  # the client gave up, as a test of its timeout makes it

    def log_message(self, format: str, *args: object) -> None:
        """Silent."""


def _completion(content: Content, request: Json, model: str, number: int) -> Json:
    message: Json = content if isinstance(content, dict) else {"content": content}
    tools = bool(message.get("tool_calls"))
    asked = sum(len(str(line.get("content") or "").split()) for line in request.get("messages", []))
    said = len(str(message.get("content") or "").split())
    return {
        "id": f"chatcmpl-{number}",
        "object": "chat.completion",
        "created": 1_700_000_000 + number,
        "model": request.get("model") or model,
        "choices": [
            {
                "index": 0,
                "message": {"role": "assistant", "content": None, **message},
                "finish_reason": "tool_calls" if tools else "stop",
            }
        ],
        "usage": {"prompt_tokens": asked, "completion_tokens": said, "total_tokens": asked + said},
    }
