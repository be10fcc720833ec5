"""The commands there are, and the one way to run them: allowed, executed whole or not at all, and logged.

An app offers commands in its module `commands`, which is found at start (staffcommands.apps):

    @registry.command("stats", right="can_view_analytics")
    def stats(actor: Actor, call: Call) -> Done: ...
"""

from __future__ import annotations

import traceback
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import structlog
from django.db import transaction
from django.db.models import F

from aiconfig.models import WhatsAppAIConfig
from autolumiku.lib import clock
from staffcommands import confirmations
from staffcommands.grammar import Call, printable
from staffcommands.models import Confirmation, StaffCommandLog, StaffWhatsAppAuth

log = structlog.get_logger(__name__)

KEPT_TEXT = 500  # characters of a command in the log

COMMANDS_OFF = (
    "Maaf Kak, perintah staf lewat WhatsApp sedang dimatikan untuk showroom ini. "
    "Pemilik atau manajer bisa menyalakannya di pengaturan asisten."
)
SWITCHED_OFF = "Maaf Kak, perintah {name} sedang dimatikan di pengaturan asisten showroom ini."
NO_RIGHT = (
    "❌ Maaf Kak, nomor ini belum punya akses untuk perintah {name}. Hubungi admin showroom untuk mengaktifkannya."
)
NOT_STAFF = "❌ Maaf Kak, nomor ini tidak terdaftar sebagai staf aktif. Hubungi admin showroom untuk aktivasi."
UNKNOWN = "❌ Perintah itu tidak dikenali, Kak. Ketik /menu untuk melihat perintah yang bisa dipakai."
NOTHING_ASKED = "Tidak ada yang sedang menunggu jawaban Kakak. Ketik /menu untuk melihat perintah yang bisa dipakai."
LAPSED = "⏳ Waktunya sudah lewat (5 menit), jadi tidak ada yang diubah, Kak. Kirim lagi perintahnya bila masih perlu."
LEFT = "Baik Kak, tidak jadi. Tidak ada yang diubah."
BROKEN = "❌ Maaf Kak, perintah ini gagal diproses dan tidak ada data yang berubah. Coba lagi sebentar, ya."


@dataclass(frozen=True, slots=True)
class Actor:
    """Who commands, in which showroom, under which settings."""

    tenant_id: int
    staff: StaffWhatsAppAuth
    config: WhatsAppAIConfig


@dataclass(frozen=True, slots=True)
class Document:
    """A file that goes to the person behind the reply."""

    filename: str
    mime_type: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Done:
    """What a command came to. text: the Indonesian reply; error: a short English word for the log, "" on success.

    vehicle_version: the car's version after a change that undo can take back. ask: nothing was done; `text` is a
    question, and on this person's yes the action of the same name runs with this payload (see confirmed()).
    """

    text: str
    success: bool
    error: str = ""
    vehicle_id: int | None = None
    before: dict[str, Any] = field(default_factory=dict)
    after: dict[str, Any] = field(default_factory=dict)
    vehicle_version: int | None = None
    ask: dict[str, Any] | None = None
    document: Document | None = None


def asked(text: str, payload: dict[str, Any], vehicle_id: int | None = None) -> Done:
    """A question instead of a deed."""
    return Done(f"{text}\n\nBalas *ya* untuk melanjutkan atau *tidak* (berlaku 5 menit).", False, "asked",
                vehicle_id, ask=payload)  # fmt: skip


Handler = Callable[[Actor, Call], Done]
Action = Callable[[Actor, dict[str, Any]], Done]


@dataclass(frozen=True, slots=True)
class Command:
    handler: Handler
    right: str | None  # the flag of StaffWhatsAppAuth it needs; None: any active staff
    switch: str | None  # the flag of WhatsAppAIConfig that turns it off


_commands: dict[str, Command] = {}
_actions: dict[str, Action] = {}


def command(name: str, *, right: str | None, switch: str | None = None) -> Callable[[Handler], Handler]:
    """Register a handler for grammar's command `name`. It answers a refusal as Done(success=False), without raising."""

    def register(handler: Handler) -> Handler:
        _commands[name] = Command(handler, right, switch)
        return handler

    return register


def confirmed(name: str) -> Callable[[Action], Action]:
    """Register what happens on a yes to the question that command `name` asked; it gets the question's payload."""

    def register(action: Action) -> Action:
        _actions[name] = action
        return action

    return register


