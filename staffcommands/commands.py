"""Commands on the stock: add a car, change its status, list what there is. Replies are short, for a phone's screen."""

from __future__ import annotations

from django.db.models import Count, Q, QuerySet

from autolumiku.lib import clock, kilometres, rupiah
from inventory import models as inventory
from inventory import names
from inventory.models import Status, Transmission, Vehicle
from staffcommands import grammar
from staffcommands.registry import Actor, Done, command

LISTED = 10
UPLOAD_EXAMPLE = "/upload Toyota Avanza 2020 150jt 50rb km Hitam Manual"
UPLOAD_HELP = (
    "Siap, Kak! Untuk menambah mobil, kirim datanya dalam satu baris:\n"
    "/upload merek model tahun harga km warna transmisi\n\n"
    f"Contoh:\n{UPLOAD_EXAMPLE}\n\n"
    "Fotonya bisa ditambahkan lewat halaman admin setelah mobil tersimpan."
)
STATUS_HELP = "Formatnya: status [ID mobil] [status baru]\nContoh: status {unit_id} SOLD\n\nPilihan status: {statuses}"
STATUSES = "AVAILABLE, BOOKED, SOLD, DELETED"
SUMMARY_ORDER = (Status.AVAILABLE, Status.BOOKED, Status.SOLD, Status.DRAFT)


@command("upload", right="can_upload_vehicle", switch="enable_staff_upload")
def upload(actor: Actor, rest: str) -> Done:
    """Add a car from one line; what is missing or doubtful is asked for, and nothing is stored."""
    if not rest:
        return Done(UPLOAD_HELP, True)
    car = grammar.car(rest, clock.now().year)
    if car.doubts or car.missing:
        return Done(_incomplete(car), False, "doubtful" if car.doubts else "incomplete")
    vehicle = inventory.add(
        actor.tenant_id,
        by=actor.staff.phone_number,
        name=actor.staff.name,
        reason="WhatsApp",
        status=Status.AVAILABLE,
        **_fields(car),
    )
    after = {"status": str(vehicle.status), **_fields(car)}
    return Done(_added(vehicle), True, vehicle_id=vehicle.pk, after=after)


def _fields(car: grammar.Car) -> dict[str, str | int | None]:
    fields = {name: getattr(car, name) for name in grammar.Car.__slots__ if name != "doubts"}
    return {
        **fields,
        "body_type": names.body_type(car.make, car.model),
        "seats": names.seats(car.make, car.model),
    }


def _added(vehicle: Vehicle) -> str:
    mileage = kilometres.show(vehicle.mileage) if vehicle.mileage is not None else "belum diisi"
    return (
        "✅ Mobil berhasil ditambahkan!\n\n"
        "📋 Detail:\n"
        f"ID: {vehicle.display_id}\n"
        f"Mobil: {vehicle.name}\n"
        f"Harga: {_price(vehicle.price)}\n"
        f"KM: {mileage}\n"
        f"Warna: {vehicle.color}\n"
        f"Transmisi: {Transmission(vehicle.transmission).label}\n"
        f"Status: {vehicle.status}\n\n"
        "📸 Jangan lupa tambahkan fotonya lewat halaman admin ya, Kak."
    )


def _incomplete(car: grammar.Car) -> str:
    parts = ["❌ Mobil belum disimpan, Kak."]
    parts += [*car.doubts]
    if car.missing:
        parts.append(f"Yang belum ada: {', '.join(car.missing)}.")
    if read := _read(car):
        parts.append(f"Yang sudah terbaca: {read}.")
    return "\n".join(parts) + f"\n\nKirim ulang lengkap dalam satu baris, contohnya:\n{UPLOAD_EXAMPLE}"


def _read(car: grammar.Car) -> str:
    said = [
        car.name,
        rupiah.show(car.price) if car.price is not None else "",
        kilometres.show(car.mileage) if car.mileage is not None else "",
        car.color,
        Transmission(car.transmission).label if car.transmission else "",
    ]
    return ", ".join(part for part in said if part)


def _price(price: int | None) -> str:
    return rupiah.show(price) if price is not None else "harga belum diisi"


@command("status", right="can_update_status", switch="enable_staff_status")
def status(actor: Actor, rest: str) -> Done:
    """Change one car's status, with its row of history."""
    wanted = grammar.status_change(rest)
    example = wanted.unit_id.upper() or "PM-PST-001"
    if wanted.wrong:
        text = f"❌ Status tidak valid: {wanted.wrong}\nGunakan: {STATUSES}\n\nContoh: status {example} SOLD"
        return Done(text, False, "wrong status")
    if not (wanted.unit_id and wanted.status):
        return Done(STATUS_HELP.format(unit_id=example, statuses=STATUSES), False, "format")
    vehicle = _unit(actor.tenant_id, wanted.unit_id)
    if vehicle is None:
        text = f"❌ Mobil dengan ID {wanted.unit_id} tidak ditemukan.\nCek ID mobil dengan: stok"
        return Done(text, False, "not found")
    return _set_status(actor, vehicle, wanted.status)


