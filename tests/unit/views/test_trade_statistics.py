"""Statistics of trades against plain NumPy words over the same numbers."""

from datetime import date, time, timedelta

import numpy as np
import pytest

from engine.domain.identifiers import AccountId, InstrumentId, LegId, PortfolioId
from engine.domain.instant import MINUTE, Instant, ist_instant
from engine.domain.money import Money, Price
from engine.domain.multileg.states import ExitReason
from engine.domain.order import Side
from engine.views.trade_statistics import trade_statistics
from engine.views.trades import TradeRow

MONDAY = date(2026, 8, 17)
RUPEE = 10_000
# What each trade made before charges, in ₹, with the day it was closed on, counted from Monday.
TRADES = [(900, 0), (500, 1), (0, 1), (-200, 2), (-300, 3), (-50, 3), (250, 4), (-700, 4), (400, 4), (250, 7)]
CHARGES = 40


def trade(number: int, gross: int, day: int, *, charges: int | None = CHARGES, **fields: object) -> TradeRow:
    entered = ist_instant(MONDAY + timedelta(days=day), time(9 + number // 4, number))
    values: dict[str, object] = {
        "portfolio_id": PortfolioId("P1"),
        "leg_id": LegId(number),
        "cycle": 1,
        "portfolio": "Straddle",
        "account": AccountId("PAPER"),
        "tag": "Default",
        "underlying": "NIFTY",
        "instrument": InstrumentId("NFO:NIFTY26AUG24500CE"),
        "contract": "NIFTY 25 Aug 24500 CE",
        "side": Side.SELL,
        "quantity": 130,
        "lots": 2,
        "entered_at": entered,
        "entry_average": Price(1_000_000),
        "closed_at": Instant(entered + (10 + number) * MINUTE),
        "exit_average": Price(900_000),
        "exit_reason": ExitReason.LEG_SL if gross < 0 else ExitReason.TIME,
        "gross": Money(gross * RUPEE),
        "charges": None if charges is None else Money(charges * RUPEE),
    }
    return TradeRow(**{**values, **fields})  # type: ignore[arg-type]


ROWS = [trade(number, gross, day) for number, (gross, day) in enumerate(TRADES, 1)]
NET = np.array([gross - CHARGES for gross, _ in TRADES])
DAYS = np.array([NET[[day == one for _, day in TRADES]].sum() for one in sorted({day for _, day in TRADES})])


def test_sums_and_rates_are_those_of_the_net_amounts() -> None:
    found = trade_statistics(reversed(ROWS))  # the order in which they are told does not matter

    wins, losses = NET[NET > 0], NET[NET < 0]
    assert (found.trades, found.winners, found.losers) == (len(NET), len(wins), len(losses))
    assert (found.gross, found.charges, found.net) == (
        sum(gross for gross, _ in TRADES) * RUPEE,
        CHARGES * len(TRADES) * RUPEE,
        NET.sum() * RUPEE,
    )
    assert found.win_rate == pytest.approx(len(wins) / len(NET))
    assert found.profit_factor == pytest.approx(wins.sum() / -losses.sum())
    assert found.payoff_ratio == pytest.approx(wins.mean() / -losses.mean())
    assert found.average_win == round(wins.mean() * RUPEE)
    assert found.average_loss == round(losses.mean() * RUPEE)
    assert found.expectancy == round(NET.mean() * RUPEE)
    assert (found.largest_win, found.largest_loss) == (NET.max() * RUPEE, NET.min() * RUPEE)
    assert (found.longest_losing_streak, found.longest_winning_streak) == (4, 2)


def test_the_drawdown_is_the_deepest_fall_of_the_equity_with_its_days() -> None:
    found = trade_statistics(ROWS)

    equity = np.concatenate([[0], NET.cumsum()])
    assert found.equity == tuple(NET.cumsum() * RUPEE)
    assert found.drawdown.amount == np.max(np.maximum.accumulate(equity) - equity) * RUPEE
    assert (found.drawdown.days, found.drawdown.recovery_days) == (3, None)  # Tuesday to Friday
    assert found.recovery_factor == pytest.approx(NET.sum() / np.max(np.maximum.accumulate(equity) - equity))


def test_ratios_are_of_the_net_of_days_annualised_with_252() -> None:
    found = trade_statistics(ROWS)

    assert found.sharpe == pytest.approx(DAYS.mean() / DAYS.std(ddof=1) * 252**0.5)
    assert found.sortino == pytest.approx(DAYS.mean() / np.sqrt(np.mean(np.minimum(DAYS, 0) ** 2)) * 252**0.5)
    assert [day.net for day in found.days] == list(DAYS * RUPEE)
    assert found.winning_days == (DAYS > 0).sum()


def test_sums_by_weekday_hour_and_reason_each_add_up_to_the_whole() -> None:
    found = trade_statistics(ROWS)

    assert [one.name for one in found.weekdays] == ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday"]
    assert [one.name for one in found.hours] == ["09:00–09:59", "10:00–10:59", "11:00–11:59"]
    assert [(one.name, one.trades) for one in found.reasons] == [("TIME", 6), ("LEG_SL", 4)]
    for buckets in (found.weekdays, found.hours, found.reasons, found.days):
        assert sum(one.net for one in buckets) == found.net
        assert sum(one.trades for one in buckets) == found.trades


def test_unknown_charges_are_counted_and_cost_nothing() -> None:
    found = trade_statistics([trade(1, 500, 0, charges=None)])

    assert (found.uncharged, found.charges, found.net) == (1, 0, 500 * RUPEE)
