"""The gateway's REST API, and the one exception that says whether a message may have gone out.

    try:
        message_id = Aimeow(base_url).send_text(client_id, conversation.chat, text)
    except AimeowError as error:
        ...  # error.sent is False: proven unsent, may be tried again; None: nobody knows, mark it `unsure`

The gateway has no idempotency key, so an unclear outcome must never be repeated blindly. A 200 alone proves nothing:
the body has to say `success`. Every call opens its own connection, because a reused idle one can die under a request
in a way that leaves its outcome unknown.
"""

from __future__ import annotations

import base64
import re
import ssl
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, NoReturn, cast
from urllib.parse import quote

import requests
import urllib3

from aimeow import payload
from autolumiku.lib import phone as phones

Kind = Literal[
    "not_connected", "not_on_whatsapp", "unknown_client", "invalid", "upload", "unreachable", "refused", "ambiguous",
]  # fmt: skip

BIGGEST_ANSWER = 1_000_000  # bytes after decompression
CHUNK = 16_384


class AimeowError(Exception):
    """What went wrong at the gateway, without any text or number of the request.

    kind: not_connected (the showroom's phone is unlinked or offline), not_on_whatsapp (no such recipient),
      unknown_client (the client id is dead), invalid (the gateway rejects the request as such), upload (a file could
      not be fetched or uploaded), unreachable, refused (any other clear no), ambiguous (the message may have gone out).
    sent: False when it is proven that nothing went out, None when unknown.
    permanent: the same request will never succeed.
    status: the HTTP status, None when no answer came.
    """

    def __init__(self, kind: Kind, *, sent: bool | None = False, permanent: bool = False, status: int | None = None):
        super().__init__(kind if status is None else f"{kind} (HTTP {status})")
        self.kind = kind
        self.sent = sent
        self.permanent = permanent
        self.status = status


@dataclass(frozen=True, slots=True)
class Client:
    """One linked phone at the gateway."""

    id: str
    phone: str  # 62… digits; "" until paired, and after a logout
    is_connected: bool  # sticky: stays True while the network is down
    qr_code: str  # the raw code to draw; "" when there is none yet or when connected
    connected_at: datetime | None
    message_count: int


@dataclass(frozen=True, slots=True)
class ImageError:
    """One image of an album that did not go out (sent False) or may not have (sent None)."""

    number: int  # 1-based, in the order given; 0 when the gateway did not say which
    kind: Kind
    sent: bool | None


@dataclass(frozen=True, slots=True)
class ImagesSent:
    """At least one image went out."""

    ids: tuple[str, ...]
    errors: tuple[ImageError, ...] = ()


