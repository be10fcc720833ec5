"""Pages of the back-office on which owners and managers take a stock list in, look before it is done, and undo it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse

from autolumiku.lib import clock
from inventory import importing, restocking, telling, workbooks
from inventory.importing import Problem, Row, Sheet
from inventory.models import StockImport, Vehicle
from inventory.restocking import By, Change, Plan
from tenants.access import Place
from tenants.admin import LEADERS, allowed, person, place_of

SHOWN = 100  # cars of a kind on one page
LATEST = 10  # imports named below the form
KEPT_DAYS = 1  # how long an upload waits for its confirmation
State = StockImport.State

EXPORT = {  # field -> header, as importing.COLUMNS reads it back
    "display_id": "ID",
    "make": "Merek",
    "model": "Model",
    "variant": "Varian",
    "year": "Tahun",
    "status": "Status",
    "price": "Harga",
    "credit_price": "Harga kredit",
    "cost_price": "Harga modal",
    "mileage": "Kilometer",
    "transmission": "Transmisi",
    "fuel": "Bahan bakar",
    "color": "Warna",
    "license_plate": "Nomor polisi",
    "engine_cc": "Isi silinder",
    "body_type": "Bodi",
    "seats": "Kursi",
    "condition": "Kondisi",
    "tax_valid_until": "Pajak",
    "papers": "Surat-surat",
    "accident_history": "Riwayat tabrakan",
    "flood_history": "Riwayat banjir",
    "previous_owners": "Pemilik",
    "service_book": "Buku servis",
    "description": "Deskripsi",
    "staff_notes": "Catatan staf",
}


# --- What a page shows: pure -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Difference:
    """A car that the list changes: [(what, old, new)]."""

    line: int
    title: str
    fields: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True, slots=True)
class Preview:
    """What an upload would do, for people. wrong: lines with errors; problems: all errors."""

    sheet: Sheet
    plan: Plan
    wrong: int

    @property
    def problems(self) -> tuple[Problem, ...]:
        return (*self.sheet.errors, *self.plan.errors)

    @property
    def changed(self) -> list[Difference]:
        return [difference(change) for change in self.plan.changed[:SHOWN]]

    @property
    def new(self) -> Sequence[Row]:
        return self.plan.new[:SHOWN]

    @property
    def more_changed(self) -> int:
        return max(len(self.plan.changed) - SHOWN, 0)

    @property
    def more_new(self) -> int:
        return max(len(self.plan.new) - SHOWN, 0)

    @property
    def does_something(self) -> bool:
        return bool(self.plan.new or self.plan.changed)


def difference(change: Change) -> Difference:
    fields = [
        (telling.called(name), telling.shown(name, getattr(change.car, name)), telling.shown(name, value))
        for name, value in change.values.items()
    ]
    return Difference(change.row.line, str(change.car), tuple(fields))


def preview(raw: bytes, cars: Iterable[Vehicle]) -> Preview:
    """The file against the stock, its wrong lines left out; whether that may be is asked later."""
    sheet = importing.read(raw)
    plan = restocking.compare(sheet.without_wrong().rows, cars)
    wrong = sheet.wrong + len({problem.line for problem in plan.errors})
    return Preview(sheet, plan, wrong)


def exported(form: str, cars: Iterable[Vehicle], hidden: Iterable[str]) -> bytes:
    """Cars as a file that `importing.read` understands; hidden: fields that this person may not see."""
    columns = {name: header for name, header in EXPORT.items() if name not in hidden}
    rows = ([_cell(car, name) for name in columns] for car in cars)
    return workbooks.written(form, "Stok", list(columns.values()), rows)


def _cell(car: Vehicle, name: str) -> Any:
    value = getattr(car, name)
    if isinstance(value, bool):
        return "ya" if value else "tidak"
    words = dict(telling.FIELDS[name].flatchoices)
    return words.get(value, value) if words else value


# --- The pages -------------------------------------------------------------------------------------------------------


class ImportPages:
    """For VehicleAdmin: `impor/` and `impor/ID/`, and the stock as a file."""

    def get_urls(self) -> list[URLPattern]:
        inside = self.admin_site.admin_view  # type: ignore[attr-defined]
        pages = [
            path("impor/", inside(self.import_upload), name="inventory_stock_import"),
            path("impor/<int:pk>/", inside(self.import_page), name="inventory_stock_import_page"),
            path("unduh/<str:form>/", inside(self.export_list), name="inventory_stock_export"),
        ]
        return [*pages, *super().get_urls()]  # type: ignore[misc]

    def import_upload(self, request: HttpRequest) -> HttpResponse:
        """The form, and what was imported lately."""
        place = _place(request)
        if place is None:
            messages.warning(request, "Pilih showroom dulu, lalu impor stoknya.")
            return redirect("admin:inventory_vehicle_changelist")
        problems: tuple[Problem, ...] = ()
        if request.method == "POST":
            file = request.FILES.get("file")
            if file is None:
                problems = (Problem(0, "", "Pilih berkasnya dulu."),)
            else:
                upload, problems = _taken_in(request, place, file)
                if upload is not None:
                    return redirect("admin:inventory_stock_import_page", upload.pk)
        latest = StockImport.objects.filter(tenant_id=place.tenant_id).defer("raw", "touched")
        context = {"problems": problems, "latest": latest[:LATEST], "fields": _known_columns()}
        return self._page(request, "import_upload.html", "Impor stok", **context)

    def import_page(self, request: HttpRequest, pk: int) -> HttpResponse:
        """One upload: what it would do, or what it has done; a POST does, drops or undoes it."""
        place = _place(request)
        rows = StockImport.objects.filter(tenant_id=place.tenant_id) if place else StockImport.objects.none()
        upload = rows.select_for_update(no_key=True).filter(pk=pk).first()
        if upload is None or place is None:
            raise Http404
        if request.method == "POST":
            _moved(request, upload)
            return redirect("admin:inventory_stock_import_page", upload.pk)
        seen = None
        if upload.state == State.PREVIEW and upload.raw is not None:
            seen = preview(bytes(upload.raw), restocking.stock(place.tenant_id))
        return self._page(request, "import_page.html", f"Impor {upload.file_name}", upload=upload, preview=seen)

    def export_list(self, request: HttpRequest, form: str) -> HttpResponse:
        """The list as it is filtered now, as a file."""
        if form not in workbooks.TYPES:
            raise Http404
        if not self.has_view_permission(request):  # type: ignore[attr-defined]
            raise PermissionDenied
        cars = self.get_changelist_instance(request).get_queryset(request)  # type: ignore[attr-defined]
        return self.as_file(request, form, cars.prefetch_related(None))

    def as_file(self, request: HttpRequest, form: str, cars: Iterable[Vehicle]) -> HttpResponse:
        """These cars as a file to keep."""
        hidden = () if allowed(request, LEADERS) else telling.INNER
        name = f"stok-{clock.now():%Y-%m-%d}.{form}"
        headers = {"Content-Disposition": f'attachment; filename="{name}"'}
        return HttpResponse(exported(form, cars, hidden), content_type=workbooks.TYPES[form], headers=headers)

    def _page(self, request: HttpRequest, template: str, title: str, **context: Any) -> TemplateResponse:
        context |= {
            **self.admin_site.each_context(request),  # type: ignore[attr-defined]
            "title": title,
            "opts": self.opts,  # type: ignore[attr-defined]
            "list_url": reverse("admin:inventory_vehicle_changelist"),
        }
        return TemplateResponse(request, f"admin/inventory/vehicle/{template}", context)


def _place(request: HttpRequest) -> Place | None:
    """Where is imported; only owners and managers come in."""
    if not allowed(request, LEADERS):
        raise PermissionDenied
    return place_of(request)


def _known_columns() -> list[tuple[str, str]]:
    """[(field, headers that are understood)] for the page."""
    return [(titles[0], ", ".join(titles[1:])) for titles in importing.COLUMNS.values()]


def _taken_in(request: HttpRequest, place: Place, file: UploadedFile) -> tuple[StockImport | None, tuple[Problem, ...]]:
    """The upload, kept until it is confirmed; or what is wrong with all of it."""
    raw = file.read(importing.MAX_BYTES + 1)
    sheet = importing.read(raw)
    if not sheet.fine:
        return None, sheet.errors
    rows = StockImport.objects.filter(tenant_id=place.tenant_id)
    old = clock.now() - timedelta(days=KEPT_DAYS)
    rows.filter(state=State.PREVIEW, created_at__lt=old).update(state=State.DROPPED, raw=None)
    by = _by(request)
    name = " ".join((file.name or "stok").split())[:120]
    return rows.create(tenant_id=place.tenant_id, file_name=name, raw=raw, by=by.by, by_name=by.name), ()


def _by(request: HttpRequest) -> By:
    return By(request.user.get_username(), person(request))


def _moved(request: HttpRequest, upload: StockImport) -> None:
    """Do, drop or undo a locked upload, and say so."""
    move = request.POST.get("move")
    if move == "confirm" and upload.state == State.PREVIEW and upload.raw is not None:
        _confirm(request, upload)
    elif move == "drop" and upload.state == State.PREVIEW:
        upload.state, upload.raw = State.DROPPED, None
        upload.save(update_fields=["state", "raw"])
        messages.info(request, "Berkas ini tidak jadi diimpor. Stok tidak berubah.")
    elif move == "undo" and upload.state == State.DONE:
        _undo(request, upload)
    else:
        messages.info(request, "Langkah ini sudah dikerjakan.")


def _confirm(request: HttpRequest, upload: StockImport) -> None:
    """All of it or nothing; not where the stock has changed since the person looked."""
    found = preview(bytes(upload.raw or b""), restocking.stock(upload.tenant_id, locked=True))
    if found.problems and request.POST.get("skip") != "yes":
        messages.error(request, "Belum diimpor: ada baris bermasalah. Perbaiki, atau centang untuk melewatinya.")
        return
    if request.POST.get("digest") != found.plan.digest:
        messages.warning(request, "Stok berubah sejak pratinjau dibuat. Periksa sekali lagi, lalu jalankan impor.")
        return
    upload.touched = restocking.carry_out(upload.tenant_id, found.plan, _by(request))
    upload.state, upload.raw, upload.done_at = State.DONE, None, clock.now()
    upload.added, upload.changed = len(found.plan.new), len(found.plan.changed)
    upload.same, upload.left_out = found.plan.same, found.wrong
    upload.save()
    messages.success(request, f"Impor selesai: {upload.added} mobil baru, {upload.changed} diubah.")


def _undo(request: HttpRequest, upload: StockImport) -> None:
    by = _by(request)
    done = restocking.take_back(upload.tenant_id, upload.touched, by)
    upload.state, upload.undone_at, upload.undone_by_name = State.UNDONE, clock.now(), by.name or by.by
    upload.undone, upload.kept = done.count, [list(one) for one in done.kept]
    upload.save()
    if done.kept:
        messages.warning(request, f"{done.count} mobil dikembalikan, {len(done.kept)} tidak bisa; alasannya di bawah.")
    else:
        messages.success(request, f"Impor dibatalkan: {done.count} mobil dikembalikan.")
