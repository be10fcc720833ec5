"""What the simulated gateway knows: clients, contacts, chats, files, and a record of everything sent.

Lives in memory and is touched only from the event loop's thread; tests read copies.
"""

from __future__ import annotations

import json
import random
import secrets
import time
import uuid
from collections import OrderedDict, deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from . import payloads, qr
from .faults import SEND_TAILS, Faults
from .jids import Jid

TYPING_SECONDS = 60.0
KEPT_TEXTS = 100  # per client, for GET /messages
KEPT_ENTRIES = 2000  # per chat
KEPT_FILES = 400


@dataclass
class Client:
    """One WhatsApp session. `connected` is sticky: network loss does not clear it. A blank phone: never paired."""

    id: str
    phone: str = ""
    name: str = ""
    showroom: str = ""
    connected: bool = False
    connected_at: str = ""
    os_name: str = ""
    device: int = 80
    created: float = field(default_factory=time.monotonic)
    last_qr: str = ""  # frozen when paired
    texts: deque[str] = field(default_factory=lambda: deque(maxlen=KEPT_TEXTS))

    @property
    def label(self) -> str:
        return self.showroom or self.name or self.phone or self.id[:8]


@dataclass
class Contact:
    """A person with a phone, customer or staff; `showroom` says where staff work."""

    phone: str
    name: str
    lid: str
    role: str = "customer"
    showroom: str = ""


@dataclass(frozen=True, slots=True)
class Sent:
    """One send that the app asked for and that passed validation, whether or not it was delivered."""

    seq: int
    at: float  # Unix seconds
    client_id: str
    path: str  # "send-message", "send-images", …
    to: str  # `phone` as the app gave it
    phone: str  # the contact's digits behind `to`; "" for groups
    text: str
    images: tuple[dict[str, Any], ...]  # url, caption, content_type, size, delivered, message_id, error
    document: dict[str, Any] | None  # filename, mime_type, size, caption
    delivered: bool
    message_id: str
    error: str  # what the app was told went wrong; "" on success


@dataclass
class Entry:
    """One line of a chat as the phone page shows it."""

    id: int
    rev: int
    at: float
    side: str  # contact | bot | staff | system
    kind: str
    text: str = ""
    media: str = ""  # address of a file on this server
    media_type: str = ""
    message_id: str = ""
    state: str = ""  # contact's messages: sending, read, failed; any: deleted
    note: str = ""


@dataclass(frozen=True, slots=True)
class StoredFile:
    data: bytes
    content_type: str


