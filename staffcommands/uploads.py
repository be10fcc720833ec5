"""Adding a car by WhatsApp: words and photos in any order and any number of messages, kept as rows until it is saved.

A draft belongs to one staff member; there is one at a time. Other commands and questions in between lose nothing, and
it waits for as long as it takes. Once saved it stays open for photos for a while. Photos that come before it count too,
if they are not older than ten minutes.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import Q

from aiconfig import llm, spending
from aiconfig.models import WhatsAppAIConfig
from autolumiku.lib import clock, jobs
from inventory import models as inventory
from inventory import names
from inventory.models import Fuel, Status, Transmission, Vehicle, VehiclePhoto
from staffcommands import drafting, edits, notices, plates, proposals
from staffcommands.grammar import Call, Photo
from staffcommands.models import StaffWhatsAppAuth, UploadDraft, UploadPhoto
from staffcommands.registry import Actor, Done, command

MOST_PHOTOS = 15
PHOTOS_BEFORE = timedelta(minutes=10)  # photos so long before an upload belong to it
PHOTOS_AFTER = timedelta(minutes=60)  # and so long after the last one of a saved car
MOST_TRIES = 6
RETRY_SECONDS = (5, 20, 60, 300, 900)
FORGOTTEN = timedelta(seconds=30)  # a photo without a job
KEPT_LOOSE = timedelta(days=1)  # photos that belong to no car

Stage = UploadDraft.Stage
EXAMPLE = "Brio 2020 120jt hitam matic km 30rb"
START = (
    "Siap, Kak! Untuk menambah mobil, kirim di chat ini, urutannya bebas dan boleh beberapa pesan:\n"
    "📸 fotonya, paling banyak 15\n"
    f"📝 datanya, contoh: {EXAMPLE}\n\n"
    "Setelah lengkap, ketik *simpan*. Untuk membatalkan, ketik *batal*."
)
LOOSE = (
    "📷 {count} foto diterima. Untuk mobil baru? Ketik *upload* dalam 10 menit, atau langsung kirim datanya, "
    f"contoh: {EXAMPLE}"
)
TAKE = "Benar? Ketik *pakai*. Kalau salah, tulis yang benar."
NO_FILE = "📷 {count} foto belum bisa diproses. Coba kirim ulang fotonya ya, Kak."
FULL = "Sudah cukup 15 foto ya, Kak. {count} foto lainnya tidak dipakai."


# --- commands -------------------------------------------------------------------------------------------------------


@command("upload", right="can_upload_vehicle", switch="enable_staff_upload")
def upload(actor: Actor, call: Call) -> Done:
    """Start a car, or go on with the one that is open. A whole car in one line is saved at once."""
    draft = open_draft(actor)
    if draft is not None and draft.stage == Stage.PHOTOS:
        _end(draft, Stage.DONE)
        draft = None
    if draft is not None:
        return _go_on(actor, draft, call)
    draft = UploadDraft.objects.create(tenant_id=actor.tenant_id, staff=actor.staff)
    count = _take_loose(actor, draft)
    told = _take_photos(actor, draft, call.photos)
    wrong = _merge(draft, call.rest) if call.rest else ()
    if not call.rest:
        had = f"\n\n📷 {count} foto dari 10 menit terakhir sudah saya pakai." if count else ""
        return _done(f"{START}{had}{_below(told)}", draft)
    if call.headed and not wrong and not drafting.missing(draft.car):
        return _save(actor, draft)
    return _done(_card(draft, [*told, *wrong]), draft)


@command("draft", right="can_upload_vehicle", switch="enable_staff_upload")
def add_to_draft(actor: Actor, call: Call) -> Done:
    """Words for the open car: data, a correction, "simpan", "batal", "selesai", or the answer on a duplicate."""
    draft = open_draft(actor)
    if draft is None:
        return Done("Tidak ada upload yang sedang berjalan, Kak. Ketik *upload* untuk mulai.", False, "no draft")
    if call.rest == "cancel":
        return _cancel(draft)
    if draft.stage == Stage.PHOTOS:
        return _finish(draft)
    if call.rest == "show":
        return _done(_card(draft), draft)
    if call.rest == "take":
        before, draft.car, draft.proposed = draft.car, {**draft.proposed, **draft.car}, {}
        taken = [f"🤖 {_label(name)}: {_shown(name, draft.car[name])}" for name in draft.car if name not in before]
        return _done(_card(draft, ["Usulan dipakai.", *taken]), draft)
    if call.rest == "same":
        return _cancel(draft, f"Baik Kak, tidak disimpan karena sama dengan {_title(draft.twin)}.")
    if call.rest in ("save", "other"):
        draft.other_unit = draft.other_unit or call.rest == "other"
        return _save(actor, draft)
    told = _take_photos(actor, draft, call.photos)
    before = dict(draft.car)
    wrong = _merge(draft, call.rest)
    return _done(_card(draft, [*told, *_corrected(before, draft.car), *wrong]), draft)


@command("photos", right="can_upload_vehicle", switch="enable_staff_upload")
def add_photos(actor: Actor, call: Call) -> Done:
    """Photos without words that say something of a car."""
    draft = open_draft(actor)
    told = _take_photos(actor, draft, call.photos)
    fresh = sum(1 for photo in call.photos if photo.url)
    if draft is None:
        return Done("\n".join([LOOSE.format(count=fresh)] if fresh else told), True)
    count = f"📷 {fresh} foto masuk, semuanya {_count(draft)}." if fresh else ""
    if draft.stage == Stage.PHOTOS:
        tail = f"Foto untuk {_title(draft.vehicle)}. Kalau sudah semua, ketik *selesai*."
    elif lacking := drafting.missing(draft.car):
        tail = f"Yang belum ada: {', '.join(lacking)}."
    else:
        tail = "Datanya sudah lengkap. Ketik *simpan* untuk menyimpan."
    return _done("\n".join(part for part in (*told, count, tail) if part), draft)


def _go_on(actor: Actor, draft: UploadDraft, call: Call) -> Done:
    """ "upload …" while a car is open: more data for it, but never another car in its place."""
    reading = drafting.read(call.rest, clock.now().year)
    told = _take_photos(actor, draft, call.photos)
    has, said = draft.car.get("model"), reading.values.get("model")
    if has and said and not drafting.same_words(has, said):
        text = f"Masih ada draf {drafting.called(draft.car)}, Kak. Ketik *simpan* atau *batal* dulu, lalu kirim lagi."
        return _done(_card(draft, [*told, text]), draft)
    wrong = _merge(draft, call.rest) if call.rest else ()
    return _done(_card(draft, [*told, *wrong]), draft)


def _done(text: str, draft: UploadDraft) -> Done:
    draft.save()
    think_later(draft)
    return Done(text, True)


def _cancel(draft: UploadDraft, text: str = "") -> Done:
    if draft.stage == Stage.PHOTOS:
        return _finish(draft)
    _end(draft, Stage.CANCELLED)
    return Done(text or f"Baik Kak, upload {drafting.called(draft.car)} dibatalkan. Tidak ada yang disimpan.", True)


def _finish(draft: UploadDraft) -> Done:
    _end(draft, Stage.DONE)
    text = f"Selesai! {_count(draft)} foto untuk {_title(draft.vehicle)} ✅"
    if draft.vehicle is not None:
        unit_id = draft.vehicle.display_id
        text += f"\nMengubah: edit {unit_id} harga 125jt\nTerjual: status {unit_id} terjual"
    return Done(text, True, vehicle_id=draft.vehicle_id)


def _end(draft: UploadDraft, stage: str) -> None:
    draft.stage = stage
    draft.save(update_fields=["stage", "updated_at"])


# --- the draft ------------------------------------------------------------------------------------------------------


def open_draft(actor: Actor) -> UploadDraft | None:
    """This person's open draft, locked."""
    return is_open(UploadDraft.objects.select_for_update()).filter(tenant_id=actor.tenant_id, staff=actor.staff).first()


