"""The simulated market's clock is always a trading instant."""

from datetime import date, timedelta
from itertools import islice

import pytest

from brokers.simulated.sessions import session_start_for
from engine.domain.instant import DAY, MINUTE, SECOND, Instant, iso_text, ist_date
from engine.domain.instrument import Exchange, Kind
from engine.domain.market_rules import UnknownRuleError
from tests.unit.brokers.simulated_world import WEDNESDAY, at, board_after, market, rules

SUNDAY = date(2026, 8, 23)


@pytest.mark.parametrize(
    ("wall", "expected"),
    [
        (at(11, 17), "2026-08-19T11:17:00+05:30"),
        (at(8, 0), "2026-08-19T09:15:00+05:30"),
        (at(15, 40), "2026-08-19T09:15:00+05:30"),
        (at(0, 0), "2026-08-19T09:15:00+05:30"),
        (at(0, 0, SUNDAY), "2026-08-21T09:15:00+05:30"),
        (at(12, 0, date(2026, 8, 15)), "2026-08-14T09:15:00+05:30"),
        (at(11, 0, date(2031, 8, 20)), "2026-08-20T11:00:00+05:30"),
        (at(11, 0, date(2028, 2, 29)), "2026-02-27T09:15:00+05:30"),
    ],
)
def test_any_wall_time_becomes_a_trading_instant(wall: Instant, expected: str) -> None:
    start = session_start_for(rules(), wall)

    assert iso_text(start) == expected


def test_a_time_before_every_calendar_is_refused_with_a_sentence() -> None:
    with pytest.raises(UnknownRuleError, match="calendar"):
        session_start_for(rules(), at(11, 0, date(2001, 1, 3)))


def test_coins_alone_trade_at_midnight_on_a_sunday() -> None:
    simulated = market(at(0, 0, SUNDAY), underlyings=("BTC",))

    first = next(simulated.frames())

    assert first.at == at(0, 0, SUNDAY)
    assert len(first.rows) == len(simulated.master)


def test_a_desk_opened_at_midnight_on_a_sunday_sees_quotes_move() -> None:
    simulated = market(at(0, 0, SUNDAY))

    frames = list(islice(simulated.frames(), 20))

    assert simulated.start == frames[0].at
    assert all(rules().is_open(Exchange.NFO, frame.at) for frame in frames)
    assert len({frame.values[0, 0] for frame in frames}) > 1


def test_after_the_close_the_next_frame_is_the_next_trading_day_s_open() -> None:
    friday = date(2026, 8, 21)
    simulated = market(at(15, 38, friday))

    stamps = [frame.at for frame in islice(simulated.frames(), 5)]

    assert stamps == [
        *(Instant(at(15, 38, friday) + 30 * SECOND * step) for step in range(4)),
        at(9, 15, date(2026, 8, 24)),
    ]


def test_options_trade_until_15_40_since_august_2026_and_shares_do_not() -> None:
    simulated = market(at(15, 30), underlyings=("NIFTY", "RELIANCE"))
    last_trades = {Kind.EQUITY: at(0), Kind.CALL: at(0)}
    stamps = []

    for frame in simulated.frames(Instant(at(15, 40) - 1)):
        stamps.append(frame.at)
        for row in frame.rows.tolist():
            kind = simulated.master.instruments[row].kind
            if kind in last_trades:
                last_trades[kind] = frame.at

    assert stamps[-1] == at(15, 40) - 30 * SECOND
    assert last_trades[Kind.CALL] == stamps[-1]
    assert last_trades[Kind.EQUITY] == at(15, 35) - 30 * SECOND


def test_before_august_2026_the_day_ends_at_15_30() -> None:
    july = date(2026, 7, 22)
    simulated = market(at(15, 29, july))

    stamps = [frame.at for frame in islice(simulated.frames(), 3)]

    assert stamps[1] == at(15, 30, july) - 30 * SECOND
    assert stamps[2] == at(9, 15, date(2026, 7, 23))


def test_contracts_fall_silent_after_they_expire() -> None:
    tuesday = date(2026, 8, 25)
    simulated = market(at(15, 30, tuesday), expiries=2)
    near, later = simulated.master.expiries("NIFTY")

    moved = {
        simulated.master.instruments[row].expiry
        for frame in simulated.frames(at(10, 0, date(2026, 8, 26)))
        if ist_date(frame.at) > tuesday
        for row in frame.rows.tolist()
    }

    assert near == tuesday
    assert near not in moved
    assert later in moved


def test_options_end_an_expiry_day_at_their_intrinsic_value() -> None:
    tuesday = date(2026, 8, 25)
    simulated = market(at(15, 30, tuesday), step=SECOND)
    board = board_after(simulated, Instant(at(15, 40, tuesday) - 1))
    spot = board.number(0, 0)

    for instrument in simulated.master.instruments:
        quote = board.quote(simulated.master.row(instrument.id))
        if instrument.strike is not None and abs(instrument.strike - spot) > 10_0000:
            sign = 1 if instrument.kind is Kind.CALL else -1
            intrinsic = max(sign * (spot - instrument.strike), 0)
            assert quote.bid <= intrinsic + 500
            assert quote.ask >= intrinsic - 500
            assert quote.ask - quote.bid <= 1000 + intrinsic // 50


def test_the_session_of_an_instant_is_told() -> None:
    simulated = market()

    inside = simulated.session(at(12, 0))
    weekend = simulated.session(at(12, 0, SUNDAY))

    assert inside is not None
    assert (inside.open, inside.close) == (at(9, 15), at(15, 40))
    assert weekend is not None
    assert weekend.open == at(9, 15, SUNDAY + timedelta(days=1))


def test_a_market_ends_where_the_calendar_ends() -> None:
    last_day = date(2026, 12, 31)
    simulated = market(at(15, 0, last_day), step=10 * MINUTE)

    stamps = [frame.at for frame in simulated.frames(Instant(at(15, 0, last_day) + 30 * DAY))]

    assert len(stamps) == 4
    assert simulated.next_at is None


def test_early_years_have_a_market_too() -> None:
    simulated = market(at(9, 15, date(2019, 5, 16)), underlyings=None, expiries=None, strikes_each_side=None)

    first = next(simulated.frames())

    assert simulated.master.by_id(simulated.master.instruments[0].id).underlying == "NIFTY"
    assert "BANKNIFTY" in simulated.master.underlyings()
    assert 10_000_0000 < first.values[0, 0] < 12_500_0000


def test_the_default_desk_has_indices_shares_coins_and_their_chains() -> None:
    simulated = market(underlyings=None, expiries=None, strikes_each_side=None)

    master = simulated.master
    chain = master.strikes("NIFTY", master.expiries("NIFTY")[0])

    assert {"NIFTY", "BANKNIFTY", "SENSEX", "RELIANCE", "HDFCBANK", "BTC", "ETH"} <= set(master.underlyings())
    assert len(chain) == 81
    assert len(master.futures("NIFTY")) == 3
    assert set(rules().monthly_expiries("NIFTY", WEDNESDAY)[:2]) <= set(master.expiries("NIFTY"))
