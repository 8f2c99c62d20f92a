"""Time to expiry in calendar years, exact to the microsecond down to one minute."""

from datetime import UTC, datetime

import numpy as np
import pytest

from engine.pricing.time_to_expiry import (
    MICROSECONDS_PER_DAY,
    MICROSECONDS_PER_MINUTE,
    MICROSECONDS_PER_YEAR,
    years_to_expiry,
)

CLOSE = int(datetime(2026, 8, 4, 10, 10, tzinfo=UTC).timestamp()) * 1_000_000  # 15:40 in India


def test_three_days_five_and_a_half_hours():
    left = years_to_expiry(CLOSE - 3 * MICROSECONDS_PER_DAY - 330 * MICROSECONDS_PER_MINUTE, CLOSE)

    assert left == pytest.approx(0.0088470, abs=5e-8)
    assert isinstance(left, float)


def test_a_year_has_365_days():
    assert years_to_expiry(CLOSE - 365 * MICROSECONDS_PER_DAY, CLOSE) == 1.0


@pytest.mark.parametrize("left", [1, 1_000_000, 59_999_999, 60_000_000])
def test_the_last_minute_stays_one_minute(left):
    assert years_to_expiry(CLOSE - left, CLOSE) == MICROSECONDS_PER_MINUTE / MICROSECONDS_PER_YEAR


@pytest.mark.parametrize("late", [0, 1, 10**12])
def test_nothing_is_left_from_the_close_on(late):
    assert years_to_expiry(CLOSE + late, CLOSE) == 0.0


def test_columns_broadcast():
    now = np.array([CLOSE - MICROSECONDS_PER_YEAR, CLOSE])

    assert years_to_expiry(now, CLOSE).tolist() == [1.0, 0.0]
    assert years_to_expiry(now[:, None], np.array([CLOSE, CLOSE + 1])).shape == (2, 2)


@pytest.mark.parametrize("now", [1.5, "now", None])
def test_anything_but_whole_microseconds_is_refused(now):
    with pytest.raises(TypeError, match="whole microseconds"):
        years_to_expiry(now, CLOSE)