def is_open(drafts: Any) -> Any:
    adding = Q(stage=Stage.PHOTOS, updated_at__gt=clock.now() - PHOTOS_AFTER)
    return drafts.filter(Q(stage=Stage.OPEN) | adding)


def _merge(draft: UploadDraft, said: str) -> tuple[str, ...]:
    """Take over what a text says; returns what was not understood. Another car's name starts the description anew."""
    reading = drafting.read(said, clock.now().year)
    draft.car = {**draft.car, **reading.values}
    draft.proposed = {name: one for name, one in draft.proposed.items() if name not in draft.car}
    if reading.wrong:
        draft.unread = f"{draft.unread}\n{said}"[-proposals.MOST_TEXT :]
    if {"make", "model"} & reading.values.keys():
        draft.twin = None
        draft.other_unit = False
    return reading.wrong


def _corrected(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    """What a text replaced, old → new."""
    return [
        f"✏️ {_label(name)}: {_shown(name, before[name])} → {_shown(name, after[name])}"
        for name in drafting.ORDER
        if before.get(name) not in ("", None) and before[name] != after.get(name)
    ]


CHOICES: dict[str, Any] = {"transmission": Transmission, "fuel": Fuel}


def _shown(name: str, value: Any) -> str:
    return str(CHOICES[name](value).label) if name in CHOICES else drafting.shown(name, value)


def _label(name: str) -> str:
    return edits.NAMES[name].capitalize()


def _card(draft: UploadDraft, notes: Iterable[str] = ()) -> str:
    """The car as it would be saved, what is missing, and what to do next."""
    car, lacking = draft.car, drafting.missing(draft.car)
    lines = [f"📝 *Draf {drafting.called(car)}* (belum disimpan)"]
    lines += [f"{_label(name)}: {_shown(name, car[name])}" for name in drafting.ORDER[4:] if car.get(name)]
    lines.append(f"Foto: {_count(draft)}")
    if failed := _refused(draft):
        lines.append(f"⚠️ {failed} foto tidak bisa dipakai, kirim ulang bila perlu.")
    lines += plates.unknown(draft.photos)
    lines += ["", *notes] if notes else []
    if draft.proposed:
        lines += ["", f"🤖 Usulan: {_proposal(draft)}", TAKE]
    if lacking:
        lines += ["", f"Yang belum ada: {', '.join(lacking)}.", "Tulis saja, misalnya: hitam, matic, 120jt"]
    else:
        lines += ["", "Sudah benar? Ketik *simpan*. Ada yang salah? Tulis perbaikannya, misalnya: harga 125jt"]
    return "\n".join([*lines, "Untuk membatalkan, ketik *batal*."])


def _proposal(draft: UploadDraft) -> str:
    return ", ".join(f"{_label(name)} {_shown(name, value)}" for name, value in draft.proposed.items())


def _below(notes: Sequence[str]) -> str:
    return "\n\n" + "\n".join(notes) if notes else ""


def _count(draft: UploadDraft) -> int:
    return draft.photos.exclude(state=UploadPhoto.State.REFUSED).count()


def _refused(draft: UploadDraft) -> int:
    return draft.photos.filter(state=UploadPhoto.State.REFUSED).exclude(error="twice").count()


def _title(vehicle: Vehicle | None) -> str:
    return f"{vehicle.name} ({vehicle.display_id})" if vehicle is not None else "mobil ini"


# --- saving ---------------------------------------------------------------------------------------------------------


def _save(actor: Actor, draft: UploadDraft) -> Done:
    """Make the car, if nothing is missing and it is no duplicate."""
    if drafting.missing(draft.car):
        return _done(_card(draft, ["Belum bisa disimpan, Kak."]), draft)
    twin = None if draft.other_unit else _twin(actor.tenant_id, draft.car)
    if twin is not None:
        draft.twin = twin
        draft.save()
        text = (
            f"⚠️ Mobil ini mirip dengan {_title(twin)}, {_shown('price', twin.price) if twin.price else 'tanpa harga'}, "
            f"{twin.color or 'warna belum diisi'}.\nSama atau unit lain? Balas *unit lain* untuk tetap menyimpan, atau "
            "*sama* untuk tidak menyimpan."
        )
        return Done(text, True)
    fields = {**draft.car, **_usual(draft.car)}
    vehicle = inventory.add(
        actor.tenant_id,
        by=actor.staff.phone_number,
        name=actor.staff.name,
        reason="WhatsApp",
        status=Status.AVAILABLE,
        **fields,
    )
    draft.vehicle, draft.stage = vehicle, Stage.PHOTOS
    draft.save()
    for photo in draft.photos.filter(state=UploadPhoto.State.READY).order_by("written_at", "message_id"):
        _attach(photo, vehicle)
    news = f"🔔 *Mobil baru*\n{_title(vehicle)}\n{_shown('price', vehicle.price)}\nOleh: {actor.staff.name}"
    notices.post(actor.tenant_id, notices.Kind.UPLOAD, news, actor_id=actor.staff.pk)
    after = {"status": str(vehicle.status), **fields}
    text = _saved(vehicle, _count(draft))
    return Done(text, True, vehicle_id=vehicle.pk, after=after, vehicle_version=vehicle.version)


def _usual(car: dict[str, Any]) -> dict[str, Any]:
    """What is known of every car of this model."""
    usual = {"body_type": names.body_type(car["make"], car["model"])}
    return usual if car.get("seats") else {**usual, "seats": names.seats(car["make"], car["model"])}


def _twin(tenant_id: int, car: dict[str, Any]) -> Vehicle | None:
    """A car in stock that may be the same: nothing that both say differs."""
    rows = Vehicle.objects.filter(
        tenant_id=tenant_id, make__iexact=car["make"], model__iexact=car["model"], year=car["year"]
    ).exclude(status__in=(Status.SOLD, Status.DELETED))
    compared = ("variant", "color", "transmission", "fuel", "license_plate", "mileage")
    for row in rows.order_by("-id"):
        pairs = [(getattr(row, name), car.get(name)) for name in compared]
        if all(drafting.same_words(one, other) for one, other in pairs if one and other):
            return row
    return None


def _saved(vehicle: Vehicle, photos: int) -> str:
    lines = [
        "✅ Mobil berhasil ditambahkan!",
        "",
        "📋 Detail:",
        f"ID: {vehicle.display_id}",
        f"Mobil: {vehicle.name}",
        f"Harga: {_shown('price', vehicle.price)}",
        f"KM: {_shown('mileage', vehicle.mileage) if vehicle.mileage is not None else 'belum diisi'}",
        f"Warna: {vehicle.color}",
        f"Transmisi: {Transmission(vehicle.transmission).label}",
        f"Foto: {photos}",
        f"Status: {vehicle.status}",
        "",
        "📸 Foto masih bisa ditambah: kirim saja ke sini, lalu ketik *selesai*.",
        f"Mengubah: edit {vehicle.display_id} harga 125jt · Terjual: status {vehicle.display_id} terjual",
        "Salah? Ketik *undo* dalam 10 menit.",
    ]
    return "\n".join(lines)


# --- what a model proposes ------------------------------------------------------------------------------------------

LOOKED_AT = 3  # photos at once
LOOK_WIDTH = 1080
THINK_SECONDS = 4  # an album is here by then


@dataclass(frozen=True, slots=True)
class Question:
    """What a model is to be asked about a draft: words, or names of stored photos."""

    config: WhatsAppAIConfig
    phone: str
    said: str = ""
    photos: tuple[str, ...] = ()


def think_later(draft: UploadDraft) -> None:
    """Have a model asked, where one is set and something that it may tell is missing."""
    if draft.stage == Stage.OPEN and llm.configured() and (draft.unread or _may_be_seen(draft)):
        at = clock.now() + timedelta(seconds=THINK_SECONDS)
        jobs.later(
            "conversations.propose", at=at, once=f"propose:{draft.pk}", tenant_id=draft.tenant_id, draft_id=draft.pk
        )


def _may_be_seen(draft: UploadDraft) -> bool:
    lacks = any(not draft.car.get(name) and name not in draft.proposed for name in proposals.SEEN[:3])
    return lacks and not draft.looked_at and draft.photos.filter(state=UploadPhoto.State.READY).exists()


def to_propose(draft_id: int) -> Question | None:
    """What to ask now; it is asked once. None: nothing, or the showroom's daily limit is reached. Inside the scope."""
    draft = (
        UploadDraft.objects.select_for_update().select_related("staff").filter(pk=draft_id, stage=Stage.OPEN).first()
    )
    config = WhatsAppAIConfig.objects.filter(tenant_id=draft.tenant_id).first() if draft else None
    if draft is None or config is None or spending.reached(config, spending.of_today(config)):
        return None
    said, draft.unread = draft.unread, ""
    seen: tuple[str, ...] = ()
    if _may_be_seen(draft):
        ready = draft.photos.filter(state=UploadPhoto.State.READY).order_by("written_at", "message_id")
        seen = tuple(ready.values_list("image", flat=True)[:LOOKED_AT])
        draft.looked_at = len(seen)
    draft.save(update_fields=["unread", "looked_at"])
    return Question(config, draft.staff.phone_number, said, seen) if said or seen else None


def proposed(draft_id: int, values: dict[str, Any]) -> str:
    """Keep what a model proposed and nobody has said; returns what to tell the person, "" for nothing."""
    draft = UploadDraft.objects.select_for_update().filter(pk=draft_id, stage=Stage.OPEN).first()
    if draft is None:
        return ""
    new = {name: value for name, value in values.items() if draft.car.get(name) in ("", None)}
    if "model" in new and draft.car.get("make") not in (None, "", values.get("make")):
        del new["model"]  # another make's
    if not new.keys() - draft.proposed.keys():
        return ""
    draft.proposed = {**draft.proposed, **new}
    draft.save(update_fields=["proposed"])
    return f"🤖 Usulan untuk {drafting.called(draft.car)} (belum dipakai): {_proposal(draft)}.\n{TAKE}"


# --- photos ---------------------------------------------------------------------------------------------------------


def _take_photos(actor: Actor, draft: UploadDraft | None, photos: Sequence[Photo]) -> list[str]:
    """Keep photos for the draft, or loose; each is fetched at once by its own job. Returns what to tell."""
    told = []
    unreadable = sum(1 for photo in photos if not photo.url)
    if unreadable:
        told.append(NO_FILE.format(count=unreadable))
    room = MOST_PHOTOS - (_count(draft) if draft is not None else 0)
    usable = [photo for photo in photos if photo.url]
    if len(usable) > room:
        told.append(FULL.format(count=len(usable) - max(room, 0)))
    for photo in usable[: max(room, 0)]:
        row, made = UploadPhoto.objects.get_or_create(
            tenant_id=actor.tenant_id,
            message_id=photo.message_id,
            defaults={
                "staff": actor.staff,
                "draft": draft,
                "url": photo.url,
                "written_at": photo.written_at or clock.now(),
            },
        )
        if made:
            _fetch_later(row)
    if draft is not None and photos:
        draft.save(update_fields=["updated_at"])
    return told


def _take_loose(actor: Actor, draft: UploadDraft) -> int:
    """Photos of the last ten minutes that belong to no car become this draft's."""
    first = list(loose(actor.staff).values_list("pk", flat=True)[:MOST_PHOTOS])
    return UploadPhoto.objects.filter(pk__in=first).update(draft=draft)


def loose(staff: StaffWhatsAppAuth) -> Any:
    """A person's photos of the last ten minutes that belong to no car, in order."""
    lately = clock.now() - PHOTOS_BEFORE
    mine = UploadPhoto.objects.filter(tenant_id=staff.tenant_id, staff=staff, draft=None, written_at__gte=lately)
    return mine.order_by("written_at", "message_id")


def _fetch_later(photo: UploadPhoto, seconds: float = 0) -> None:
    at = clock.now() + timedelta(seconds=seconds) if seconds else None
    jobs.later("conversations.fetch_photo", at=at, tenant_id=photo.tenant_id, photo_id=photo.pk)


@dataclass(frozen=True, slots=True)
class Wanted:
    url: str
    key: str


def to_fetch(photo_id: int) -> Wanted | None:
    """Where a photo lies and under which name it is to be kept; None if nobody needs it. Inside the scope."""
    photo = UploadPhoto.objects.filter(pk=photo_id, state=UploadPhoto.State.WAITING).first()
    return Wanted(photo.url, f"wa/{photo.pk}") if photo is not None else None


def fetched(photo_id: int, name: str, digest: str) -> None:
    """The photo is stored; if its car is already saved, it joins it."""
    photo = UploadPhoto.objects.select_for_update().filter(pk=photo_id, state=UploadPhoto.State.WAITING).first()
    if photo is None:
        return
    photo.image, photo.digest, photo.state = name, digest, UploadPhoto.State.READY
    same = UploadPhoto.objects.filter(draft=photo.draft_id, digest=digest, state=UploadPhoto.State.READY)
    if photo.draft_id is not None and same.exists():
        photo.state, photo.error = UploadPhoto.State.REFUSED, "twice"
    else:
        plates.want(photo)
    photo.save()
    draft = UploadDraft.objects.select_for_update().filter(pk=photo.draft_id).first() if photo.draft_id else None
    if draft is not None and draft.vehicle is not None and photo.state == UploadPhoto.State.READY:
        _attach(photo, draft.vehicle)
    elif draft is not None:
        think_later(draft)


def not_fetched(photo_id: int, error: str, *, permanent: bool) -> None:
    """Tried again a few times where that may help."""
    photo = UploadPhoto.objects.select_for_update().filter(pk=photo_id, state=UploadPhoto.State.WAITING).first()
    if photo is None:
        return
    photo.tries += 1
    photo.error = error[:40]
    if permanent or photo.tries >= MOST_TRIES:
        photo.state = UploadPhoto.State.REFUSED
    else:
        _fetch_later(photo, RETRY_SECONDS[min(photo.tries, len(RETRY_SECONDS)) - 1])
    photo.save()


def _attach(photo: UploadPhoto, vehicle: Vehicle) -> None:
    """The photo becomes the car's, behind those written before it; the first is the main one."""
    last = VehiclePhoto.objects.filter(vehicle=vehicle)
    VehiclePhoto.objects.create(
        tenant_id=photo.tenant_id,
        vehicle=vehicle,
        image=photo.image,
        position=last.count(),
        is_main=not last.filter(is_main=True).exists(),
    )
    photo.state = UploadPhoto.State.USED
    photo.save(update_fields=["state"])
    _in_order(photo.draft_id, vehicle)


def _in_order(draft_id: int | None, vehicle: Vehicle) -> None:
    """Photos arrive in any order and stand in the order in which they were sent."""
    by_name = {photo.image.name: photo for photo in VehiclePhoto.objects.filter(vehicle=vehicle)}
    sent = UploadPhoto.objects.filter(draft=draft_id, state=UploadPhoto.State.USED).order_by("written_at", "message_id")
    wanted = [by_name[name] for name in sent.values_list("image", flat=True) if name in by_name]
    places = sorted(photo.position for photo in wanted)
    for place, photo in zip(places, wanted, strict=True):
        main = place == 0
        if (photo.position, photo.is_main) != (place, main):
            VehiclePhoto.objects.filter(pk=photo.pk).update(position=place, is_main=main)


def sweep() -> None:
    """Photos whose job vanished get a new one. Platform scope."""
    late = UploadPhoto.objects.filter(state=UploadPhoto.State.WAITING, created_at__lt=clock.now() - FORGOTTEN)
    for tenant_id, pk in late.order_by("pk").values_list("tenant_id", "pk")[:200]:
        jobs.later("conversations.fetch_photo", once=f"photo:{pk}", tenant_id=tenant_id, photo_id=pk)


def clean() -> list[str]:
    """Forget the photos that became no car's; returns the names of their files. Platform scope."""
    old = clock.now() - KEPT_LOOSE
    unused = UploadPhoto.objects.exclude(state=UploadPhoto.State.USED).filter(created_at__lt=old)
    gone = unused.filter(Q(draft=None) | Q(draft__stage__in=(Stage.CANCELLED, Stage.DONE)))
    rows = list(gone.values_list("pk", "image")[:500])
    UploadPhoto.objects.filter(pk__in=[pk for pk, _ in rows]).delete()
    return [name for _, name in rows if name]
