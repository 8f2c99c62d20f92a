"""A desk whose chain has premiums that fall with the distance from the money, for tests of hedges."""

from typing import Any

from engine.domain import commands as c
from engine.domain.facts import AnyFact
from engine.domain.identifiers import LegId
from engine.domain.instrument import Kind
from engine.domain.money import price_of
from tests.helpers.core_desk import EXPIRY, MASTER, P1, Desk, leg, portfolio

CALL = leg("SELL", "CE", hedge_required=True)
PUT = leg("SELL", "PE", hedge_required=True)

PREMIUMS = {0: "120", 4: "60", 8: "12", 9: "6", 10: "4.2", 11: "3.1", 12: "2.2"}
"""Premium of calls by their distance from 24850 in strikes; those between are the nearest below."""


def premium(steps: int) -> str:
    """Answer the premium of an option so many strikes out of the money; 11 more for each strike in it."""
    if steps < 0:
        return str(120 - 50 * steps)
    return PREMIUMS[max(known for known in PREMIUMS if known <= steps)]


def hedge_desk() -> Desk:
    """Answer a desk at 24850 on which every strike has its premium; puts 0.9 dearer where they are far."""
    desk = Desk()
    show_chain(desk)
    return desk


def show_chain(desk: Desk) -> None:
    """Show every strike at its premium."""
    prices: dict[tuple[int, str] | str, str | tuple[str, str, str]] = {"spot": "24850"}
    for strike in MASTER.strikes("NIFTY", EXPIRY):
        at = strike // 10_000
        steps = (at - 24850) // 50
        prices[at, "CE"] = premium(steps)
        put = premium(-steps)
        prices[at, "PE"] = str(round(float(put) + 0.9, 2)) if -steps >= 10 else put
    desk.quote(prices)


def strike_of(desk: Desk, leg_id: int) -> tuple[int, str]:
    """Answer strike and type of a leg's contract."""
    contract = desk.state.master.instruments[desk.run.leg(leg_id).row]
    assert contract.strike is not None
    assert contract.kind in (Kind.CALL, Kind.PUT)
    return contract.strike // price_of(1), contract.kind.value


def hedged(*legs: Any, desk: Desk | None = None, execution: Any = None, exits: Any = None, **hedge: Any) -> Desk:
    """Answer a desk on which a portfolio with hedges was added; no order is answered."""
    desk = desk or hedge_desk()
    more = {} if exits is None else {"exit": exits}
    desk.add(portfolio(*(legs or (CALL,)), dynamic_hedge=hedge, execution=execution or {}, **more))
    return desk


def entered(*legs: Any, **hedge: Any) -> Desk:
    """Answer the same with every order filled at 120."""
    desk = hedged(*legs, **hedge)
    desk.fill_all()
    return desk


def close(desk: Desk, number: int) -> list[AnyFact]:
    """Square one leg off by hand, fill what follows, and answer the facts."""
    desk.say(c.SquareOffLeg(at=desk.now, portfolio_id=P1, leg_id=LegId(number)))
    return desk.fill_all()
