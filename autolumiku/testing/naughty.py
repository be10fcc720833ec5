"""Naughty strings in every text field of the admin and the API: what is stored is what was sent, or it is refused.

Forms are read from their pages, as a browser would send them. A field that refuses a string gets back what stood there,
and the others are sent again, so that each field judges each string. For tests and for `manage.py fuzz --naughty`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from django.contrib import admin
from django.db import models, transaction
from django.test import Client

from autolumiku.lib import phone
from autolumiku.testing.marked import PHONES, Marked
from conversations.models import WhatsAppConversation
from staffcommands.models import StaffWhatsAppAuth
from tenants import scope
from tenants.models import Role, Tenant, User

MOST_TRIES = 6  # of one form, each without the fields that refused before
TYPED = frozenset({"text", "url", "email", "tel", "search", "password"})


def strings(path: Path) -> list[str]:
    """The strings of this JSON list, each once, without the empty one."""
    return list(dict.fromkeys(filter(None, json.loads(path.read_text("utf-8")))))


@dataclass
class Found:
    """How many strings were stored and refused, and all that went wrong, in words."""

    stored: int = 0
    refused: int = 0
    fields: set[str] = field(default_factory=set)
    wrong: list[str] = field(default_factory=list)


# --- a form as its page shows it -------------------------------------------------------------------------------------


class Form(HTMLParser):
    """What a browser would send of the form with this id; typed: the names of its free texts."""

    def __init__(self, page: str, form_id: str) -> None:
        super().__init__(convert_charrefs=True)
        self.form_id, self.inside = form_id, False
        self.values: dict[str, list[str]] = {}
        self.typed: list[str] = []
        self.names: set[str] = set()
        self.required: set[str] = set()
        self.saves = False
        self._select = self._area = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value if value is not None else "" for name, value in attrs}
        if tag == "form":
            self.inside = given.get("id") == self.form_id
        name = given.get("name", "")
        self.saves |= name == "_save"  # the button may stand outside
        if not self.inside or "disabled" in given:
            return
        self.names.add(name)
        self.required |= {name} if "required" in given else set()
        if tag == "input" and name:
            self._input(name, given)
        elif tag == "textarea" and name:
            self._area = name
            self.values[name] = [""]
            self.typed.append(name)
        elif tag == "select":
            self._select = name
        elif tag == "option" and self._select and "selected" in given:
            self.values.setdefault(self._select, []).append(given.get("value", ""))

    def _input(self, name: str, given: dict[str, str]) -> None:
        kind = given.get("type", "text")
        if kind in ("submit", "button", "image", "reset", "file") or (
            kind in ("checkbox", "radio") and "checked" not in given
        ):
            return
        self.values.setdefault(name, []).append(given.get("value", "on" if kind == "checkbox" else ""))
        if kind in TYPED:
            self.typed.append(name)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.inside = False
        elif tag == "textarea" and self._area:
            text = self.values[self._area][0]
            self.values[self._area], self._area = [text.removeprefix("\n")], ""
        elif tag == "select":
            self._select = ""

    def handle_data(self, data: str) -> None:
        if self._area:
            self.values[self._area][0] += data


# --- the admin -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Page:
    """One form of the admin; pk: of the row that it changes, None where it adds one."""

    model: type[models.Model]
    pk: Any

    @property
    def address(self) -> str:
        return f"/admin/{self.model._meta.label_lower.replace('.', '/')}/{f'{self.pk}/change' if self.pk else 'add'}/"

    def row(self) -> Any:
        rows = self.model._base_manager.all()
        with scope.platform("naughty strings"):  # a new showroom is no row of this one
            return rows.get(pk=self.pk) if self.pk else rows.order_by("-pk").first()


def try_admin(
    person: Client, root: Client, place: Marked, texts: Iterator[str], rounds: int, some: slice = slice(None)
) -> Found:
    """So many rounds of each form, each with the next string in each of its text fields; what `person` may not do,
    `root` does. some: of the models, in their order.
    """
    found = Found()
    for model in list(admin.site._registry)[some]:
        row = {Tenant: place.tenant, User: place.people[Role.SALES]}.get(model, place.rows.get(model))
        change = Page(model, row.pk) if row is not None else None
        known = _shown(change, person, root)[0] if change is not None else None
        for page in filter(None, (change, Page(model, None))):
            form, browser = _shown(page, person, root)
            if form is not None:
                if page is not change:
                    _fill(form, known, place)
                _try_page(browser, page, form, texts, rounds, found)
    return found


def _shown(page: Page, *browsers: Client) -> tuple[Form | None, Client]:
    """The form as the first who may see it with a button to save."""
    for browser in browsers:
        answer = browser.get(page.address)
        form = Form(answer.content.decode(), f"{page.model._meta.model_name}_form")
        if answer.status_code == 200 and form.saves:
            return form, browser
    return None, browsers[0]


def _fill(form: Form, known: Form | None, place: Marked) -> None:
    """What a new row needs to be saved, from the one there is; its phone is nobody's yet."""
    there = known.values if known is not None else {}
    for name in form.required & form.values.keys():
        if not any(form.values[name]):
            form.values[name] = ["6287700001234"] if name in PHONES else there.get(name, [""])
    if "tenant" in form.names:
        form.values["tenant"] = [str(place.tenant.pk)]


