from datetime import date, timedelta
from pathlib import Path

from hypothesis import example, given
from hypothesis import strategies as st

from engine.domain.instant import Instant
from engine.domain.instrument import Exchange, Kind
from engine.domain.market_rules import UnknownRuleError
from engine.domain.money import Price
from engine.runtime.market_rules_store import load_market_rules

RULES = load_market_rules(Path(__file__).resolve().parents[2] / "resources" / "market")
DAYS = st.dates(date(2019, 1, 10), date(2026, 12, 15))
EXCHANGES = st.sampled_from(Exchange)
UNDERLYINGS = st.sampled_from(RULES.underlyings())


@given(EXCHANGES, DAYS)
def test_the_day_before_the_next_trading_day_leads_back(exchange: Exchange, day: date) -> None:
    following = RULES.next_trading_day(exchange, day)

    assert RULES.is_trading_day(exchange, following)
    back = RULES.previous_trading_day(exchange, following)
    assert back == (day if RULES.is_trading_day(exchange, day) else RULES.previous_trading_day(exchange, day))


@given(EXCHANGES, DAYS)
def test_an_exchange_is_open_only_within_its_sessions(exchange: Exchange, day: date) -> None:
    for first, last in RULES.session_instants(exchange, day):
        assert first < last
        assert RULES.is_open(exchange, first)
        assert RULES.is_open(exchange, Instant(last - 1))


@given(UNDERLYINGS, DAYS)
def test_expiries_rise_trade_and_include_the_monthly_ones(underlying: str, day: date) -> None:
    try:
        expiries = RULES.expiries(underlying, day)
    except UnknownRuleError:
        assert day < date(2024, 4, 24)
        return

    exchange = RULES.contract_rule(underlying, day).exchange
    assert list(expiries) == sorted(set(expiries))
    assert set(RULES.monthly_expiries(underlying, day)) <= set(expiries)
    for expiry in expiries:
        assert expiry >= day
        assert RULES.expiry_close(exchange, expiry) > 0
        if expiry.year <= 2026:
            assert RULES.is_trading_day(exchange, expiry)


@given(UNDERLYINGS, st.dates())
@example("BTC", date.max)
@example("BTC", date.min)
@example("NIFTY", date(2026, 12, 31))
def test_live_trading_is_answered_with_a_sentence_or_none_for_any_date(underlying: str, day: date) -> None:
    refusal = RULES.live_refusal(underlying, day)

    assert refusal is None or len(refusal) > 20


@given(DAYS, st.sampled_from([Kind.CALL, Kind.FUTURE]), st.integers(1, 10**10).map(Price))
def test_a_price_is_always_inside_its_own_band(day: date, kind: Kind, reference: Price) -> None:
    band = RULES.price_protection(Exchange.NFO, kind, day, reference)

    assert band is None or reference in band


@given(st.integers(-400, 400))
def test_a_contract_keeps_its_lot_while_nothing_was_adopted(offset: int) -> None:
    on = date(2026, 6, 4) + timedelta(days=offset % 100)

    assert {RULES.contract_rule("NIFTY", on, expiry).lot_size for expiry in RULES.expiries("NIFTY", on)} == {65}
