"""What a customer looks for, in words. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from autolumiku.lib import rupiah
from conversations import wording
from conversations.turn import Entities

TRANSMISSIONS: Mapping[str, str] = {"manual": "manual", "automatic": "matic", "cvt": "matic"}


def budget(entities: Entities) -> str:
    """ "sekitar Rp 300 juta", "maksimal Rp 200 juta", "Rp 150 juta - Rp 200 juta", or ""."""
    low, high = entities.budget_min, entities.budget_max
    if low and high:
        return f"{rupiah.show(low)} - {rupiah.show(high)}"
    if high:
        return f"maksimal {rupiah.show(high)}"
    if low:
        return f"mulai {rupiah.show(low)}"
    return f"sekitar {rupiah.show(entities.budget)}" if entities.budget else ""


def wanted(entities: Entities) -> str:
    """What the customer looks for, in words: "Honda Brio 2019", "Toyota Avanza warna merah", "mobil listrik"."""
    car = entities.make or entities.model
    parts = [
        called(entities),
        (str(entities.year) if car else f"tahun {entities.year}") if entities.year else "",
        _years(entities),
        TRANSMISSIONS.get(entities.transmission, ""),
        wording.FUELS.get(entities.fuel, entities.fuel),
        f"warna {entities.color}" if entities.color else "",
        f"{entities.seats} kursi" if entities.seats and not entities.model else "",
        _unwanted(entities),
        f"untuk budget {budget(entities)}" if budget(entities) else "",
    ]
    return " ".join(part for part in parts if part)


def _unwanted(entities: Entities) -> str:
    """ "selain warna hitam atau putih", "selain matic" """
    called = []
    for kind, _, value in (one.partition("=") for one in entities.unwanted):
        word = TRANSMISSIONS.get(value, wording.FUELS.get(value, value))
        called.append(f"warna {word}" if kind == "color" else wording.body(word) if kind == "body_type" else word)
    return f"selain {' atau '.join(called)}" if called else ""


def called(entities: Entities) -> str:
    """The car they name, "Honda Brio"; else its kind, "mobil SUV", or just "mobil"."""
    named = f"{entities.make} {entities.model}".strip()
    return named or f"mobil {wording.body(entities.body_type)}".strip()


def _years(entities: Entities) -> str:
    """ "tahun 2018 ke atas", "tahun 2015-2018"; "" where no bound was said."""
    least, most = entities.year_min, entities.year_max
    if entities.year or not (least or most):
        return ""
    if least and most:
        return f"tahun {least}-{most}"
    return f"tahun {least} ke atas" if least else f"tahun {most} ke bawah"