def _try_page(browser: Client, page: Page, form: Form, texts: Iterator[str], rounds: int, found: Found) -> None:
    typed = [name for name in form.typed if "__prefix__" not in name]
    for _ in range(rounds if typed else 0):
        with undone():
            _try(browser, page, form, dict(zip(typed, texts, strict=False)), found)


def _try(browser: Client, page: Page, form: Form, given: dict[str, str], found: Found) -> None:
    for _ in range(MOST_TRIES):
        answer = browser.post(page.address, {**form.values, **{name: [text] for name, text in given.items()}})
        where = f"{page.address} {given!r:.300}"
        if answer.status_code >= 500:
            found.wrong.append(f"{answer.status_code}: {where}")
            return
        if answer.status_code == 302 and answer["Location"].split("?")[0] != page.address:
            _compare(page, given, found)
            return
        bad = _refused(answer) & set(given)
        if not bad:
            found.refused += len(given)  # as a whole: it conflicts with another row
            return
        found.refused += len(bad)
        found.fields |= {f"{page.address} {name}" for name in bad}
        given = {name: text for name, text in given.items() if name not in bad}


def _refused(answer: Any) -> set[str]:
    """The names of the inputs that the page says are wrong."""
    context = getattr(answer, "context_data", None) or {}
    if "adminform" not in context:
        return set()
    main = context["adminform"].form
    rows = [row for one in context.get("inline_admin_formsets", ()) for row in one.formset.forms]
    return {form.add_prefix(name) for form in (main, *rows) for name in form.errors}


def _compare(page: Page, given: dict[str, str], found: Found) -> None:
    row = page.row()
    names = {one.name for one in page.model._meta.concrete_fields}
    for name, text in given.items():
        found.fields.add(f"{page.address} {name}")
        stored = getattr(row, name) if name in names else None
        if not isinstance(stored, str):
            continue  # of another row, or understood as a number
        found.stored += 1
        if not same(name, text, stored):
            found.wrong.append(f"{page.address} {name}: {text!r:.200} is stored as {stored!r:.200}")


def same(name: str, sent: str, stored: object) -> bool:
    """Spaces around are cut; a phone is stored in its one form."""
    if name in PHONES or name == "phoneNumber":
        return stored == phone.normalise(sent)
    return stored in (sent, sent.strip())


# --- the API ---------------------------------------------------------------------------------------------------------

API = "/api/v1/whatsapp-ai/"
FAQ = "customFAQ"
FILE = "file"


@dataclass(frozen=True)
class Call:
    """One operation. typed: its free texts, those of a GET in the query; given: what else it needs."""

    method: str
    path: str
    typed: tuple[str, ...]
    given: dict[str, Any] = field(default_factory=dict)


