"""How far it is between two places on the map, as the crow flies."""

from __future__ import annotations

from math import asin, cos, isfinite, radians, sin, sqrt

EARTH_KM = 6371.0
Point = tuple[float, float]  # latitude, longitude in degrees


def point(latitude: float | None, longitude: float | None) -> Point | None:
    """None where it is no place on the map; (0, 0), in the sea, is what a phone without a fix says."""
    if not isinstance(latitude, int | float) or not isinstance(longitude, int | float):
        return None
    if not (isfinite(latitude) and isfinite(longitude)):
        return None
    on_the_map = abs(latitude) <= 90 and abs(longitude) <= 180 and (latitude, longitude) != (0, 0)
    return (latitude, longitude) if on_the_map else None


def km(one: Point, other: Point) -> float:
    """The haversine formula; exact to half a percent."""
    (lat1, lon1), (lat2, lon2) = ((radians(a), radians(b)) for a, b in (one, other))
    half = sin((lat2 - lat1) / 2) ** 2 + cos(lat1) * cos(lat2) * sin((lon2 - lon1) / 2) ** 2
    return 2 * EARTH_KM * asin(min(1.0, sqrt(half)))


def said(kilometres: float) -> str:
    """ "kurang dari 1 km", "sekitar 4 km", "sekitar 40 km": no finer than one may believe."""
    if kilometres < 1:
        return "kurang dari 1 km"
    step = 1 if kilometres < 20 else 5 if kilometres < 100 else 10
    return f"sekitar {step * round(kilometres / step)} km"