def _unit(tenant_id: int, unit_id: str) -> Vehicle | None:
    """The showroom's car with this ID, locked; upper or lower case, the exact spelling first."""
    rows = Vehicle.objects.select_for_update().filter(tenant_id=tenant_id, display_id__iexact=unit_id)
    return min(rows, key=lambda row: row.display_id != unit_id, default=None)


def _set_status(actor: Actor, vehicle: Vehicle, wanted: str) -> Done:
    old = str(vehicle.status)
    if old == wanted:
        return Done(f"{vehicle.name} ({vehicle.display_id}) memang sudah {wanted}, Kak.", True, vehicle_id=vehicle.pk)
    values = {"status": wanted, "sold_at": clock.now() if wanted == Status.SOLD else None}
    vehicle.change(values, by=actor.staff.phone_number, name=actor.staff.name, reason="WhatsApp", action="status")
    text = (
        "✅ Status mobil berhasil diupdate!\n\n"
        f"Mobil: {vehicle.name}\n"
        f"ID: {vehicle.display_id}\n"
        f"Status: {old} → {wanted}"
    )
    return Done(text, True, vehicle_id=vehicle.pk, before={"status": old}, after={"status": wanted})


@command("inventory", right=None)
def stock(actor: Actor, rest: str) -> Done:
    """The stock by status and its newest cars, all or those that fit a filter. Deleted cars are never counted."""
    wanted = grammar.stock_filter(rest)
    cars = _fitting(Vehicle.objects.filter(tenant_id=actor.tenant_id).exclude(status=Status.DELETED), wanted)
    counts = dict(cars.order_by().values_list("status").annotate(Count("id")))
    if not counts:
        return Done(_nothing(wanted), True)
    newest = list(cars.order_by("-created_at", "-id")[:LISTED])
    return Done(_listing(wanted, counts, newest), True)


def _fitting(cars: QuerySet[Vehicle], wanted: grammar.StockFilter) -> QuerySet[Vehicle]:
    if wanted.status:
        cars = cars.filter(status=wanted.status)
    position = 0
    for mention in names.find_all(wanted.text):
        said = wanted.text[mention.start : mention.end]
        beyond = " ".join(grammar.beyond_model(said.split(), mention.model))
        canonical = Q(make__iexact=mention.make, model__icontains=mention.model) & _all_words(beyond)
        cars = cars.filter(canonical | _all_words(said)).filter(_all_words(wanted.text[position : mention.start]))
        position = mention.end
    return cars.filter(_all_words(wanted.text[position:]))


def _all_words(words: str) -> Q:
    fits = Q()
    for word in words.split():
        fits &= _word(word)
    return fits


def _word(word: str) -> Q:
    if transmission := grammar.TRANSMISSIONS.get(word):
        automatic = (Transmission.AUTOMATIC, Transmission.CVT)
        return Q(transmission__in=automatic if transmission == Transmission.AUTOMATIC else (transmission,))
    if word.isdecimal() and len(word) == 4:
        return Q(year=int(word)) | Q(model__icontains=word)
    columns = ("make", "model", "variant", "display_id", "color")
    return Q(*((f"{column}__icontains", word) for column in columns), _connector=Q.OR)


def _nothing(wanted: grammar.StockFilter) -> str:
    if wanted.status == Status.DELETED:
        return "Mobil yang sudah dihapus tidak ditampilkan di stok, Kak."
    if wanted.text or wanted.status:
        return f"Tidak ada mobil yang cocok dengan “{_title(wanted)}” di stok, Kak."
    return "Belum ada mobil di stok, Kak. Tambahkan dengan /upload."


def _title(wanted: grammar.StockFilter) -> str:
    return " ".join(part for part in (wanted.text, wanted.status) if part)


def _listing(wanted: grammar.StockFilter, counts: dict[str, int], newest: list[Vehicle]) -> str:
    total = sum(counts.values())
    summary = " · ".join(f"{state.label.capitalize()}: {counts[state]}" for state in SUMMARY_ORDER if counts.get(state))
    title = _title(wanted)
    lines = [f"📊 Stok showroom{f' – {title}' if title else ''}", f"Total: {total} unit", summary, ""]
    for vehicle in newest:
        lines += [f"• {vehicle.display_id} – {vehicle.name}", f"  {_price(vehicle.price)} · {vehicle.status}"]
    if total > len(newest):
        lines += ["", f"Ditampilkan {len(newest)} terbaru dari {total} unit."]
    return "\n".join(lines)
