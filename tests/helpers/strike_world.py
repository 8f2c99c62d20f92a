"""A chain of the reference's own example, in which the contract of one leg is chosen."""

from typing import Any

from engine.core.records.portfolio_run import PortfolioRun, new_leg
from engine.core.state import EngineState
from engine.core.strikes import strike_selector
from engine.core.strikes.choice import Choice, Chosen
from engine.domain.identifiers import LegId
from engine.domain.instrument import Kind
from engine.domain.listing import listed_contracts
from engine.domain.money import price_of
from engine.domain.quote import QuoteColumn
from tests.helpers.core_desk import ACCOUNT, DAY, P1, RULES, at, portfolio

SPOT = "24837"
PREMIUMS = {
    "CE": {24_700: "216", 24_750: "181", 24_800: "149", 24_850: "120", 24_900: "93", 24_950: "73", 25_000: "57"}
    | {25_050: "43.2", 25_100: "33", 25_150: "25", 25_200: "19", 25_250: "14"},
    "PE": {24_500: "19", 24_550: "26", 24_600: "35", 24_650: "46", 24_700: "60", 24_750: "76", 24_800: "94"}
    | {24_850: "115", 24_900: "138", 24_950: "168", 25_000: "202"},
}
"""Last prices of spot 24,837: the straddle at 24,850 costs 235 and implies a forward of 24,855."""

EXPIRIES = RULES.expiries("NIFTY", DAY)
MASTER = listed_contracts(RULES, ("NIFTY",), DAY, 30, {"NIFTY": price_of("24850")}, {"NIFTY": EXPIRIES[:7]})


class StrikeWorld:
    """A market in which legs' contracts are chosen; premiums can be changed by hand."""

    def __init__(self, spot: str = SPOT) -> None:
        self.state = EngineState(MASTER, RULES)
        self.state.now = at(9, 20)
        self.state.board.arrived_at[:] = self.state.now
        self.state.last_frame_at = self.state.now
        found = MASTER.spot("NIFTY")
        assert found is not None
        self.put(MASTER.row(found.id), last_price=spot)
        for kind, premiums in PREMIUMS.items():
            for strike, premium in premiums.items():
                self.show(strike, kind, premium)

    def show(
        self, strike: int, kind: str, last: str, bid: str | None = None, ask: str | None = None, **more: int
    ) -> None:
        """Show an option of the nearest expiry; ``more`` are whole numbers of other columns."""
        contract = MASTER.contract("NIFTY", EXPIRIES[0], price_of(strike), Kind(kind))
        assert contract is not None
        self.put(MASTER.row(contract.id), last_price=last, bid=bid or last, ask=ask or last, **more)

    def future(self, last: str) -> None:
        """Show the nearest future."""
        self.put(MASTER.row(MASTER.futures("NIFTY")[0].id), last_price=last, bid=last, ask=last)

    def put(self, row: int, **cells: str | int) -> None:
        """Write cells of a row by column name; text is a price."""
        for name, cell in cells.items():
            value = price_of(cell) if isinstance(cell, str) else cell
            self.state.board.values[row, QuoteColumn[name.upper()]] = value

    def run(self, *legs: dict[str, Any], **fields: Any) -> PortfolioRun:
        """Answer an execution of a portfolio with these legs, none of them resolved."""
        declared = portfolio(*legs, **fields)
        runs = [new_leg(LegId(number), leg) for number, leg in enumerate(declared.legs, 1)]
        return PortfolioRun(portfolio_id=P1, account=ACCOUNT, portfolio=declared, legs=runs, added_at=at(9, 20))

    def choose(self, strike: Any, kind: str = "CE", side: str = "SELL", **fields: Any) -> Choice:
        """Answer the choice of a leg with a strike rule; ``fields`` are of the portfolio."""
        run = self.run({"side": side, "kind": kind, "strike": strike}, **fields)
        return strike_selector.choose(self.state, run, run.legs[0])

    def strike(self, strike: Any, kind: str = "CE", side: str = "SELL", **fields: Any) -> int:
        """Answer the chosen strike in whole rupees; fails with the reason where there is none."""
        choice = self.choose(strike, kind, side, **fields)
        assert isinstance(choice, Chosen), choice
        return (choice.instrument.strike or 0) // 10_000
