"""Instants and the Indian clock on them; expected values from the datetime module."""

from datetime import UTC, date, datetime, time

import pytest

from engine.domain.instant import (
    DAY,
    IST,
    MINUTE,
    SECOND,
    clock_text,
    day_time,
    instant_of,
    iso_text,
    ist_date,
    ist_datetime,
    ist_instant,
    ist_time_of_day,
)


@pytest.mark.parametrize(
    "moment",
    [
        datetime(2026, 8, 19, 9, 15, tzinfo=IST),
        datetime(1970, 1, 1, tzinfo=UTC),
        datetime(1969, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC),
        datetime(2026, 8, 19, 23, 59, 59, 1, tzinfo=UTC),
    ],
)
def test_an_instant_and_its_indian_date_and_time_agree_with_the_standard_library(moment):
    at = instant_of(moment)
    local = moment.astimezone(IST)

    assert ist_datetime(at) == moment
    assert ist_date(at) == local.date()
    assert ist_time_of_day(at) == day_time(local.time())
    assert ist_instant(local.date(), local.time()) == at


def test_an_indian_time_of_day_becomes_the_instant_of_that_day():
    at = ist_instant(date(2026, 8, 19), time(9, 20, 0, 5))

    assert at == instant_of(datetime(2026, 8, 19, 3, 50, 0, 5, tzinfo=UTC))
    assert ist_instant(date(2026, 8, 20), time(0)) - ist_instant(date(2026, 8, 19), time(0)) == DAY


def test_a_time_of_day_counts_from_midnight():
    assert day_time(time(9, 20)) == 9 * 60 * MINUTE + 20 * MINUTE
    assert day_time(time(0, 0, 1)) == SECOND


def test_instants_are_written_with_the_indian_offset():
    at = ist_instant(date(2026, 8, 19), time(9, 15))

    assert iso_text(at) == "2026-08-19T09:15:00+05:30"
    assert iso_text(at + 1) == "2026-08-19T09:15:00.000001+05:30"
    assert clock_text(at) == "09:15:00"


def test_a_moment_without_a_zone_is_refused():
    with pytest.raises(ValueError, match="has no time zone; write it like"):
        instant_of(datetime(2026, 8, 19, 9, 15))  # noqa: DTZ001 - the refusal is the point
