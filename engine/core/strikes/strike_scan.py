"""The strikes among which one leg's contract is chosen: prices, the money, and what the guards let through."""

from datetime import date
from decimal import Decimal

import msgspec

from engine.core.readings import market_data
from engine.core.records.portfolio_run import LegRun, PortfolioRun
from engine.core.state import EngineState
from engine.domain.instrument import Instrument, Kind
from engine.domain.money import Price, plain_text
from engine.domain.multileg.contract_choice import NEAR_STRIKES
from engine.domain.multileg.strike import Moneyness
from engine.domain.multileg.strike_guards import StrikeGuards
from engine.domain.order import Side
from engine.domain.quote import QuoteColumn
from engine.pricing.strike_measures import Measure, measures
from engine.pricing.time_to_expiry import years_to_expiry

_BID, _ASK = int(QuoteColumn.BID), int(QuoteColumn.ASK)
_VOLUME, _OPEN_INTEREST = int(QuoteColumn.VOLUME), int(QuoteColumn.OPEN_INTEREST)

_NARROW_TICKS = 4
"""A spread of so many ticks passes whatever its percentage: on cheap options one tick is many percent."""


class Candidate(msgspec.Struct, frozen=True):
    """A contract that may be chosen, and its premium."""

    contract: Instrument
    premium: Price

    @property
    def strike(self) -> Price:
        """Answer its strike."""
        return self.contract.strike or Price(0)


class Objection(msgspec.Struct, frozen=True):
    """Why the guards refuse a contract, and whether the next quotes may change that."""

    why: str
    may_pass: bool