class Aimeow:
    """`to` is 62… digits or a JID (`…@lid`, `…@s.whatsapp.net`). Every method raises AimeowError, except `health`."""

    def __init__(self, base_url: str, timeout: tuple[float, float] = (3.05, 90)):
        """timeout: seconds to connect and to wait for the answer; WhatsApp itself may take 75."""
        self.base_url = base_url.rstrip("/")
        self.timeout = timeout

    # Sending: the outcome may be unknown.

    def send_text(self, client_id: str, phone_or_jid: str, text: str) -> str:
        """The message's id at WhatsApp."""
        return _message_id(self._send(client_id, "send-message", {"phone": phone_or_jid, "message": text}))

    def send_image(self, client_id: str, to: str, url: str, caption: str = "") -> str:
        """url: absolute; the gateway fetches it, and its server's Content-Type is the photo's."""
        body = {"phone": to, "imageUrl": url, "caption": caption}
        return _message_id(self._send(client_id, "send-image", body))

    def send_images(self, client_id: str, to: str, images: Sequence[tuple[str, str]]) -> ImagesSent:
        """images: (public https URL, caption). The gateway fetches and sends them one by one, each taking its time."""
        items = [{"imageUrl": url, "caption": caption} for url, caption in images]
        answer = self._send(client_id, "send-images", {"phone": to, "images": items})
        return ImagesSent(_album_ids(answer), tuple(_image_errors(_error_text(answer))))

    def send_document(self, client_id: str, to: str, url: str, filename: str = "", caption: str = "") -> str:
        body = {"phone": to, "documentUrl": url, "filename": filename, "caption": caption}
        return _message_id(self._send(client_id, "send-document", body))

    def send_document_base64(
        self, client_id: str, to: str, data: bytes, filename: str, mime_type: str = "application/pdf", caption: str = ""
    ) -> str:
        body = {
            "phone": to, "base64Data": base64.b64encode(data).decode("ascii"), "filename": filename,
            "mimeType": mime_type, "caption": caption,
        }  # fmt: skip
        return _message_id(self._send(client_id, "send-document-base64", body))

    # Asking and arranging: nothing reaches a customer, `sent` is always False.

    def clients(self) -> list[Client]:
        """Every client of the gateway, other showrooms' too, in random order."""
        answer = self._ask("GET", "/api/v1/clients")
        return [_client(item) for item in answer] if isinstance(answer, list) else _unreadable()

    def client(self, client_id: str) -> Client:
        return _client(self._ask("GET", _path(client_id)))

    def messages(self, client_id: str, limit: int = 50) -> list[str]:
        """The last plain texts that the gateway still remembers, newest last; at most 100."""
        found = _object(self._ask("GET", f"{_path(client_id)}/messages?limit={limit:d}")).get("messages")
        return [text for text in found if isinstance(text, str)] if isinstance(found, list) else _unreadable()

    def new_client(self, os_name: str = "") -> str:
        """The new client's id. Its QR code appears a moment later in `client(id)`, for about 160 seconds."""
        answer = self._ask("POST", "/api/v1/clients/new", {"osName": os_name} if os_name else {})
        return _text(answer, "id") or _unreadable()

    def delete_client(self, client_id: str) -> None:
        """Forgets the client until the gateway restarts; the phone stays linked (the gateway has no logout)."""
        self._ask("DELETE", _path(client_id))

    def get_callback(self) -> str:
        """The one webhook URL of the whole gateway; "" when unset."""
        return _text(self._ask("GET", "/api/v1/config"), "callbackUrl")

    def set_callback(self, url: str) -> str:
        """What the gateway says that it stored."""
        return _text(self._ask("POST", "/api/v1/config", {"callbackUrl": url}), "callbackUrl")

    def check_whatsapp(self, client_id: str, phone: str) -> bool:
        answer = _object(self._ask("GET", f"{_path(client_id)}/check-whatsapp/{_segment(phone)}"))
        registered = answer.get("isRegistered")
        if not registered and _error_text(answer):
            raise AimeowError("refused", status=200)
        return registered if isinstance(registered, bool) else _unreadable()

    def profile_picture(self, client_id: str, phone: str) -> str:
        """The picture's URL; "" when there is none or it is hidden."""
        return _text(self._ask("GET", f"{_path(client_id)}/profile-picture/{_segment(phone)}"), "pictureUrl")

    def health(self) -> bool:
        try:
            return _text(self._ask("GET", "/health"), "status") == "ok"
        except AimeowError:
            return False

    def _send(self, client_id: str, endpoint: str, body: dict[str, Any]) -> dict[str, Any]:
        body = {**body, "phone": recipient(body["phone"])}
        status, answer = self._call("POST", f"{_path(client_id)}/{endpoint}", body, sends=True)
        if status == 200 and isinstance(answer, dict) and answer.get("success") is True:
            return answer
        raise _failure(status, answer)

    def _ask(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        status, answer = self._call(method, path, body, sends=False)
        if status == 200:
            return answer
        failure = _failure(status, answer)
        if failure.kind == "ambiguous":
            failure = AimeowError("unreachable", status=status)
        raise failure

    def _call(self, method: str, path: str, body: dict[str, Any] | None, *, sends: bool) -> tuple[int, object]:
        """(HTTP status, decoded body); the body is None when it cannot be read, whatever the reason."""
        try:
            response = _session().request(
                method, self.base_url + path, json=body, timeout=self.timeout, allow_redirects=False, stream=True
            )
        except Exception as error:  # beside its own, requests lets errors of urllib3, ssl and idna through
            raise _no_answer(error, sends=sends) from None
        with response:
            return response.status_code, _decoded(response)


JID = re.compile(r"([0-9]{5,20})(?::[0-9]{1,3})?@([a-z.]+)")
BARE_LID = re.compile(r"[0-9]{14,20}")
SERVERS = {
    "s.whatsapp.net": "s.whatsapp.net", "c.us": "s.whatsapp.net", "hosted": "s.whatsapp.net",
    "lid": "lid", "hosted.lid": "lid",
}  # fmt: skip


def recipient(to: str) -> str:
    """The address as WhatsApp takes it: no device part, no old server name, a bare LID with its server."""
    if jid := JID.fullmatch(to):
        return f"{jid[1]}@{SERVERS.get(jid[2], jid[2])}"
    if "@" in to:
        return to
    return phones.normalise(to) or (f"{to}@lid" if BARE_LID.fullmatch(to) else to)


_local = threading.local()


def _session() -> requests.Session:
    """This thread's session. It keeps no connection, reads no proxies or passwords from the environment, and costs
    half of what requests' own session for each call costs.
    """
    if not hasattr(_local, "session"):
        _local.session = requests.Session()
        _local.session.trust_env = False
        _local.session.headers["Connection"] = "close"
    return cast(requests.Session, _local.session)


# --- what an outcome proves ------------------------------------------------------------------------------------------

NEVER_CONNECTED = (
    requests.exceptions.ConnectTimeout,
    urllib3.exceptions.ConnectTimeoutError,
    urllib3.exceptions.NewConnectionError,
    ssl.SSLCertVerificationError,
)
NEVER_BUILT = (
    requests.exceptions.InvalidURL,
    requests.exceptions.InvalidSchema,
    requests.exceptions.MissingSchema,
    requests.exceptions.InvalidHeader,
    requests.exceptions.InvalidJSONError,
    urllib3.exceptions.LocationValueError,
)


@dataclass(frozen=True, slots=True)
class Outcome:
    kind: Kind
    sent: bool | None = False
    permanent: bool = False


AMBIGUOUS = Outcome("ambiguous", sent=None)
# What the gateway's error says, in the order of asking. A file's failure comes before any sending, even by timeout.
SAYINGS = (
    (r"\Afailed to (?:upload|download|read data)", Outcome("upload")),
    (r"\A(?:upload|download|image download|document download) failed", Outcome("upload")),
    (r"timed out|websocket disconnected before|deadline exceeded", AMBIGUOUS),
    (r"no LID found", Outcome("not_on_whatsapp", permanent=True)),
    (r"websocket not connected|client is not connected|no connected client", Outcome("not_connected")),
    (r"contain a device JID", Outcome("not_connected")),
    (r"must be a user JID|to unknown server|invalid phone number format", Outcome("invalid", permanent=True)),
    (r"server returned error \d", Outcome("refused")),
)
KNOWN = tuple((re.compile(saying, re.IGNORECASE), outcome) for saying, outcome in SAYINGS)
IMAGE = re.compile(r"Image (\d{1,4}): ")


def _no_answer(error: Exception, *, sends: bool) -> AimeowError:
    """Nothing came back. Only an error from before the first byte of the request proves that nothing went out."""
    causes = tuple(_causes(error))
    if any(isinstance(cause, NEVER_BUILT) for cause in causes):
        return AimeowError("invalid", permanent=True)
    if not sends or any(isinstance(cause, NEVER_CONNECTED) for cause in causes):
        return AimeowError("unreachable")
    return AimeowError("ambiguous", sent=None)


def _causes(error: object, deepest: int = 5) -> Iterator[BaseException]:
    """The error and those it wraps; requests and urllib3 put them into `args` and `reason`."""
    if isinstance(error, BaseException) and deepest:
        yield error
        for inner in (*error.args, getattr(error, "reason", None)):
            yield from _causes(inner, deepest - 1)


def _failure(status: int, answer: object) -> AimeowError:
    outcome = _outcome(status, _error_text(answer))
    return AimeowError(outcome.kind, sent=outcome.sent, permanent=outcome.permanent, status=status)


def _outcome(status: int, said: str) -> Outcome:
    """3xx and 4xx come before anything is sent (but 408 comes from a proxy in between); the rest is up to the words."""
    if status == 404:
        is_client = "client not found" in said
        return Outcome("unknown_client" if is_client else "refused", permanent=is_client)
    if status == 400:
        known = _known(said)
        return Outcome("invalid", permanent=True) if known is AMBIGUOUS else known
    if 300 <= status < 500 and status != 408:
        return Outcome("refused")
    if IMAGE.search(said):
        return _of_album(_image_errors(said))
    return _known(said)


def _known(said: str) -> Outcome:
    return next((outcome for saying, outcome in KNOWN if saying.search(said)), AMBIGUOUS)


def _of_album(errors: Sequence[ImageError]) -> Outcome:
    """No image went out for sure only if that holds for each."""
    if any(error.sent is None for error in errors):
        return AMBIGUOUS
    return Outcome(errors[0].kind)


def _image_errors(said: str) -> list[ImageError]:
    """From "Partial success. Errors: Image 2: Send failed - …"; a sentence of another make is one unclear error."""
    if not said:
        return []
    parts = IMAGE.split(said)[1:]
    outcomes = [(int(number), _known(words)) for number, words in zip(parts[::2], parts[1::2], strict=True)]
    return [ImageError(number, outcome.kind, outcome.sent) for number, outcome in outcomes or [(0, AMBIGUOUS)]]


# --- reading answers -------------------------------------------------------------------------------------------------


def _decoded(response: requests.Response) -> object:
    """The JSON body, or None when it is broken, too big or no JSON: by then the status has said what it can."""
    try:
        raw = b""
        for chunk in response.iter_content(CHUNK):
            raw += chunk
            if len(raw) > BIGGEST_ANSWER:
                return None
        body = payload.decode(raw)
        payload.refuse_broken_strings(body)
    except Exception:  # requests, urllib3, zlib and sockets all have their own
        return None
    return body


def _path(client_id: str) -> str:
    return f"/api/v1/clients/{_segment(client_id)}"


def _segment(name: str) -> str:
    """One path segment; a blank or dotted one would name another route."""
    if name in ("", ".", ".."):
        raise AimeowError("invalid", permanent=True)
    return quote(name, safe="")


def _client(item: object) -> Client:
    fields = _object(item)
    is_connected = fields.get("isConnected") is True
    qr_code, count = _text(fields, "qrCode"), fields.get("messageCount")
    return Client(
        id=_text(fields, "id") or _unreadable(),
        phone=phones.normalise(_text(fields, "phone")),
        is_connected=is_connected,
        qr_code="" if is_connected or qr_code == "not_available" else qr_code,
        connected_at=payload.moment(_text(fields, "connectedAt")),
        message_count=count if isinstance(count, int) and not isinstance(count, bool) else 0,
    )


def _object(answer: object) -> dict[str, Any]:
    return answer if isinstance(answer, dict) else _unreadable()


def _text(answer: object, name: str) -> str:
    value = _object(answer).get(name)
    return value if isinstance(value, str) else ""


def _error_text(answer: object) -> str:
    return _text(answer, "error") if isinstance(answer, dict) else ""


def _message_id(answer: object) -> str:
    """ "" when the gateway confirms without an id: the message went out all the same."""
    return _text(answer, "messageId")[: payload.LONGEST_ID]


def _album_ids(answer: object) -> tuple[str, ...]:
    """From the sentence "Sent 2 images successfully. IDs: 3EB0AAA, 3EB0BBB"."""
    ids = _text(answer, "messageId").partition("IDs: ")[2].split(",")
    return tuple(name for item in ids if (name := item.strip()[: payload.LONGEST_ID]))


def _unreadable() -> NoReturn:
    raise AimeowError("unreachable", status=200)
