"""Commands on the stock: add, change and list cars, and take a change back. Replies are short, for a phone's screen."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.db.models import Count, Q, QuerySet, Sum

from autolumiku.lib import clock, kilometres, numerals, rupiah, text
from inventory import models as inventory
from inventory import names
from inventory.models import NEXT, Condition, Fuel, Status, Transmission, Vehicle, VehicleHistory
from staffcommands import (
    cars,
    drives,  # noqa: F401 - registers its commands
    edits,
    grammar,
    notices,
    prospects,  # noqa: F401
    uploads,
)
from staffcommands.grammar import Call
from staffcommands.models import StaffCommandLog
from staffcommands.registry import Actor, Done, allowed, asked, command, confirmed

PAGE = 10
LAST_CAR_HOURS = 24
UNDO_MINUTES = 10
STATUS_HELP = "Formatnya: status [ID mobil] [status baru]\nContoh: status {unit_id} SOLD\n\nPilihan status: {statuses}"
STATUSES = "AVAILABLE, BOOKED, SOLD, DELETED"
EDIT_HELP = (
    "Formatnya: edit [ID mobil] [data] [nilai baru], boleh beberapa sekaligus\n"
    "Contoh: edit {unit_id} harga 175jt, km 50rb, warna hitam\n\n"
    "Data yang bisa diubah: harga, harga kredit, harga modal, tahun, km, warna, transmisi, bahan bakar, cc, kondisi, "
    "merek, model, varian, plat, kursi, surat, catatan"
)
UNDO_HINT = "\n\nSalah? Ketik *undo* dalam 10 menit."
SUMMARY_ORDER = (Status.AVAILABLE, Status.BOOKED, Status.SOLD, Status.DRAFT)


# --- which car ------------------------------------------------------------------------------------------------------


def _unit(tenant_id: int, unit_id: str) -> Vehicle | None:
    """The showroom's car with this ID, locked; upper or lower case, the exact spelling first."""
    rows = Vehicle.objects.select_for_update().filter(tenant_id=tenant_id, display_id__iexact=unit_id)
    return min(rows, key=lambda row: row.display_id != unit_id, default=None)


def _named(tenant_id: int, make: str, model: str, year: int | None, words: Iterable[str]) -> list[Vehicle]:
    """The cars of this name that are for sale, locked; what was said beyond the model must be in it too."""
    rows = Vehicle.objects.select_for_update().filter(tenant_id=tenant_id, make__iexact=make)
    rows = rows.exclude(status__in=(Status.SOLD, Status.DELETED)).order_by("display_id")
    if year:
        rows = rows.filter(year=year)
    wanted = list(words)
    return [
        row
        for row in rows
        if (not model or names.is_model(make, model, row.model))
        and all(word in text.plain(f"{row.model} {row.variant} {row.color}").split() for word in wanted)
    ]


def last_car(actor: Actor) -> Vehicle | None:
    """The car this person added or changed last, within a day; locked."""
    entries = StaffCommandLog.objects.filter(
        tenant_id=actor.tenant_id,
        staff_phone=actor.staff.phone_number,
        executed_at__gte=clock.now() - timedelta(hours=LAST_CAR_HOURS),
        success=True,
        vehicle__isnull=False,
    )
    for vehicle_id in entries.order_by("-executed_at", "-id").values_list("vehicle_id", flat=True)[:1]:
        return Vehicle.objects.select_for_update().get(pk=vehicle_id)
    return None


def _one_of(cars_found: list[Vehicle], example: str) -> Done:
    """Several cars have this name: the person says which."""
    lines = [f"• {car.display_id} – {car.name}, {_price(car.price)}" for car in cars_found[:PAGE]]
    body = "\n".join(lines)
    text_ = f"Ada {len(cars_found)} mobil dengan nama itu, Kak:\n{body}\n\nUlangi dengan ID-nya, misalnya: {example}"
    return Done(text_, False, "ambiguous")


def _not_found(said: str) -> Done:
    return Done(f"❌ Mobil dengan ID {said} tidak ditemukan.\nCek ID mobil dengan: stok", False, "not found")


def _price(price: int | None) -> str:
    return rupiah.show(price) if price is not None else "harga belum diisi"


# --- /edit ----------------------------------------------------------------------------------------------------------