def allowed(actor: Actor) -> tuple[str, ...]:
    """The names of the commands this person may give now."""
    return tuple(name for name in _commands if _refusal(name, actor) is None)


def run(call: Call, actor: Actor) -> Done:
    """Check, execute and log one command, inside the caller's transaction and scope.

    The rights are read anew and locked. What is refused or fails changes nothing but the log.
    """
    staff = _present(actor)
    if staff is None:
        done = Done(NOT_STAFF, False, "not staff")
    else:
        actor = replace(actor, staff=staff)
        call, done = _answered(call, actor) if call.name == "answer" else (call, _commanded(call, actor))
        StaffWhatsAppAuth.objects.filter(pk=staff.pk).update(
            last_command_at=clock.now(), command_count=F("command_count") + 1
        )
    _keep(call, actor, staff, done)
    return done


def refuse(tenant_id: int, phone: str, call: Call) -> None:
    """Log a command of somebody who is no staff; nothing else happens."""
    StaffCommandLog.objects.create(
        tenant_id=tenant_id,
        staff_phone=phone[:20],
        command=call.intent,
        parameters={"text": printable(call.raw)[:KEPT_TEXT]},
        success=False,
        error="not staff",
    )


def _present(actor: Actor) -> StaffWhatsAppAuth | None:
    """The staff row as it is now, if it is still active in this showroom under this phone."""
    return (
        StaffWhatsAppAuth.objects.select_for_update()
        .filter(pk=actor.staff.pk, tenant_id=actor.tenant_id, phone_number=actor.staff.phone_number, is_active=True)
        .first()
    )


def _commanded(call: Call, actor: Actor) -> Done:
    done = _refusal(call.name, actor) or _execute(call.name, actor, lambda: _commands[call.name].handler(actor, call))
    if done.ask is not None:
        confirmations.ask(actor.tenant_id, actor.staff.pk, call.name, done.ask, done.text)
    return done


def _answered(call: Call, actor: Actor) -> tuple[Call, Done]:
    """The person says yes or no to what was asked last: (the command it is then, what it came to)."""
    question = confirmations.take(actor.tenant_id, actor.staff.pk, yes=call.rest == "yes")
    if question is None:
        return call, Done(NOTHING_ASKED, False, "nothing asked")
    name, payload = question.action, question.payload
    call = replace(call, name=name)
    if question.answer == Confirmation.Answer.LAPSED:
        return call, Done(LAPSED, False, "lapsed")
    if question.answer == Confirmation.Answer.NO:
        return call, Done(LEFT, False, "declined")
    return call, _refusal(name, actor) or _execute(name, actor, lambda: _actions[name](actor, payload))


def _refusal(name: str, actor: Actor) -> Done | None:
    if not actor.config.staff_commands_enabled or actor.config.tenant_id != actor.tenant_id:
        return Done(COMMANDS_OFF, False, "commands off")
    wanted = _commands.get(name)
    if wanted is None:
        return Done(UNKNOWN, False, "unknown")
    if wanted.switch and not getattr(actor.config, wanted.switch):
        return Done(SWITCHED_OFF.format(name=f"/{name}"), False, "switched off")
    if wanted.right and not getattr(actor.staff, wanted.right):
        return Done(NO_RIGHT.format(name=f"/{name}"), False, "no right")
    return None


def _execute(name: str, actor: Actor, handler: Callable[[], Done]) -> Done:
    """Run the handler in a savepoint: an unsuccessful end, by value or by exception, leaves no half change."""
    try:
        with transaction.atomic():
            done = handler()
            if not done.success:
                transaction.set_rollback(True)
            return done
    except Exception as error:
        log.error("command failed", tenant=actor.tenant_id, staff=actor.staff.pk, command=name, at=_where(error))
        return Done(BROKEN, False, type(error).__name__)


def _where(error: Exception) -> str:
    """The kind and place of an error; its message may hold what people wrote."""
    last = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__} in {last.name}:{last.lineno}"


def _keep(call: Call, actor: Actor, staff: StaffWhatsAppAuth | None, done: Done) -> None:
    StaffCommandLog.objects.create(
        tenant_id=actor.tenant_id,
        staff=staff,
        staff_phone=actor.staff.phone_number,
        command=call.intent,
        parameters={"text": printable(call.raw)[:KEPT_TEXT]},
        success=done.success,
        result_message=done.text,
        error=done.error[:200],
        vehicle_id=done.vehicle_id,
        before=done.before,
        after=done.after,
        vehicle_version=done.vehicle_version,
    )
