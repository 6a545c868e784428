"""The fields that a text was found to have, as a day, a time of day and a zone."""

from datetime import date, timedelta, tzinfo

from embedded.ksql.expressions.instants import last_day, zone
from embedded.ksql.functions.moments import HALF, MONTHS

Fields = dict[str, str]


def check_clock(hour: int, minute: int, second: int, fraction: str) -> None:
    """Refuses what no clock shows; 24:00 is the end of a day."""
    if hour > 24 or minute > 59 or second > 59 or (hour == 24 and (minute or second or int(fraction))):  # noqa: PLR2004
        raise ValueError(f"{hour}:{minute}:{second} is no time of day")


def zone_of(fields: Fields) -> tzinfo | None:
    """The zone that the text names, if it does."""
    if "offset" in fields:
        return zone(fields["offset"])
    return zone(fields["zone"]) if "zone" in fields else None


def date_of(fields: Fields) -> date:
    """The day; what the text lacks is as at the beginning of 1970. ValueError: there is no such day."""
    year = int(fields.get("year", "1970"))
    if "shortyear" in fields:
        year = 2000 + int(fields["shortyear"])
    if "yearday" in fields:
        return date(year, 1, 1) + timedelta(days=int(fields["yearday"]) - 1)
    month = int(fields.get("month", "1"))
    if "monthname" in fields:
        month = next(i for i, n in enumerate(MONTHS, 1) if n[:3].lower() == fields["monthname"][:3].lower())
    return date(year, month, last_day(year, month, int(fields.get("day", "1"))))


def time_of(fields: Fields) -> int:
    """The time of day in ms. ValueError: no clock shows it."""
    if "milliday" in fields:
        return int(fields["milliday"])
    if "nanoday" in fields:
        return int(fields["nanoday"]) // 1_000_000
    hour = int(fields.get("hour", "0"))
    if "hour24" in fields:
        hour = int(fields["hour24"]) % 24
    if "hour12" in fields or "hour11" in fields:
        hour = int(fields.get("hour12", fields.get("hour11", "0"))) % HALF
        hour += HALF if fields.get("half", "AM").upper() == "PM" else 0
    minute, second = int(fields.get("minute", "0")), int(fields.get("second", "0"))
    check_clock(hour, minute, second, fields.get("fraction", fields.get("nano", "0")))
    nanos = (
        int(fields["fraction"].ljust(9, "0")[:9]) if "fraction" in fields else int(fields.get("nano", "0"))
    )
    return ((hour * 60 + minute) * 60 + second) * 1000 + nanos // 1_000_000
