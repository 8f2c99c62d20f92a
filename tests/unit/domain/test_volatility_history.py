"""IV rank and IV percentile by the formulas of the executor reference §4.6; the figures are worked out by hand."""

from datetime import date, timedelta
from decimal import Decimal

from engine.domain.volatility_history import DayVolatility, VolatilityHistory

TODAY = date(2026, 8, 19)


def past(*percents, underlying="NIFTY"):
    """The days before today, oldest first."""
    first = TODAY - timedelta(days=len(percents))
    return VolatilityHistory(
        DayVolatility(first + timedelta(days=number), underlying, Decimal(percent))
        for number, percent in enumerate(percents)
    )


def test_rank_is_the_way_from_the_lowest_to_the_highest_day():
    history = past(*[10, 20], *[12] * 18)

    assert history.rank("NIFTY", TODAY, Decimal(14)) == 40  # (14 − 10) / (20 − 10)
    assert history.rank("NIFTY", TODAY, Decimal("12.35")) == Decimal("23.5")


def test_percentile_is_the_part_of_the_days_that_were_lower():
    history = past(*[10, 20], *[12] * 14, *[14] * 4)

    assert history.percentile("NIFTY", TODAY, Decimal(14)) == 75  # 15 of 20 below; equal ones are not below
    assert history.percentile("NIFTY", TODAY, Decimal(9)) == 0
    assert history.percentile("NIFTY", TODAY, Decimal(21)) == 100


def test_rank_stays_between_0_and_100_beyond_the_days_and_is_50_where_all_are_alike():
    history = past(*[10, 20] * 10)

    assert history.rank("NIFTY", TODAY, Decimal(25)) == 100
    assert history.rank("NIFTY", TODAY, Decimal(5)) == 0
    assert past(*[12] * 20).rank("NIFTY", TODAY, Decimal(12)) == 50


def test_fewer_than_20_days_are_not_gone_by_and_it_says_how_many_there_are():
    history = past(*[10, 20] * 6)

    assert history.rank("NIFTY", TODAY, Decimal(14)) is None
    assert history.percentile("NIFTY", TODAY, Decimal(14)) is None
    assert history.lack("NIFTY", TODAY) == "12 days of 20"
    assert history.lack("BANKNIFTY", TODAY) == "0 days of 20"
    assert past(*[10, 20] * 10).lack("NIFTY", TODAY) is None


def test_only_the_last_252_days_before_the_day_count():
    history = past(99, *[10, 20] * 126)

    assert history.rank("NIFTY", TODAY, Decimal(15)) == 50
    assert history.rank("NIFTY", TODAY - timedelta(days=1), Decimal("54.5")) == 50  # The 99 is among them then.


def test_a_day_given_again_takes_the_new_value_and_the_old_history_stays_as_it_was():
    history = past(10, 11)
    day = TODAY - timedelta(days=1)

    renewed = history.with_days([DayVolatility(day, "NIFTY", Decimal(30))])

    assert renewed.on("NIFTY", day) == 30
    assert history.on("NIFTY", day) == 11
    assert [one.percent for one in renewed.days("NIFTY")] == [10, 30]
