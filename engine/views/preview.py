"""Which contracts a portfolio would trade if it entered now, and at what prices."""

from datetime import date

import msgspec
import numpy as np

from engine.core.readings import market_data
from engine.core.records.portfolio_run import LegRun, PortfolioRun, new_leg, place_leg
from engine.core.state import EngineState
from engine.core.strikes import strike_selector
from engine.core.strikes.choice import Chosen, Impossible, NotYet
from engine.domain.contract_master import ContractMaster
from engine.domain.identifiers import AccountId, LegId, PortfolioId
from engine.domain.instant import Instant
from engine.domain.instrument import Instrument, Kind
from engine.domain.market_rules import MarketRules, UnknownRuleError
from engine.domain.money import Price
from engine.domain.multileg.portfolio import MultilegPortfolio
from engine.domain.multileg.states import LegState
from engine.domain.order import Side
from engine.domain.quote import IntArray, QuoteColumn
from engine.views.contracts import contract_name
from engine.views.hedge_preview import PreviewHedge, hedges_of

_NOBODY = PortfolioId("")


class PreviewLeg(msgspec.Struct, frozen=True, kw_only=True):
    """One leg as it would be traded now. Prices in 1/10,000 ₹, quantity in units, signed."""

    leg_id: LegId
    side: Side
    lots: int
    contract: Instrument | None
    """None while no contract can be chosen."""
    name: str
    """The contract in words; empty without one."""
    quantity: int
    price: Price | None
    """What it would trade at: the ask for a purchase, the bid for a sale, else the last price."""
    middle: Price | None
    last: Price | None
    forward: Price | None
    """The forward of its expiry, which calls and puts near the money imply; else the spot."""
    expires_at: Instant
    """Its last trading instant; 0 without a contract."""
    why: str
    """How the contract was chosen, or why none could be."""
    hopeless: bool
    """Waiting will not help."""


class Preview(msgspec.Struct, frozen=True, kw_only=True):
    """A portfolio resolved on the quotes of one instant."""

    at: Instant
    portfolio: MultilegPortfolio
    spot: Price | None
    legs: tuple[PreviewLeg, ...]
    hedges: tuple[PreviewHedge, ...] = ()
    """What would be bought to protect the sold legs that ask for it."""

    @property
    def is_complete(self) -> bool:
        """Say whether every leg has a contract with a price."""
        return all(leg.contract is not None and leg.price is not None for leg in self.legs)


class PreviewDesk:
    """Resolves drafts with the engine's own strike rules on copies of quotes, away from the engine's thread.

    It holds a market of its own and no books, so nothing it does can reach the engine. Not for several threads.
    """

    def __init__(self, master: ContractMaster, rules: MarketRules) -> None:
        self._state = EngineState(master, rules)
        self._rows: dict[str, IntArray] = {}

    def rows_of(self, underlying: str) -> IntArray:
        """Answer the board rows that resolving a portfolio on an underlying may look at; empty for an unknown one."""
        if underlying not in self._rows:
            master = self._state.master
            spot = master.spot(underlying)
            listed = [spot] if spot else []
            listed += master.futures(underlying)
            for expiry in master.expiries(underlying):
                listed += _options(master, underlying, expiry)
            self._rows[underlying] = np.array([master.row(contract.id) for contract in listed], dtype=np.int64)
        return self._rows[underlying]

    def resolve(self, portfolio: MultilegPortfolio, quotes: IntArray, now: Instant) -> Preview:
        """Answer what a portfolio would trade at ``quotes``, int64 (n, COLUMNS) of ``rows_of`` its underlying.

        A row of zeros was being written while it was copied, or was never quoted: it keeps what it showed before.
        """
        board, rows = self._state.board, self.rows_of(portfolio.underlying)
        quoted = quotes[:, [QuoteColumn.LAST_PRICE, QuoteColumn.BID, QuoteColumn.ASK]].any(axis=1)
        board.values[rows[quoted]] = quotes[quoted]
        board.arrived_at[rows[quoted]] = now
        self._state.now = now
        return preview(self._state, portfolio)


def _options(master: ContractMaster, underlying: str, expiry: date) -> list[Instrument]:
    found = (
        master.contract(underlying, expiry, strike, kind)
        for strike in master.strikes(underlying, expiry)
        for kind in (Kind.CALL, Kind.PUT)
    )
    return [contract for contract in found if contract is not None]


def preview(state: EngineState, portfolio: MultilegPortfolio) -> Preview:
    """Answer what a portfolio's legs would be if it entered now; the state is only read."""
    run = PortfolioRun(
        portfolio_id=_NOBODY,
        account=AccountId(""),
        portfolio=portfolio,
        legs=[new_leg(LegId(number), leg) for number, leg in enumerate(portfolio.legs, start=1)],
        added_at=state.now,
    )
    spot = state.master.spot(portfolio.underlying)
    legs = tuple(_leg(state, run, leg) for leg in run.legs)
    for leg, shown in zip(run.legs, legs, strict=True):
        if shown.contract is not None:
            place_leg(leg, shown.contract, state.master.row(shown.contract.id))
            leg.state, leg.wanted = LegState.RESOLVED, abs(shown.quantity)
    return Preview(
        at=state.now,
        portfolio=portfolio,
        spot=None if spot is None else market_data.last_price(state, state.master.row(spot.id)),
        legs=legs,
        hedges=hedges_of(state, run),
    )


def _leg(state: EngineState, run: PortfolioRun, leg: LegRun) -> PreviewLeg:
    match strike_selector.choose(state, run, leg):
        case Chosen(contract, why):
            return _chosen(state, run, leg, contract, why)
        case NotYet(why):
            return _without_contract(leg, why, hopeless=False)
        case Impossible(why):
            return _without_contract(leg, why, hopeless=True)


def _chosen(state: EngineState, run: PortfolioRun, leg: LegRun, contract: Instrument, why: str) -> PreviewLeg:
    row = state.master.row(contract.id)
    return PreviewLeg(
        leg_id=leg.leg_id,
        side=leg.leg.side,
        lots=leg.leg.lots,
        contract=contract,
        name=contract_name(contract),
        quantity=leg.leg.side.sign * leg.leg.lots * contract.lot_size,
        price=market_data.opposite_price(state, row, leg.leg.side),
        middle=market_data.middle(state, row),
        last=market_data.last_price(state, row),
        forward=_forward(state, run, contract, row),
        expires_at=_last_instant(state, contract),
        why=why,
        hopeless=False,
    )


def _without_contract(leg: LegRun, why: str, *, hopeless: bool) -> PreviewLeg:
    return PreviewLeg(
        leg_id=leg.leg_id,
        side=leg.leg.side,
        lots=leg.leg.lots,
        contract=None,
        name="",
        quantity=0,
        price=None,
        middle=None,
        last=None,
        forward=None,
        expires_at=Instant(0),
        why=why,
        hopeless=hopeless,
    )


def _forward(state: EngineState, run: PortfolioRun, contract: Instrument, row: int) -> Price | None:
    if contract.kind is Kind.FUTURE:
        return market_data.middle(state, row)
    spot = market_data.underlying_price(state, run)
    if spot is None or contract.expiry is None:
        return spot
    return market_data.implied_forward(state, contract.underlying, contract.expiry, spot) or spot


def _last_instant(state: EngineState, contract: Instrument) -> Instant:
    if contract.expiry is None:
        return Instant(0)
    try:
        return state.rules.expiry_close(contract.exchange, contract.expiry)
    except UnknownRuleError:
        return Instant(0)