@command("edit", right="can_edit_vehicle", switch="enable_staff_status")
def edit(actor: Actor, call: Call) -> Done:
    """Change fields of one car, all or none; a big change of price or a doubt is asked about first."""
    wanted = edits.read(call.rest, clock.now().year)
    if wanted.wrong or not wanted.changes:
        return _misread(wanted)
    if "status" in wanted.values:
        hint = f"status {wanted.unit_id or 'PM-PST-001'} SOLD"
        return Done(f"❌ Status diubah dengan perintah sendiri, Kak. Contoh: {hint}", False, "format")
    vehicle = _meant(actor, wanted)
    if isinstance(vehicle, Done):
        return vehicle
    if vehicle.status in (Status.SOLD, Status.DELETED):
        state = Status(vehicle.status).label
        return Done(f"❌ {_title(vehicle)} sudah {state}, jadi datanya tidak bisa diubah.", False, "not for sale")
    values = {name: value for name, value in _values(vehicle, wanted).items() if getattr(vehicle, name) != value}
    if not values:
        return Done(f"Data {_title(vehicle)} memang sudah begitu, Kak.", True, vehicle_id=vehicle.pk)
    if doubts := _doubts(vehicle, wanted, values):
        text_ = "\n".join([*doubts, "", _title(vehicle), *_old_to_new(vehicle, values)])
        return asked(text_, {"vehicle": vehicle.pk, "version": vehicle.version, "values": values}, vehicle.pk)
    return _change(actor, vehicle, values)


def _misread(wanted: edits.Edit) -> Done:
    parts = ["❌ Belum ada yang diubah, Kak.", *wanted.wrong] if wanted.wrong or wanted.names_a_car else []
    return Done("\n".join([*parts, EDIT_HELP.format(unit_id=wanted.unit_id.upper() or "PM-PST-001")]), False, "format")


def _meant(actor: Actor, wanted: edits.Edit) -> Vehicle | Done:
    """The one car an edit is about: by its ID, by its name, or the last one."""
    if wanted.unit_id:
        return _unit(actor.tenant_id, wanted.unit_id) or _not_found(wanted.unit_id.upper())
    if not wanted.make:
        return last_car(actor) or Done(
            f"Mobil yang mana, Kak?\n{EDIT_HELP.format(unit_id='PM-PST-001')}", False, "no car"
        )
    return _by_name(actor, wanted.make, wanted.model, wanted.year, wanted.words, "edit {} harga 175jt")


def _by_name(
    actor: Actor, make: str, model: str, year: int | None, words: Iterable[str], example: str
) -> Vehicle | Done:
    found = _named(actor.tenant_id, make, model, year, words)
    if not found:
        said = " ".join(part for part in (make, model, str(year or "")) if part)
        return Done(f"❌ {said} tidak ditemukan di stok.\nCek ID mobil dengan: stok", False, "not found")
    return found[0] if len(found) == 1 else _one_of(found, example.format(found[0].display_id))


def _values(vehicle: Vehicle, wanted: edits.Edit) -> dict[str, Any]:
    """The columns an edit sets; a new make or model is spelled as the list of cars spells it."""
    values: dict[str, Any] = dict(wanted.values)
    if "make" in values or "model" in values:
        make, model = str(values.get("make", vehicle.make)), str(values.get("model", vehicle.model))
        known = names.find(f"{make} {model}")
        exact = known.model and not known.guessed and not known.others
        values |= {"make": known.make, "model": known.model} if exact else {"make": make, "model": model}
        values.setdefault("seats", names.seats(values["make"], values["model"]) or vehicle.seats)
        values["body_type"] = names.body_type(values["make"], values["model"]) or vehicle.body_type
    return values


def _doubts(vehicle: Vehicle, wanted: edits.Edit, values: dict[str, Any]) -> list[str]:
    """Why this edit is asked about before it is done."""
    doubts = [
        f"⚠️ {edits.NAMES[name].capitalize()} berubah lebih dari 20 %. Sudah benar, Kak?"
        for name in ("price", "credit_price")
        if name in values and edits.beyond(getattr(vehicle, name), values[name])
    ]
    for change in wanted.changes:
        if change.old is not None and text.plain(str(getattr(vehicle, change.field))) != text.plain(str(change.old)):
            said, now = show(change.field, change.old), show(change.field, getattr(vehicle, change.field))
            doubts.append(f"⚠️ {edits.NAMES[change.field].capitalize()} saat ini {now}, bukan {said}. Lanjut ubah?")
    if wanted.guessed or (wanted.unit_id and wanted.make and not _fits(vehicle, wanted)):
        doubts.append(f"⚠️ Maksudnya {_title(vehicle)}?")
    return doubts