class Gateway:
    """The whole state. `base_url` is where this server is reached; `callback_url` is one for all clients."""

    def __init__(self) -> None:
        self.base_url = ""
        self.callback_url = ""
        self.faults = Faults()
        self.clients: dict[str, Client] = {}
        self.unlinked: dict[str, Client] = {}  # deleted without logout: back after a restart
        self.contacts: dict[str, Contact] = {}
        self.sent: list[Sent] = []
        self.chats: dict[tuple[str, str], deque[Entry]] = {}
        self.typing: dict[tuple[str, str], float] = {}
        self.files: dict[tuple[str, str], StoredFile] = {}
        self.media: OrderedDict[str, StoredFile] = OrderedDict()
        self.rev = 0

    # -- clients ------------------------------------------------------------------------------------------------

    def new_client(self, client_id: str = "", os_name: str = "") -> Client:
        client = Client(client_id or str(uuid.uuid4()), os_name=os_name)
        self.clients[client.id] = client
        return client

    def connect(self, client: Client, phone: str) -> None:
        """The scan succeeded: the client has a phone, and its last QR stays in view."""
        client.last_qr = self.qr_code(client)
        client.phone = phone
        client.connected = True
        nanoseconds = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%S}.{time.time_ns() % 10**9:09d}"
        client.connected_at = f"{nanoseconds.rstrip('0').rstrip('.')}Z"

    def log_out(self, client: Client) -> None:
        """Unlinked on the phone: cannot be revived."""
        client.last_qr = self.qr_code(client)
        client.connected, client.phone = False, ""

    def delete(self, client: Client) -> None:
        """Forgets the session in memory only; WhatsApp still lists the device."""
        del self.clients[client.id]
        if client.phone:
            self.unlinked[client.id] = client

    def restart(self) -> None:
        """The gateway's process ends and starts: memory is gone, paired devices come back, unpaired ones vanish."""
        survivors = {client.id: client for client in (self.clients | self.unlinked).values() if client.phone}
        for client in survivors.values():
            client.texts.clear()
            client.last_qr = qr.NOT_AVAILABLE
        self.clients, self.unlinked = survivors, {}
        self.files.clear()
        self.typing.clear()

    def age(self, client: Client) -> float:
        """Seconds of QR life so far, at the switched speed."""
        return (time.monotonic() - client.created) * self.faults.qr_speed

    def qr_code(self, client: Client) -> str:
        return client.last_qr or qr.code_at(client.id, self.age(client))

    def find_client(self, hint: str) -> Client | None:
        """By id, phone, showroom or name; a blank hint means the first connected one."""
        if not hint:
            return next((client for client in self.clients.values() if client.connected), None)
        return next(
            (c for c in self.clients.values() if hint in (c.id, c.phone, c.showroom, c.name)),
            None,
        )

    # -- contacts -----------------------------------------------------------------------------------------------

    def contact(self, phone: str, name: str = "", **fields: str) -> Contact:
        """The contact with this number, made if new; a name given now replaces the old one."""
        known = self.contacts.get(phone)
        if known is None:
            lid = fields.pop("lid", "") or payloads.lid_for(phone)
            known = self.contacts[phone] = Contact(phone, name, lid, **fields)
        elif name:
            known.name = name
        return known

    def find_contact(self, jid: Jid) -> Contact | None:
        """Whose chat a JID opens; an unknown phone becomes a nameless contact, an unknown LID and a group nobody."""
        if jid.server == payloads.PHONE_SERVER:
            return self.contact(jid.user)
        if jid.server != "lid":
            return None
        for contact in self.contacts.values():
            made_up = payloads.lid_for(contact.phone), payloads.lid_for(contact.phone, flagged=True)
            if jid.user == contact.lid or jid.user in made_up:
                return contact
        return None

    def known_lids(self) -> frozenset[str]:
        return frozenset(contact.lid for contact in self.contacts.values())

    # -- chats --------------------------------------------------------------------------------------------------

    def add_entry(self, client: Client, contact: Contact, side: str, kind: str, **fields: Any) -> Entry:
        self.rev += 1
        entry = Entry(id=self.rev, rev=self.rev, at=time.time(), side=side, kind=kind, **fields)
        self.chats.setdefault((client.id, contact.phone), deque(maxlen=KEPT_ENTRIES)).append(entry)
        return entry

    def set_state(self, entry: Entry, state: str) -> None:
        self.rev += 1
        entry.state, entry.rev = state, self.rev

    def start_typing(self, client: Client, contact: Contact) -> None:
        self.typing[client.id, contact.phone] = time.monotonic() + TYPING_SECONDS

    def stop_typing(self, client: Client, contact: Contact) -> None:
        self.typing.pop((client.id, contact.phone), None)

    def is_typing(self, client_id: str, phone: str) -> bool:
        return self.typing.get((client_id, phone), 0) > time.monotonic()

    def delete_message(self, message_id: str) -> None:
        for chat in self.chats.values():
            for entry in chat:
                if message_id and entry.message_id == message_id:
                    self.set_state(entry, "deleted")

    def keep_media(self, data: bytes, content_type: str) -> str:
        """Keeps a picture for the phone page and returns its address; the oldest make room."""
        name = secrets.token_hex(8)
        self.media[name] = StoredFile(data, content_type)
        while len(self.media) > KEPT_FILES:
            self.media.popitem(last=False)
        return f"/control/media/{name}"

    # -- faults -------------------------------------------------------------------------------------------------

    def next_failure(self, jid: Jid) -> str:
        """The tail with which the switches fail this send, "" when they let it pass."""
        faults = self.faults
        kind = faults.send_error
        if not kind and faults.fail_next > 0:
            self.faults = replace(faults, fail_next=faults.fail_next - 1)
            kind = faults.fail_kind
        if not kind and random.random() < faults.fail_rate:  # noqa: S311 - not a secret
            kind = faults.fail_kind
        return SEND_TAILS[kind].format(jid=jid) if kind else ""

    def reset(self, *, keep_faults: bool = False) -> None:
        """Forgets chats, files and the record of sends; clients, contacts and the callback stay."""
        self.sent = []
        self.chats.clear()
        self.typing.clear()
        self.files.clear()
        self.media.clear()
        for client in self.clients.values():
            client.texts.clear()
        self.rev += 1
        if not keep_faults:
            self.faults = Faults()


def new_message_id(prefix: str = "3EB0") -> str:
    return prefix + secrets.token_hex(9).upper()


def load(gateway: Gateway, path: Path) -> None:
    """Preloads callback, connected clients and contacts; OSError or ValueError when the file is unusable."""
    given = json.loads(path.read_text(encoding="utf-8"))
    if not isinstance(given, dict):
        raise ValueError("the state file must hold one JSON object")
    gateway.callback_url = str(given.get("callback_url", ""))
    preload(gateway, given.get("clients", ()), given.get("contacts", ()))


def preload(
    gateway: Gateway, clients: Iterable[Mapping[str, str]] = (), contacts: Iterable[Mapping[str, str]] = ()
) -> None:
    """Adds connected clients ({id, phone, name, showroom}) and contacts ({phone, name, lid?, role?, showroom?})."""
    for given in clients:
        client = gateway.new_client(str(given.get("id", "")))
        client.name = str(given.get("name", ""))
        client.showroom = str(given.get("showroom", "")) or client.name
        gateway.connect(client, str(given["phone"]))
    for given in contacts:
        gateway.contact(
            str(given["phone"]),
            str(given.get("name", "")),
            lid=str(given.get("lid", "") or ""),
            role=str(given.get("role", "") or "customer"),
            showroom=str(given.get("showroom", "") or ""),
        )