class Scan(msgspec.Struct, frozen=True):
    """The market of one leg's choice; ``step`` is the distance of the strikes that the portfolio uses."""

    state: EngineState
    run: PortfolioRun
    leg: LegRun
    expiry: date
    kind: Kind
    reference: Price
    money: Price
    step: Price
    guards: StrikeGuards

    @property
    def underlying(self) -> str:
        """Answer the portfolio's underlying."""
        return self.run.portfolio.underlying

    @property
    def side(self) -> Side:
        """Answer which way the leg is opened."""
        return self.leg.leg.side

    @property
    def options(self) -> str:
        """Answer the leg's kind of options in words."""
        return f"{self.kind.value} of {self.underlying} {self.expiry.isoformat()}"

    def contract(self, strike: int, kind: Kind | None = None) -> Instrument | None:
        """Answer the option at a strike, of the leg's own kind unless told; None where it is not listed."""
        return self.state.master.contract(self.underlying, self.expiry, Price(strike), kind or self.kind)

    def premium(self, contract: Instrument) -> Price | None:
        """Answer today's last price of a contract, else its middle; None without a quote of today."""
        row = self.state.master.row(contract.id)
        if not market_data.has_quote_today(self.state, row):
            return None
        return market_data.last_price(self.state, row) or market_data.middle(self.state, row)

    def listed(self) -> list[Instrument]:
        """Answer all of the leg's options at strikes that the portfolio uses, lowest strike first."""
        found = (self.contract(strike) for strike in self._used())
        return [contract for contract in found if contract is not None]

    def contracts(self, moneyness: Moneyness = Moneyness.BOTH) -> list[Instrument]:
        """Answer the leg's options within the depth on a side of the money, lowest strike first."""
        depth = self.guards.max_depth
        if not self.run.portfolio.contracts.allow_far:
            depth = min(depth, NEAR_STRIKES)
        found = (self.contract(strike) for strike in self._strikes(depth) if self._lies(strike, moneyness))
        return [contract for contract in found if contract is not None]

    def candidates(self, moneyness: Moneyness = Moneyness.BOTH) -> list[Candidate]:
        """Answer the options on a side of the money that have a premium and pass the guards, lowest strike first."""
        return [
            Candidate(contract, premium)
            for contract in self.contracts(moneyness)
            if (premium := self.premium(contract)) and self.objection(contract) is None
        ]

    def nearest(self, price: int, contracts: list[Instrument]) -> Instrument | None:
        """Answer the contract whose strike is nearest a price; of two the one farther out of the money."""
        outward = 1 if self.kind is Kind.CALL else -1
        return min(
            contracts, key=lambda one: (abs((one.strike or 0) - price), -outward * (one.strike or 0)), default=None
        )

    def straddle(self) -> int | None:
        """Answer the premium of call and put at the money together; None while one has none."""
        call, put = self.contract(self.money, Kind.CALL), self.contract(self.money, Kind.PUT)
        if call is None or put is None:
            return None
        call_premium, put_premium = self.premium(call), self.premium(put)
        return None if call_premium is None or put_premium is None else call_premium + put_premium

    def objection(self, contract: Instrument) -> Objection | None:
        """Answer why the guards refuse a contract; None where they let it pass."""
        if self.guards.otm_only and not self._lies(contract.strike or Price(0), Moneyness.OUT):
            return Objection(f"{contract.symbol} is in the money, and only strikes out of it may be used", False)
        quote = self.state.board.quote(self.state.master.row(contract.id))
        for title, least, there in (
            ("open interest", self.guards.min_open_interest, quote.open_interest),
            ("volume", self.guards.min_volume, quote.volume),
        ):
            if there < least:
                return Objection(f"{contract.symbol} has {title} {there}, less than {least}", True)
        return self._wide_spread(contract, quote.bid, quote.ask)

    def is_far(self, contract: Instrument) -> bool:
        """Say whether a contract lies outside the strikes near the money that may be used."""
        if self.run.portfolio.contracts.allow_far or contract.strike is None:
            return False
        near = market_data.strikes_around(self.state, self.underlying, self.expiry, self.money, NEAR_STRIKES)
        return contract.strike not in set(near)

    def open_interest(self, kind: Kind) -> dict[Price, int]:
        """Answer the open interest of every listed strike of one kind of options."""
        found: dict[Price, int] = {}
        for strike in self.state.master.strikes(self.underlying, self.expiry):
            contract = self.contract(strike, kind)
            if contract is not None:
                found[strike] = self.state.board.number(self.state.master.row(contract.id), _OPEN_INTEREST)
        return found

    def measured(self, measure: Measure, candidates: list[Candidate]) -> list[int]:
        """Answer delta, volatility or another Greek of candidates in 1/10,000, below zero where there is none."""
        if not candidates:
            return []
        close = self.state.rules.expiry_close(candidates[0].contract.exchange, self.expiry)
        forward = market_data.implied_forward(self.state, self.underlying, self.expiry, self.reference)
        return measures(
            measure,
            [one.premium for one in candidates],
            [one.strike for one in candidates],
            forward or self.reference,
            years_to_expiry(self.state.now, close),
            is_call=self.kind is Kind.CALL,
        )

    def _lies(self, strike: Price, moneyness: Moneyness) -> bool:
        if moneyness is Moneyness.BOTH or strike == self.money:
            return True
        above = strike > self.money
        return above is ((self.kind is Kind.CALL) is (moneyness is Moneyness.OUT))

    def _used(self) -> list[Price]:
        listed = self.state.master.strikes(self.underlying, self.expiry)
        return [strike for strike in listed if strike % self.step == 0] or list(listed)

    def _strikes(self, depth: int) -> list[Price]:
        nearest = sorted(self._used(), key=lambda strike: (abs(strike - self.money), strike))[: 2 * depth + 1]
        return sorted(nearest)

    def _wide_spread(self, contract: Instrument, bid: Price, ask: Price) -> Objection | None:
        most = self.guards.max_spread
        spread = ask - bid
        if most is None or not 0 < bid < ask or spread <= _NARROW_TICKS * contract.tick_size:
            return None
        if Decimal(200 * spread) <= most * (bid + ask):
            return None
        quote = f"{plain_text(bid)} to {plain_text(ask)}"
        return Objection(f"the spread of {contract.symbol}, {quote}, is wider than {most} % of its middle", True)