def _fits(vehicle: Vehicle, wanted: edits.Edit) -> bool:
    by_name = vehicle.make == wanted.make and (
        not wanted.model or names.is_model(wanted.make, wanted.model, vehicle.model)
    )
    return by_name and wanted.year in (None, vehicle.year)


@confirmed("edit")
def edit_after_all(actor: Actor, payload: dict[str, Any]) -> Done:
    vehicle = _unchanged(actor, payload)
    return vehicle if isinstance(vehicle, Done) else _change(actor, vehicle, payload["values"])


def _unchanged(actor: Actor, payload: dict[str, Any]) -> Vehicle | Done:
    """The car of a question, locked, if nobody has changed it since."""
    vehicle = Vehicle.objects.select_for_update().filter(pk=payload["vehicle"], tenant_id=actor.tenant_id).first()
    if vehicle is None or vehicle.version != payload["version"]:
        return Done("❌ Data mobil itu sudah berubah sejak ditanyakan, Kak. Kirim lagi perintahnya.", False, "changed")
    return vehicle


def _change(actor: Actor, vehicle: Vehicle, values: dict[str, Any]) -> Done:
    before = {name: inventory.plain(getattr(vehicle, name)) for name in values}
    lines = _old_to_new(vehicle, values)
    vehicle.change(values, by=actor.staff.phone_number, name=actor.staff.name, reason="WhatsApp", action="edit")
    body = "\n".join([f"Mobil: {vehicle.name}", f"ID: {vehicle.display_id}", *lines])
    if {"price", "credit_price"} & values.keys():
        prices = [line for line in lines if line.startswith("Harga") and "modal" not in line]
        news = "\n".join(["🔔 *Harga berubah*", _title(vehicle), *prices, f"Oleh: {actor.staff.name}"])
        notices.post(actor.tenant_id, notices.Kind.PRICE, news, actor_id=actor.staff.pk)
    return Done(
        f"✅ Data mobil berhasil diubah!\n\n{body}{UNDO_HINT}",
        True,
        vehicle_id=vehicle.pk,
        before=before,
        after=values,
        vehicle_version=vehicle.version,
    )


def _old_to_new(vehicle: Vehicle, values: dict[str, Any]) -> list[str]:
    shown = [name for name in values if name in edits.NAMES and getattr(vehicle, name) != values[name]]
    return [
        f"{edits.NAMES[name].capitalize()}: {show(name, getattr(vehicle, name))} → {show(name, values[name])}"
        for name in shown
    ]


LABELS: dict[str, Any] = {"transmission": Transmission, "fuel": Fuel, "condition": Condition}


def show(name: str, value: Any) -> str:
    """A car's field as people read it."""
    if value in (None, ""):
        return "belum ada"
    if name in ("price", "credit_price", "cost_price"):
        return rupiah.show(value)
    if name == "mileage":
        return kilometres.show(value)
    if name == "engine_cc":
        return f"{numerals.dotted(value)} cc"
    return str(LABELS[name](value).label) if name in LABELS else str(value)


def _title(vehicle: Vehicle) -> str:
    return f"{vehicle.name} ({vehicle.display_id})"


# --- /status --------------------------------------------------------------------------------------------------------


@command("status", right="can_update_status", switch="enable_staff_status")
def status(actor: Actor, call: Call) -> Done:
    """Change one car's status, with its row of history; a deletion is asked about first."""
    wanted = grammar.status_change(call.rest)
    example = wanted.unit_id.upper() or "PM-PST-001"
    if wanted.wrong:
        text_ = f"❌ Status tidak valid: {wanted.wrong}\nGunakan: {STATUSES}\n\nContoh: status {example} SOLD"
        return Done(text_, False, "wrong status")
    vehicle = _meant_by(actor, wanted) if wanted.status else None
    if vehicle is None:
        return Done(STATUS_HELP.format(unit_id=example, statuses=STATUSES), False, "format")
    if isinstance(vehicle, Done):
        return vehicle
    sure = call.headed or vehicle.status == wanted.status or wanted.status not in NEXT[Status(vehicle.status)]
    if not sure:  # said without naming a car
        payload = {"vehicle": vehicle.pk, "version": vehicle.version, "status": wanted.status}
        return asked(f"Maksudnya {_title(vehicle)} jadi {wanted.status}, Kak?", payload, vehicle.pk)
    return _set_status(actor, vehicle, Status(wanted.status))


