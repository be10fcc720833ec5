"""The page on which people take over what a car's description says of its empty fields."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse

from inventory import telling
from inventory.described import Proposal, proposals
from inventory.models import Status, Vehicle
from tenants.admin import LEADERS, allowed, person, place_of

SHOWN = 50  # cars with proposals on the page
LOOKED_AT = 2_000  # newest cars with a description
OVER = (Status.SOLD, Status.DELETED)


@dataclass(frozen=True, slots=True)
class Line:
    """One proposal on the page; key: what a tick sends back."""

    car: Vehicle
    proposal: Proposal

    @property
    def key(self) -> str:
        return f"{self.car.pk}:{self.proposal.field}:{self.proposal.value}"

    @property
    def called(self) -> str:
        return telling.called(self.proposal.field)

    @property
    def shown(self) -> str:
        return telling.shown(self.proposal.field, self.proposal.value)


class DescribedPages:
    """For VehicleAdmin: `usulan/`."""

    def get_urls(self) -> list[URLPattern]:
        inside = self.admin_site.admin_view  # type: ignore[attr-defined]
        page = path("usulan/", inside(self.described), name="inventory_described")
        return [page, *super().get_urls()]  # type: ignore[misc]

    def described(self, request: HttpRequest) -> HttpResponse:
        """The proposals; a POST takes over those that are ticked and still hold."""
        if not self.has_change_permission(request):  # type: ignore[attr-defined]
            raise PermissionDenied
        place = place_of(request)
        if place is None:
            messages.warning(request, "Pilih showroom dulu, lalu periksa usulannya.")
            return redirect("admin:inventory_vehicle_changelist")
        with_notes = allowed(request, LEADERS)
        if request.method == "POST":
            _take_over(request, place.tenant_id, with_notes=with_notes)
            return redirect("admin:inventory_described")
        found = list(_lines(_cars(place.tenant_id), with_notes=with_notes))
        context = {
            **self.admin_site.each_context(request),  # type: ignore[attr-defined]
            "title": "Usulan dari deskripsi",
            "opts": self.opts,  # type: ignore[attr-defined]
            "list_url": reverse("admin:inventory_vehicle_changelist"),
            "cars": found[:SHOWN],
            "more": max(len(found) - SHOWN, 0),
        }
        return TemplateResponse(request, "admin/inventory/vehicle/described.html", context)


def _cars(tenant_id: int) -> models.QuerySet[Vehicle]:
    said = models.Q(description__gt="") | models.Q(staff_notes__gt="")
    rows = Vehicle.objects.filter(said, tenant_id=tenant_id).exclude(status__in=OVER)
    return rows.order_by("-created_at", "-pk")


def _lines(cars: models.QuerySet[Vehicle], *, with_notes: bool) -> Iterator[list[Line]]:
    """Car by car, where its texts say more than its fields."""
    for car in cars[:LOOKED_AT]:
        texts = (car.description, car.staff_notes) if with_notes else (car.description,)
        if found := [Line(car, one) for one in proposals(vars(car), *texts)]:
            yield found


def _take_over(request: HttpRequest, tenant_id: int, *, with_notes: bool) -> None:
    ticked = set(request.POST.getlist("take"))
    ids = {int(head) for one in ticked if (head := one.partition(":")[0]).isdecimal() and len(head) < 19}
    cars = _cars(tenant_id).filter(pk__in=ids).select_for_update(no_key=True)
    done = 0
    for lines in _lines(cars, with_notes=with_notes):
        values: dict[str, Any] = {line.proposal.field: line.proposal.value for line in lines if line.key in ticked}
        if values:
            by = request.user.get_username()
            done += len(lines[0].car.change(values, by=by, name=person(request), reason="dari deskripsi"))
    if done:
        messages.success(request, f"{done} data diisi. Asisten memakainya mulai sekarang.")
    else:
        messages.info(request, "Tidak ada yang diisi: centang usulan yang benar dulu.")
