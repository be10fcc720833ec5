"""The credit simulation for people: a car or a price, a down payment and terms; the figures are those of the chat.

It reads its address, so that a simulation can be linked.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from autolumiku.lib import rupiah
from conversations import wording
from conversations.pages import frame
from inventory import credit, leasing, search
from inventory.admin import RupiahField
from inventory.credit import Credit, Estimate, Offer, Partner, Wish
from inventory.models import MAX_PRICE
from inventory.unit import Unit
from tenants.admin import LEADERS, allowed, place_of
from tenants.models import EVERYONE

MOST_FOUND = 8
LOWEST_PRICE, OLDEST = 1_000_000, 1950
_PERCENT = re.compile(r"([0-9]{1,2})\s?(?:%|persen)")


class DownField(forms.CharField):
    """A down payment in percent or rupiah: a Wish without terms."""

    default_error_messages = {"invalid": "Tulis DP dalam persen atau rupiah, misalnya 20% atau 30 juta."}

    def clean(self, value: Any) -> Wish:
        said = super().clean(value).lower()
        if not said:
            return Wish()
        if share := _PERCENT.fullmatch(said):
            return Wish(percent=int(share[1]))
        amount = rupiah.parse(said)
        if amount is None:
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid")
        return Wish(down=amount)


class SimulationForm(forms.Form):
    mobil = forms.CharField(label="Mobil", required=False, max_length=80)
    harga = RupiahField(label="Harga", required=False, min_value=LOWEST_PRICE, max_value=MAX_PRICE)
    tahun = forms.IntegerField(
        label="Tahun mobil", required=False, error_messages={"invalid": "Tulis tahunnya, misalnya 2020."}
    )
    dp = DownField(label="DP", required=False, max_length=30)
    tenor = forms.TypedMultipleChoiceField(
        label="Tenor", required=False, coerce=int, choices=[(years, f"{years} tahun") for years in credit.YEARS]
    )

    def clean_tahun(self) -> int | None:
        year, last = self.cleaned_data["tahun"], timezone.localdate().year + 1
        if year is not None and not OLDEST <= year <= last:
            raise forms.ValidationError(f"Tahun mobil dari {OLDEST} sampai {last}.")
        return year

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("mobil") and data.get("harga"):
            self.add_error("harga", "Isi mobil atau harga, salah satu saja.")
        named = data.get("harga") or data.get("mobil") or "harga" in self.errors
        if data.get("tahun") and not named:
            self.add_error("harga", "Isi juga harganya.")
        return data


@dataclass(frozen=True, slots=True)
class Row:
    leasing: str
    rate: str
    monthly: str
    at_first: str
    lowest: bool


@dataclass(frozen=True, slots=True)
class Shown:
    """The figures of one car, in words."""

    name: str
    display_id: str
    facts: tuple[tuple[str, str], ...]
    terms: tuple[tuple[int, tuple[Row, ...]], ...]
    declined: tuple[str, ...]
    too_low: str
    covered: bool
    text: str  # as it may be sent by WhatsApp


def page(request: HttpRequest) -> HttpResponse:
    if not allowed(request, EVERYONE):
        raise PermissionDenied
    place = place_of(request)
    if place is None:
        messages.info(request, "Pilih dulu showroom yang mobil dan bunga leasingnya dipakai.")
        return redirect("admin:index")
    today = timezone.localdate()
    form, partners = SimulationForm(request.GET or None), leasing.valid(place.tenant_id, today)
    units: tuple[Unit, ...] = ()
    shown = None
    if partners and form.is_valid():
        units = _units(place.tenant_id, form.cleaned_data, today.year, form)
        if len(units) == 1:
            wish = form.cleaned_data["dp"]
            wish = Wish(wish.down, wish.percent, tuple(form.cleaned_data["tenor"]), compares=True)
            shown = simulate(units[0], partners, wish, today.year, form)
    return frame.show(
        request,
        "simulation",
        "Simulasi kredit",
        form=form,
        terms=[(years, str(years) in _ticked(form)) for years in credit.YEARS],
        found=_choices(request, units) if len(units) > 1 else [],
        shown=shown,
        rates=bool(partners),
        may_add=allowed(request, LEADERS),
    )


def _ticked(form: SimulationForm) -> frozenset[str]:
    return frozenset(form["tenor"].value() or map(str, credit.SHOWN))


def _units(tenant_id: int, asked: dict[str, Any], this_year: int, form: SimulationForm) -> tuple[Unit, ...]:
    """The car or cars that are meant; () where none is named or found."""
    if asked["harga"]:
        return (credit.priced(asked["harga"], asked["tahun"] or this_year),)
    words = asked["mobil"].replace("\x00", "").strip()
    if not words:
        return ()
    exact = search.find(tenant_id, search.Wanted(unit_id=words.upper()))
    units = (*exact.units, *exact.gone)[:1] or search.by_words(tenant_id, words, MOST_FOUND)
    if not units:
        form.add_error("mobil", f"Tidak ada mobil “{words}” di stok. Tulis ID-nya, atau merek, model, dan tahunnya.")
    return units


def _choices(request: HttpRequest, units: tuple[Unit, ...]) -> list[tuple[str, str, str]]:
    """(address of its simulation, name, id) of each car that fits the words."""
    found = []
    for unit in units:
        query = request.GET.copy()
        query["mobil"] = unit.display_id
        found.append((f"?{query.urlencode()}", unit.name, unit.display_id))
    return found


def simulate(
    unit: Unit, partners: tuple[Partner, ...], wish: Wish, this_year: int, form: SimulationForm
) -> Shown | None:
    made = credit.of([unit], partners, wish, this_year)
    if not made.estimates:
        form.add_error("mobil", f"Harga {unit.name} ({unit.display_id}) belum diisi.")
        return None
    [estimate] = made.estimates
    return Shown(
        name=unit.name if unit.display_id else "",
        display_id=unit.display_id,
        facts=(*wording.credit_head(unit, estimate), *wording.credit_first(estimate)),
        terms=tuple((years, tuple(_rows(made, offers))) for years, offers in estimate.by_term().items()),
        declined=tuple(_declined(unit, partners, made, this_year)),
        too_low=f"{made.minimum_down}%" if estimate.too_low else "",
        covered=estimate.down >= estimate.price,
        text=wording.credit_text(unit, made, estimate) if estimate.offers else "",
    )


def _rows(made: Credit, offers: list[Offer]) -> Iterator[Row]:
    alone = len(offers) > 1 and offers[0].monthly < offers[1].monthly
    for one in offers:
        yield Row(
            one.partner or "Patokan umum",
            f"{wording.percent(one.rate)}%",
            rupiah.show_full(one.monthly),
            rupiah.show_full(one.at_first),
            alone and one is offers[0],
        )


def _declined(unit: Unit, partners: tuple[Partner, ...], made: Credit, this_year: int) -> Iterator[str]:
    """Why a leasing stands not, or not in each term, in the table."""
    [estimate] = made.estimates
    age = this_year - unit.year
    for one in partners:
        missing = [] if one.name not in made.partners else _missing(one, estimate, made.wish)
        if not missing:
            continue
        if one.minimum_down > estimate.percent:
            yield f"{one.name}: DP minimal {one.minimum_down}%."
            continue
        unoffered = [years for years in missing if not one.offers(years)]
        too_old = [years for years in missing if one.offers(years) and not one.takes(age, years)]
        if unoffered:
            yield f"{one.name}: tidak ada tenor {_listed(unoffered)} tahun."
        if too_old:
            yield f"{one.name}: tenor {_listed(too_old)} tahun tidak, mobil paling tua {one.oldest} tahun saat lunas."


def _missing(partner: Partner, estimate: Estimate, wish: Wish) -> list[int]:
    offered = {one.years for one in estimate.offers if one.partner == partner.name}
    return [years for years in wish.terms if years not in offered] if estimate.down < estimate.price else []


def _listed(years: list[int]) -> str:
    *first, last = map(str, years)
    return f"{', '.join(first)} dan {last}" if first else last