def _meant_by(actor: Actor, wanted: grammar.StatusChange) -> Vehicle | Done | None:
    """The one car a change of status is about; None if none is named and there is no last one."""
    if wanted.unit_id:
        return _unit(actor.tenant_id, wanted.unit_id) or _not_found(wanted.unit_id)
    if wanted.make:
        example = f"status {{}} {wanted.status}"
        return _by_name(actor, wanted.make, wanted.model, wanted.year, (), example)
    return last_car(actor)


def _set_status(actor: Actor, vehicle: Vehicle, wanted: Status) -> Done:
    old = Status(vehicle.status)
    if old == wanted:
        return Done(f"{vehicle.name} ({vehicle.display_id}) memang sudah {wanted}, Kak.", True, vehicle_id=vehicle.pk)
    if wanted not in NEXT[old]:
        options = ", ".join(sorted(NEXT[old]))
        text_ = f"❌ {_title(vehicle)} berstatus {old}, jadi tidak bisa langsung {wanted}.\nYang bisa: {options}"
        return Done(text_, False, "illegal transition")
    if wanted == Status.DELETED:
        payload = {"vehicle": vehicle.pk, "version": vehicle.version, "status": str(wanted)}
        return asked(f"⚠️ Hapus {_title(vehicle)} dari stok?", payload, vehicle.pk)
    return _put_status(actor, vehicle, wanted)


NEWS = {
    Status.SOLD: (notices.Kind.SOLD, "Mobil terjual"),
    Status.BOOKED: (notices.Kind.BOOKING, "Mobil dibooking"),
}


@confirmed("status")
def status_after_all(actor: Actor, payload: dict[str, Any]) -> Done:
    vehicle = _unchanged(actor, payload)
    return vehicle if isinstance(vehicle, Done) else _put_status(actor, vehicle, Status(payload["status"]))


def _put_status(actor: Actor, vehicle: Vehicle, wanted: Status) -> Done:
    old = str(vehicle.status)
    values = {"status": str(wanted), "sold_at": clock.now() if wanted == Status.SOLD else None}
    vehicle.change(values, by=actor.staff.phone_number, name=actor.staff.name, reason="WhatsApp", action="status")
    if news := NEWS.get(wanted):
        kind, said = news
        text_ = f"🔔 *{said}*\n{_title(vehicle)}\n{_price(vehicle.price)}\nOleh: {actor.staff.name}"
        notices.post(actor.tenant_id, kind, text_, actor_id=actor.staff.pk)
    text_ = (
        "✅ Status mobil berhasil diupdate!\n\n"
        f"Mobil: {vehicle.name}\n"
        f"ID: {vehicle.display_id}\n"
        f"Status: {old} → {wanted}{UNDO_HINT}"
    )
    return Done(
        text_,
        True,
        vehicle_id=vehicle.pk,
        before={"status": old},
        after={"status": str(wanted)},
        vehicle_version=vehicle.version,
    )


# --- undo -----------------------------------------------------------------------------------------------------------


@command("undo", right=None)
def undo(actor: Actor, call: Call) -> Done:
    """Take back this person's last change of a car, within ten minutes and if nobody has changed the car since."""
    entry = (
        StaffCommandLog.objects.filter(
            tenant_id=actor.tenant_id,
            staff_phone=actor.staff.phone_number,
            executed_at__gte=clock.now() - timedelta(minutes=UNDO_MINUTES),
            vehicle_version__isnull=False,
            undone_at=None,
        )
        .order_by("-executed_at", "-id")
        .first()
    )
    if entry is None:
        return Done("Tidak ada perubahan dalam 10 menit terakhir yang bisa dibatalkan, Kak.", False, "nothing to undo")
    vehicle = Vehicle.objects.select_for_update().get(tenant_id=actor.tenant_id, id__in=[entry.vehicle_id])
    if vehicle.version != entry.vehicle_version:
        text_ = f"❌ {_title(vehicle)} sudah diubah lagi setelah itu, jadi tidak bisa dibatalkan otomatis."
        return Done(text_, False, "changed")
    needed = {"upload_vehicle": "upload", "edit_vehicle": "edit", "update_status": "status"}
    if needed.get(entry.command, "") not in allowed(actor):
        return Done("❌ Maaf Kak, nomor ini sudah tidak punya akses untuk perubahan itu.", False, "no right")
    entry.undone_at = clock.now()
    entry.save(update_fields=["undone_at"])
    return _take_back(actor, vehicle, VehicleHistory.objects.get(vehicle=vehicle, version=vehicle.version))


