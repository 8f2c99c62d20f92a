"""Instants as whole microseconds since 1970 UTC, and the Indian clock on them."""

from datetime import UTC, date, datetime, time, timedelta, timezone
from typing import NewType

Instant = NewType("Instant", int)
"""Microseconds since 1970-01-01 00:00 UTC."""

SECOND = 1_000_000
MINUTE = 60 * SECOND
DAY = 86_400 * SECOND

IST = timezone(timedelta(hours=5, minutes=30), "IST")
"""India has had one zone and no summer time since 1945, so no zone database is needed."""

_IST_OFFSET = 19_800 * SECOND
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_EPOCH_ORDINAL = date(1970, 1, 1).toordinal()


def instant_of(moment: datetime) -> Instant:
    """Answer the instant of a date and time that has a zone. Raises ValueError for one without."""
    if moment.tzinfo is None:
        raise ValueError(f"{moment.isoformat()} has no time zone; write it like 2026-08-19T09:15:00+05:30")
    return Instant((moment - _EPOCH) // timedelta(microseconds=1))


def ist_instant(day: date, at: time) -> Instant:
    """Answer the instant of an Indian date and time of day."""
    days = day.toordinal() - _EPOCH_ORDINAL
    seconds = at.hour * 3600 + at.minute * 60 + at.second
    return Instant(days * DAY + seconds * SECOND + at.microsecond - _IST_OFFSET)


def ist_datetime(at: int) -> datetime:
    """Answer the Indian date and time of an instant."""
    return (_EPOCH + timedelta(microseconds=at)).astimezone(IST)


def ist_date(at: int) -> date:
    """Answer the Indian calendar date of an instant."""
    return date.fromordinal((at + _IST_OFFSET) // DAY + _EPOCH_ORDINAL)


def ist_time_of_day(at: int) -> int:
    """Answer the microseconds since Indian midnight."""
    return (at + _IST_OFFSET) % DAY


def day_time(at: time) -> int:
    """Answer a time of day as microseconds since midnight, comparable with ist_time_of_day."""
    return (at.hour * 3600 + at.minute * 60 + at.second) * SECOND + at.microsecond


def iso_text(at: int) -> str:
    """Answer an instant as ISO 8601 with the Indian offset, to the second, or finer where it is finer."""
    return ist_datetime(at).isoformat()


def clock_text(at: int) -> str:
    """Answer the Indian time of day as ``"09:20:00"``."""
    return ist_datetime(at).strftime("%H:%M:%S")
