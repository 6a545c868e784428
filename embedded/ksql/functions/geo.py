"""Functions of places on the earth."""

import math
from typing import Final

from embedded.ksql.functions.registry import scalar

_KM: Final = 6371.0
_MILES: Final = 3959.0
_UNITS: Final = {
    **dict.fromkeys(("mi", "mile", "miles"), _MILES),
    **dict.fromkeys(("km", "kilometer", "kilometers", "kilometre", "kilometres"), _KM),
}
_LATITUDE: Final = 90
_LONGITUDE: Final = 180


def _haversine(value: float) -> float:
    return math.sin(value / 2) ** 2


@scalar(
    "GEO_DISTANCE",
    "DOUBLE, DOUBLE, DOUBLE, DOUBLE -> DOUBLE",
    "DOUBLE, DOUBLE, DOUBLE, DOUBLE, STRING -> DOUBLE",
)
def geo_distance(lat1: float, lon1: float, lat2: float, lon2: float, unit: str | None = "km") -> float:
    """The distance of two points along a great circle, in km or miles."""
    if max(abs(lat1), abs(lat2)) > _LATITUDE or max(abs(lon1), abs(lon2)) > _LONGITUDE:
        raise ValueError("valid latitudes are -90 to 90, valid longitudes -180 to 180")
    radius = _UNITS[unit.strip().lower()] if unit and unit.strip() else _KM
    a = _haversine(math.radians(lat2 - lat1)) + _haversine(math.radians(lon2 - lon1)) * math.cos(
        math.radians(lat1)
    ) * math.cos(math.radians(lat2))
    return 2 * math.asin(math.sqrt(a)) * radius