def _take_back(actor: Actor, vehicle: Vehicle, change: VehicleHistory) -> Done:
    if change.action == "create":
        values: dict[str, Any] = {"status": str(Status.DELETED)}
    else:
        columns: dict[str, Any] = {name: Vehicle._meta.get_field(name) for name in change.changed_fields}
        values = {name: column.to_python(change.previous_values[name]) for name, column in columns.items()}
    before = {name: inventory.plain(getattr(vehicle, name)) for name in values}
    lines = _old_to_new(vehicle, values)
    vehicle.change(values, by=actor.staff.phone_number, name=actor.staff.name, reason="undo", action="undo")
    body = "\n".join([_title(vehicle), *lines])
    after = {name: inventory.plain(value) for name, value in values.items()}
    return Done(f"↩️ Dibatalkan.\n\n{body}", True, vehicle_id=vehicle.pk, before=before, after=after)


# --- /inventory -----------------------------------------------------------------------------------------------------


@command("inventory", right=None)
def stock(actor: Actor, call: Call) -> Done:
    """The stock by status and its newest cars, all or those that fit a filter. Deleted cars are never counted."""
    wanted = grammar.stock_filter(call.rest)
    found = _fitting(Vehicle.objects.filter(tenant_id=actor.tenant_id).exclude(status=Status.DELETED), wanted)
    totals = found.order_by().values_list("status").annotate(Count("id"), Sum("price"))
    counts = {state: (count, value or 0) for state, count, value in totals}
    if not counts:
        return Done(_nothing(wanted), True)
    total = sum(count for count, _ in counts.values())
    pages = -(-total // PAGE)
    page = min(wanted.page, pages)
    newest = found.order_by("-created_at", "-id")[(page - 1) * PAGE : page * PAGE]
    value = counts.get(Status.AVAILABLE, (0, 0))[1] if actor.staff.can_view_analytics else 0
    return Done(_listing(wanted, counts, list(newest), page, value), True)


def _fitting(found: QuerySet[Vehicle], wanted: grammar.StockFilter) -> QuerySet[Vehicle]:
    if wanted.status:
        found = found.filter(status=wanted.status)
    if wanted.price_from is not None:
        found = found.filter(price__gte=wanted.price_from)
    if wanted.price_to is not None:
        found = found.filter(price__lte=wanted.price_to)
    position = 0
    for mention in names.find_all(wanted.text):
        said = wanted.text[mention.start : mention.end]
        beyond = " ".join(cars.beyond_model(said.split(), mention.model))
        canonical = Q(make__iexact=mention.make, model__icontains=mention.model) & _all_words(beyond)
        found = found.filter(canonical | _all_words(said)).filter(_all_words(wanted.text[position : mention.start]))
        position = mention.end
    return found.filter(_all_words(wanted.text[position:]))


def _all_words(words: str) -> Q:
    fits = Q()
    for word in words.split():
        fits &= _word(word)
    return fits


def _word(word: str) -> Q:
    if transmission := cars.TRANSMISSIONS.get(word):
        automatic = (Transmission.AUTOMATIC, Transmission.CVT)
        return Q(transmission__in=automatic if transmission == Transmission.AUTOMATIC else (transmission,))
    if fuel := cars.FUELS.get(word):
        return Q(fuel=fuel)
    if word.isdecimal() and len(word) == 4:
        return Q(year=int(word)) | Q(model__icontains=word)
    columns = ("make", "model", "variant", "display_id", "color")
    return Q(*((f"{column}__icontains", word) for column in columns), _connector=Q.OR)


def _nothing(wanted: grammar.StockFilter) -> str:
    if wanted.status == Status.DELETED:
        return "Mobil yang sudah dihapus tidak ditampilkan di stok, Kak."
    if title := _filter(wanted):
        return f"Tidak ada mobil yang cocok dengan “{title}” di stok, Kak."
    return "Belum ada mobil di stok, Kak. Tambahkan dengan /upload."


def _filter(wanted: grammar.StockFilter) -> str:
    """The filter as a person would type it."""
    low, high = wanted.price_from, wanted.price_to
    price = ""
    if low is not None and high is not None:
        price = f"{rupiah.show(low)} – {rupiah.show(high)}"
    elif low is not None or high is not None:
        price = f"di bawah {rupiah.show(high)}" if high is not None else f"di atas {rupiah.show(low or 0)}"
    return " ".join(part for part in (wanted.text, wanted.status, price) if part)


def _listing(
    wanted: grammar.StockFilter, counts: dict[str, tuple[int, int]], newest: list[Vehicle], page: int, value: int
) -> str:
    total = sum(count for count, _ in counts.values())
    by_status = [
        f"{state.label.capitalize()}: {counts[state][0]}" for state in SUMMARY_ORDER if counts.get(state, (0, 0))[0]
    ]
    title = _filter(wanted)
    lines = [f"📊 Stok showroom{f' – {title}' if title else ''}", f"Total: {total} unit", " · ".join(by_status)]
    lines += [f"Nilai unit tersedia: {rupiah.show(value)}"] if value else []
    lines.append("")
    for vehicle in newest:
        lines += [f"• {vehicle.display_id} – {vehicle.name}", f"  {_price(vehicle.price)} · {vehicle.status}"]
    if total > PAGE:
        first = (page - 1) * PAGE + 1
        lines += ["", f"Ditampilkan {first}–{first + len(newest) - 1} dari {total} unit, yang terbaru dulu."]
        if page * PAGE < total:
            lines.append(f"Lanjut: {' '.join(part for part in ('stok', title.lower(), 'hal') if part)} {page + 1}")
    return "\n".join(lines)


# --- help, and what does not exist ----------------------------------------------------------------------------------

MENU = (
    ("upload", "upload – tambah mobil", "upload Toyota Avanza 2020 150jt 50rb km hitam manual"),
    ("edit", "edit – ubah data mobil", "edit PM-PST-001 harga 175jt, km 50rb"),
    ("status", "status – ubah status mobil", "status PM-PST-001 terjual"),
    ("inventory", "stok – lihat dan cari stok", "stok toyota matic di bawah 200jt"),
    ("stats", "stats – statistik showroom", "stats minggu ini"),
    ("report", "menu report – laporan penjualan, stok, staf, chat", "laporan penjualan minggu ini"),
    ("kkb", "kkb – simulasi kredit", "kkb PM-PST-001 dp 20% tenor 3,4"),
    ("leads", "prospek – lihat, ambil, catat, tutup prospek", "catat prospek 081234567890 mau datang Sabtu"),
    ("chats", "chat – yang menunggu orang; ambil, balas, lepas", "balas 081234567890 Halo Kak, unitnya masih ada."),
    ("drives", "test drive – jadwal; konfirmasi, datang, tidak datang", "test drive hari ini"),
    ("undo", "undo – batalkan perubahan terakhir (10 menit)", "undo"),
)


WAYS = {  # grammar.asks_how
    "upload": "Menambah mobil, Kak: ketik *upload*, kirim fotonya, lalu datanya, misalnya: "
    f"{uploads.EXAMPLE}\nSaya tampilkan dulu hasilnya; kalau sudah benar, ketik *simpan*.",
    "status": "Mengubah status, Kak: ketik status, ID mobil, lalu status barunya, misalnya:\n"
    "status PM-PST-001 terjual\n"
    "Pilihannya: ready, booking, terjual, hapus. ID mobil ada di *stok*.",
    "edit": EDIT_HELP.format(unit_id="PM-PST-001"),
    "undo": "Ketik *undo* dalam 10 menit setelah perubahan; perubahan terakhir Kakak dibatalkan.",
}


@command("help", right=None)
def menu(actor: Actor, call: Call) -> Done:
    """What this person may command, with an example each, or the way of the one that was asked for."""
    may = allowed(actor)
    if call.rest in WAYS and call.rest in may:
        return Done(WAYS[call.rest], True)
    lines = [f"• {title}\n  Contoh: {example}" for name, title, example in MENU if name in may]
    tail = "Boleh beberapa perintah sekaligus, satu per baris. Pertanyaan biasa saya jawab seperti ke pembeli."
    return Done("\n".join([f"📋 Perintah untuk {actor.staff.name}:", "", *lines, "", tail]), True)


@command("absent", right=None)
def absent(actor: Actor, call: Call) -> Done:
    """A fixed list of what an older system pretended to do: it is said not to exist."""
    return Done("Fitur itu tidak ada, Kak. Ketik /menu untuk melihat perintah yang bisa dipakai.", False, "unknown")
