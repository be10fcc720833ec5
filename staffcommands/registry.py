"""The commands there are, and the one way to run them: allowed, executed whole or not at all, and logged.

An app offers commands in its module `commands`, which is found at start (staffcommands.apps):

    @registry.command("stats", right="can_view_analytics")
    def stats(actor: Actor, rest: str) -> Done: ...
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
from staffcommands.grammar import Call, printable
from staffcommands.models import StaffCommandLog, StaffWhatsAppAuth

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
UNKNOWN = (
    "❌ Perintah itu tidak dikenali, Kak. Yang bisa dipakai:\n"
    "/upload – tambah mobil\n"
    "/status – ubah status mobil\n"
    "/inventory – lihat stok\n"
    "/stats – statistik showroom"
)
BROKEN = "❌ Maaf Kak, perintah ini gagal diproses dan tidak ada data yang berubah. Coba lagi sebentar, ya."


@dataclass(frozen=True, slots=True)
class Actor:
    """Who commands, in which showroom, under which settings."""

    tenant_id: int
    staff: StaffWhatsAppAuth
    config: WhatsAppAIConfig


@dataclass(frozen=True, slots=True)
class Done:
    """What a command came to. text: the Indonesian reply; error: a short English word for the log, "" on success."""

    text: str
    success: bool
    error: str = ""
    vehicle_id: int | None = None
    before: dict[str, Any] = field(default_factory=dict)
    after: dict[str, Any] = field(default_factory=dict)


Handler = Callable[[Actor, str], Done]


@dataclass(frozen=True, slots=True)
class Command:
    handler: Handler
    right: str | None  # the flag of StaffWhatsAppAuth it needs; None: any active staff
    switch: str | None  # the flag of WhatsAppAIConfig that turns it off


_commands: dict[str, Command] = {}


def command(name: str, *, right: str | None, switch: str | None = None) -> Callable[[Handler], Handler]:
    """Register a handler for grammar's command `name`. It answers a refusal as Done(success=False), without raising."""

    def register(handler: Handler) -> Handler:
        _commands[name] = Command(handler, right, switch)
        return handler

    return register


def run(call: Call, actor: Actor) -> Done:
    """Check, execute and log one command, inside the caller's transaction and scope.

    The rights are read anew and locked. What is refused or fails changes nothing but the log.
    """
    staff = _present(actor)
    if staff is None:
        done = Done(NOT_STAFF, False, "not staff")
    else:
        actor = replace(actor, staff=staff)
        done = _refusal(call, actor) or _execute(call, actor)
        StaffWhatsAppAuth.objects.filter(pk=staff.pk).update(
            last_command_at=clock.now(), command_count=F("command_count") + 1
        )
    _keep(call, actor, staff, done)
    return done


def _present(actor: Actor) -> StaffWhatsAppAuth | None:
    """The staff row as it is now, if it is still active in this showroom under this phone."""
    return (
        StaffWhatsAppAuth.objects.select_for_update()
        .filter(pk=actor.staff.pk, tenant_id=actor.tenant_id, phone_number=actor.staff.phone_number, is_active=True)
        .first()
    )


def _refusal(call: Call, actor: Actor) -> Done | None:
    if not actor.config.staff_commands_enabled or actor.config.tenant_id != actor.tenant_id:
        return Done(COMMANDS_OFF, False, "commands off")
    wanted = _commands.get(call.name)
    if wanted is None:
        return Done(UNKNOWN, False, "unknown")
    if wanted.switch and not getattr(actor.config, wanted.switch):
        return Done(SWITCHED_OFF.format(name=f"/{call.name}"), False, "switched off")
    if wanted.right and not getattr(actor.staff, wanted.right):
        return Done(NO_RIGHT.format(name=f"/{call.name}"), False, "no right")
    return None


def _execute(call: Call, actor: Actor) -> Done:
    """Run the handler in a savepoint: an unsuccessful end, by value or by exception, leaves no half change."""
    try:
        with transaction.atomic():
            done = _commands[call.name].handler(actor, call.rest)
            if not done.success:
                transaction.set_rollback(True)
            return done
    except Exception as error:
        log.error("command failed", tenant=actor.tenant_id, staff=actor.staff.pk, command=call.name, at=_where(error))
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
    )
