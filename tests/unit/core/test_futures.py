"""Which future a leg means."""

from datetime import date

import pytest

from engine.core.records.portfolio_run import PortfolioRun, new_leg
from engine.core.state import EngineState
from engine.core.strikes import strike_selector
from engine.core.strikes.choice import Chosen, Impossible, NotYet
from engine.domain.contract_master import ContractMaster
from engine.domain.identifiers import LegId
from engine.domain.listing import listed_contracts
from engine.domain.money import price_of
from tests.helpers.core_desk import ACCOUNT, DAY, P1, RULES, at, portfolio

EXPIRIES = RULES.expiries("NIFTY", DAY)[:7]  # 25 August is monthly; the weeks up to 29 September, monthly again
MASTER = listed_contracts(RULES, ("NIFTY",), DAY, 2, {"NIFTY": price_of("24850")}, {"NIFTY": EXPIRIES})


def chosen(expiry=None, *, quoted=True, master=MASTER):
    """What a leg that buys a future is locked to under an expiry rule."""
    rule = {} if expiry is None else {"expiry": expiry}
    declared = portfolio({"side": "BUY", "kind": "FUT", **rule})
    legs = [new_leg(LegId(1), declared.legs[0])]
    run = PortfolioRun(portfolio_id=P1, account=ACCOUNT, portfolio=declared, legs=legs, added_at=at(9, 20))
    state = EngineState(master, RULES)
    state.now = at(9, 20)
    if quoted:
        state.board.arrived_at[:] = state.now
    return strike_selector.choose(state, run, legs[0])


@pytest.mark.parametrize(
    ("expiry", "symbol"),
    [
        (None, "NIFTY26AUGFUT"),
        ({"type": "CW"}, "NIFTY26AUGFUT"),
        ({"type": "NW"}, "NIFTY26SEPFUT"),
        ({"type": "CM"}, "NIFTY26AUGFUT"),
        ({"type": "NM"}, "NIFTY26SEPFUT"),
        ({"type": "date", "on": date(2026, 9, 8)}, "NIFTY26SEPFUT"),
    ],
)
def test_a_future_is_the_first_that_lives_as_long_as_the_leg(expiry, symbol):
    choice = chosen(expiry)

    assert isinstance(choice, Chosen)
    assert choice.instrument.symbol == symbol


def test_a_future_without_a_quote_of_today_is_waited_for():
    choice = chosen(quoted=False)

    assert choice == NotYet("NIFTY26AUGFUT has no quote yet")


def test_where_no_future_lives_so_long_there_is_none():
    options_only = ContractMaster([one for one in MASTER.instruments if one.kind.value != "FUT"])

    choice = chosen(master=options_only)

    assert choice == Impossible("NIFTY has no listed future for 2026-08-25")
