"""A car as customers may know it. Pure: what decides and answers works on these, never on rows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Unit:
    """One car as customers may know it: no cost price, no notes. Empty or None: the showroom has no data."""

    id: int
    version: int  # Vehicle.version at reading time; conclude refuses a reply whose unit changed since
    display_id: str  # "PM-PST-001"
    make: str
    model: str
    year: int
    status: str  # AVAILABLE, BOOKED, SOLD
    price: int | None  # cash price, rupiah
    credit_price: int | None = None  # rupiah
    variant: str = ""
    mileage: int | None = None  # km
    transmission: str = ""  # manual, automatic, cvt
    fuel: str = ""  # bensin, diesel, hybrid, electric
    color: str = ""
    body_type: str = ""  # mpv, suv, sedan, hatchback, ...
    seats: int | None = None
    engine_cc: int | None = None
    tax_valid_until: date | None = None  # STNK tax
    papers: str = ""  # "BPKB, STNK, faktur lengkap"
    accident_history: str = ""
    flood_history: str = ""
    previous_owners: int | None = None
    service_book: bool | None = None
    condition: str = ""  # excellent, good, fair, poor
    photo_count: int = 0

    @property
    def name(self) -> str:
        return " ".join(part for part in (self.make, self.model, self.variant, str(self.year)) if part)
