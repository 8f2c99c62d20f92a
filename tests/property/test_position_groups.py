"""Groups of positions: adding up groups, or what was kept of them, gives the same as adding up all of their legs."""

from collections import Counter
from collections.abc import Sequence
from datetime import date

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.domain.order import Product
from engine.views.position_groups import Grouping, KeptGroups, grouped
from engine.views.position_rows import PositionLevel, PositionRow
from engine.views.subtotals import subtotal

_EXPIRIES = (date(2026, 8, 25), date(2026, 9, 29), None)
_GREEKS = ("delta", "gamma", "theta", "vega", "cash_delta", "cash_gamma")
_MONEY = st.integers(-(10**9), 10**9)


@st.composite
def legs(draw: st.DrawFn) -> list[PositionRow]:
    """Draw some legs of a few portfolios, most of them closed."""
    return [_leg(draw, number) for number in range(draw(st.integers(1, 12)))]


def _leg(draw: st.DrawFn, number: int) -> PositionRow:
    portfolio, contract = draw(st.integers(0, 4)), draw(st.integers(0, 2))
    quantity = draw(st.sampled_from((0, 0, 65, -130)))
    greek = st.none() | st.floats(-1e6, 1e6) if quantity else st.just(0.0)
    return PositionRow(
        key=(f"P{portfolio}/{number}",),
        level=PositionLevel.LEG,
        name=f"contract {contract}",
        contract=f"contract {contract}",
        underlying=("NIFTY", "BANKNIFTY")[portfolio % 2],
        expiry=_EXPIRIES[contract],
        days=None if _EXPIRIES[contract] is None else contract,
        portfolio_id=f"P{portfolio}",
        portfolio=f"Portfolio {portfolio}",
        account=f"A{portfolio % 3}",
        tag=("calm", "", "wild")[portfolio % 3],
        product=draw(st.sampled_from(Product)),
        leg_id=number,
        instrument=f"NFO:{contract}",
        row=contract,
        net_quantity=quantity,
        lot_size=65,
        lots_entered=draw(st.integers(0, 6)),
        brokers_quantity=65,
        ledger_quantity=130,
        last_price=draw(st.none() | st.integers(1, 10**6)) if quantity else None,
        mtm=draw(st.none() | _MONEY) if quantity else 0,
        booked=draw(_MONEY),
        entry_value=draw(st.integers(0, 10**9)),
        **{name: draw(greek) for name in _GREEKS},
    )


def margins_of(shown: Sequence[PositionRow]) -> dict[str, int]:
    return {str(leg.portfolio_id): 10_000 * int(str(leg.portfolio_id)[1:]) + 7 for leg in shown if leg.net_quantity}


def expected_margin(mine: Sequence[PositionRow], shown: Sequence[PositionRow]) -> int | None:
    """Answer the margins of a group's portfolios; None where it divides one, or none blocks anything."""
    held, whole = Counter(leg.portfolio_id for leg in mine), Counter(leg.portfolio_id for leg in shown)
    margins = margins_of(shown)
    known = [margins[str(name)] for name in held if name in margins]
    return sum(known) if known and all(whole[name] == count for name, count in held.items()) else None


@given(legs(), st.sampled_from(Grouping))
def test_every_groups_line_is_what_its_legs_add_up_to(drawn: list[PositionRow], grouping: Grouping) -> None:
    lines = grouped(drawn, grouping, margins_of(drawn))

    shown = [line for line in lines if line.level is PositionLevel.LEG]
    for line in lines:
        if line.level is PositionLevel.LEG:
            continue
        mine = [leg for leg in shown if leg.key[: len(line.key)] == line.key]
        over_legs = subtotal(line.key, line.level, mine, expected_margin(mine, shown))
        for name in PositionRow.__struct_fields__:
            found, wanted = getattr(line, name), getattr(over_legs, name)
            if name == "last_price":
                assert (found is None) == (wanted is None)
            else:
                assert found == (pytest.approx(wanted, abs=1e-6) if name in _GREEKS else wanted), name


@given(legs(), st.sampled_from(Grouping), st.data())
def test_what_was_kept_changes_no_line(drawn: list[PositionRow], grouping: Grouping, data: st.DataObject) -> None:
    kept = KeptGroups()
    shown = drawn

    for _ in range(3):
        # A portfolio that is told anew brings other rows for all of its legs, as books do.
        told = data.draw(st.sampled_from(sorted({str(leg.portfolio_id) for leg in shown})))
        closes = data.draw(st.booleans())
        shown = [_told(leg, closes=closes) if leg.portfolio_id == told or leg.net_quantity else leg for leg in shown]
        margins = margins_of(shown)

        assert grouped(shown, grouping, margins, kept) == grouped(shown, grouping, margins)


@given(legs(), st.sampled_from(Grouping), st.data())
def test_legs_that_come_and_go_leave_no_trace(
    drawn: list[PositionRow], grouping: Grouping, data: st.DataObject
) -> None:
    kept = KeptGroups()
    hidden = data.draw(st.sets(st.integers(0, len(drawn) - 1)))

    for _ in range(4):
        hidden = hidden ^ data.draw(st.sets(st.integers(0, len(drawn) - 1), max_size=3))
        shown = [leg for number, leg in enumerate(drawn) if number not in hidden]
        margins = margins_of(shown)

        assert grouped(shown, grouping, margins, kept) == grouped(shown, grouping, margins)


def _told(leg: PositionRow, *, closes: bool) -> PositionRow:
    if not closes or leg.portfolio_id == "P0":
        return msgspec.structs.replace(leg)
    flat = dict.fromkeys(_GREEKS, 0.0)
    return msgspec.structs.replace(leg, net_quantity=0, mtm=0, last_price=None, booked=leg.booked + 1, **flat)