def calls(place: Marked) -> tuple[Call, ...]:
    chat, staff = (place.rows[model] for model in (WhatsAppConversation, StaffWhatsAppAuth))
    to = {"conversationId": chat.pk}
    member = {"phoneNumber": "6287700001234", "staffName": "Budi"}
    texts = ("aiName", "welcomeMessage", "instructions", "afterHoursMessage", "aiModel", "timezone")
    return (
        Call("put", "config", (*texts, f"{FAQ}.question", f"{FAQ}.answer")),
        Call("put", "config", ("tenantId",)),
        Call("post", "staff", ("phoneNumber", "staffName"), member),
        Call("put", f"staff/{staff.pk}", ("phoneNumber", "staffName")),
        Call("post", "send-message", ("message",), to),
        Call("post", "send-message", ("message", "to"), {"to": chat.customer_phone}),
        Call("post", "send-message", ("vehicleId",), to),
        Call("post", "send-message", (f"{FILE}.filename", f"{FILE}.base64"), to),
        Call("get", "conversations", ("q", "intent", "cursor")),
        Call("get", "vehicles", ("make", "model")),
        Call("get", "check-whatsapp", ("phone",)),
        Call("get", "profile-picture", ("phone",)),
    )


def try_api(browser: Client, place: Marked, texts: Iterator[str], rounds: int) -> Found:
    """So many rounds of each call, each with the next string in each of its text fields."""
    found = Found()
    for call in calls(place):
        for _ in range(rounds):
            with undone():
                _try_call(browser, call, dict(zip(call.typed, texts, strict=False)), found)
    return found


def _try_call(browser: Client, call: Call, given: dict[str, str], found: Found) -> None:
    for _ in range(MOST_TRIES):
        sent = {**call.given, **_nested(given)}
        kind = {} if call.method == "get" else {"content_type": "application/json"}
        answer = getattr(browser, call.method)(API + call.path, sent, **kind)
        if answer.status_code >= 500:
            found.wrong.append(f"{answer.status_code}: {call.method} {call.path} {given!r:.300}")
            return
        if answer.status_code < 300:
            _read_back(call, answer.json().get("data"), given, found)
            return
        bad = {name for name in given if name.partition(".")[0] in answer.json().get("details", {})} or set(given)
        found.refused += len(bad)
        found.fields |= {f"{call.method} {call.path} {name}" for name in bad}
        given = {name: text for name, text in given.items() if name not in bad}
        if not given:
            return


def _nested(given: dict[str, str]) -> dict[str, Any]:
    """ "file.filename" as the API takes it."""
    sent: dict[str, Any] = {name: text for name, text in given.items() if "." not in name}
    question = {name.partition(".")[2]: text for name, text in given.items() if name.startswith(FAQ)}
    file = {name.partition(".")[2]: text for name, text in given.items() if name.startswith(FILE)}
    return {**sent, **({FAQ: [question]} if question else {}), **({FILE: file} if file else {})}


def _read_back(call: Call, data: Any, given: dict[str, str], found: Found) -> None:
    for name, text in given.items():
        found.fields.add(f"{call.method} {call.path} {name}")
        stored = _of(data, name)
        if not isinstance(stored, str):
            continue
        found.stored += 1
        if not same(name, text, stored):
            found.wrong.append(f"{call.method} {call.path} {name}: {text!r:.200} is stored as {stored!r:.200}")


def _of(data: Any, name: str) -> Any:
    """What the answer says of this field; None where it says nothing of it."""
    if not isinstance(data, dict):
        return None
    if name.startswith(FAQ):
        return data[FAQ][0][name.partition(".")[2]] if data.get(FAQ) else None
    if name == "message" and data.get("messages"):
        return data["messages"][0]["content"]
    return data.get(name)


@contextmanager
def undone() -> Iterator[None]:
    """What happens inside is taken back."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)
