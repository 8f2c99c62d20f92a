"""What is done to positions: close all of a line or a part, hedge, roll, see the payoff, take the broker's books."""

from collections.abc import Callable

from PySide6.QtWidgets import QMenu, QWidget

from desktop.presentation import formats
from desktop.viewmodels import held_payoff, position_plans, position_reasons
from desktop.viewmodels.positions import PositionsSource
from desktop.windows.deeds import add_deed
from desktop.windows.dialog import ask
from desktop.windows.panel import Desk, Links
from desktop.windows.payoff_dialog import PayoffDialog
from desktop.windows.position_dialogs import HedgeDialog, PartLegDialog, RollDialog, Rolled
from desktop.windows.reason_dialog import ReasonDialog
from engine.domain.commands import (
    AcceptDrift,
    AddHedge,
    AnyCommand,
    ConvertLeg,
    PartExitLeg,
    RollLegs,
    SquareOffLeg,
    SquareOffPortfolio,
)
from engine.domain.identifiers import InstrumentId, LegId, PortfolioId
from engine.domain.instant import Instant
from engine.domain.money import Money
from engine.domain.order import Product
from engine.views.positions import PositionLevel, PositionRow

_SHOWN = 8
"""Legs that a question names; more are counted."""


class PositionDeeds:
    """Asks once with the numbers, then sends the commands; says why where nothing can be done."""

    def __init__(self, panel: QWidget, desk: Desk, links: Links, source: PositionsSource) -> None:
        self._panel, self._desk, self._links, self._source = panel, desk, links, source

    # --- the menu ----------------------------------------------------------------------------------------------------

    def add_to(self, menu: QMenu, row: PositionRow) -> None:
        """Add what can be done to a line that is ours, greyed with the reason where it cannot be now."""
        legs, portfolios, status = self._source.legs_of(row), self._desk.bridge.portfolios, self._desk.bridge.status
        whole = position_reasons.to_roll(legs)
        one = row.leg_id is not None
        name = "this leg" if one else _called(row)
        if not one:
            closing = position_reasons.against_close(legs)
            add_deed(menu, "square_off_group", lambda: self.square_off_all(row), about=name, against=closing)
        part = position_reasons.against_part(row, portfolios)
        add_deed(menu, "part_exit_leg", lambda: self.close_part(row), about="this leg", against=part)
        rolls = position_reasons.against_roll(whole, portfolios, status)
        add_deed(menu, "roll_legs", lambda: self.roll(row), about=name, against=rolls)
        hedge = position_reasons.against_hedge(row, portfolios, status)
        add_deed(menu, "add_hedge", lambda: self.hedge(row), about="this leg", against=hedge)
        closed = position_reasons.against_convert(legs, portfolios, status)
        held = next((leg for leg in legs if leg.net_quantity), row)
        target = f"{name} to {position_reasons.other_product(held).value}" if not closed else name
        add_deed(menu, "convert_leg", lambda: self.convert(row), about=target, against=closed)
        menu.addSeparator()
        drawn = held_payoff.against(legs)
        add_deed(menu, "open_payoff", lambda: self.payoff(row), about=name, against=drawn)

    # --- deeds -------------------------------------------------------------------------------------------------------

    def square_off_all(self, row: PositionRow) -> None:
        """Ask once with the numbers, then close everything that a line stands for."""
        held = [leg for leg in self._source.legs_of(row) if leg.net_quantity]
        if not held:
            self._links.say(f"{row.name} holds nothing.")
            return
        profit = [leg.mtm for leg in held]
        known = [amount for amount in profit if amount is not None]
        worth = formats.arrowed_amount(Money(sum(known))) if len(known) == len(profit) else "not known"
        names = [f"{formats.signed_quantity(leg.net_quantity)}  {leg.contract}" for leg in held[:_SHOWN]]
        if len(held) > _SHOWN:
            names.append(f"and {len(held) - _SHOWN} more legs")
        portfolios = {leg.portfolio_id for leg in held}
        count = "1 portfolio" if len(portfolios) == 1 else f"{len(portfolios)} portfolios"
        legs = "1 leg" if len(held) == 1 else f"{len(held)} legs"
        commands = self._closing(held)
        whole = sum(isinstance(one(Instant(0)), SquareOffPortfolio) for one in commands)
        kept = f"{whole} of them end with it; the others go on" if whole < len(portfolios) else "They end with it"
        question = (
            f"Close {legs} of {count}, open profit {worth} before charges? {kept}. "
            "Within a portfolio shorts go first, then the bought legs."
        )
        ask(
            self._panel,
            f"Square off {_called(row)}",
            [question, "\n".join(names)],
            "Square off",
            lambda: self._send(commands),
            danger=True,
        )

    def close_part(self, row: PositionRow) -> None:
        """Ask how much of one leg is closed, then close it."""
        portfolio_id, leg_id = row.portfolio_id, row.leg_id
        found = position_reasons.against_part(row, self._desk.bridge.portfolios)
        if found or portfolio_id is None or leg_id is None:
            self._links.say(f"No part can be closed: {found}.")
            return

        def take(lots: int) -> None:
            self._send([lambda at: PartExitLeg(at=at, portfolio_id=portfolio_id, leg_id=leg_id, lots=lots)])

        PartLegDialog(self._panel, self._desk.bridge, row, take).open()

    def hedge(self, row: PositionRow) -> None:
        """Ask which strike protects a sold leg, then buy it."""
        bridge, portfolio_id, leg_id = self._desk.bridge, row.portfolio_id, row.leg_id
        found = position_reasons.against_hedge(row, bridge.portfolios, bridge.status)
        if found or portfolio_id is None or leg_id is None:
            self._links.say(f"No hedge can be bought: {found}.")
            return

        def take(instrument: InstrumentId, lots: int) -> None:
            self._send(
                [lambda at: AddHedge(at=at, portfolio_id=portfolio_id, leg_id=leg_id, instrument=instrument, lots=lots)]
            )

        of_portfolio = [leg for leg in self._source.lines if leg.portfolio_id == portfolio_id and leg.leg_id]
        HedgeDialog(self._panel, bridge, row, of_portfolio, take).open()

    def roll(self, row: PositionRow) -> None:
        """Ask where the legs of a line are rolled to, then roll them in one command."""
        bridge = self._desk.bridge
        legs = position_reasons.to_roll(self._source.legs_of(row))
        found = position_reasons.against_roll(legs, bridge.portfolios, bridge.status)
        if found or legs[0].portfolio_id is None:
            self._links.say(f"Nothing can be rolled: {found}.")
            return
        portfolio_id = legs[0].portfolio_id

        def take(to: Rolled) -> None:
            self._send([lambda at: RollLegs(at=at, portfolio_id=portfolio_id, to=to)])

        RollDialog(self._panel, bridge, legs, take).open()

    def convert(self, row: PositionRow) -> None:
        """Ask once with the numbers, then move what a line holds to the other product, leg by leg."""
        bridge = self._desk.bridge
        held = [leg for leg in self._source.legs_of(row) if leg.net_quantity]
        found = position_reasons.against_convert(held, bridge.portfolios, bridge.status)
        if found:
            self._links.say(f"Nothing can be converted: {found}.")
            return
        before, after = held[0].product, position_reasons.other_product(held[0])
        names = [f"{formats.signed_quantity(leg.net_quantity)}  {leg.contract}" for leg in held[:_SHOWN]]
        if len(held) > _SHOWN:
            names.append(f"and {len(held) - _SHOWN} more legs")
        legs = "1 leg" if len(held) == 1 else f"{len(held)} legs"
        was = "" if before is None else f" from {before.value}"
        margin = self._source.margin_of(held)
        blocked = "" if margin is None else f" The estimated margin stays {formats.compact_rupees(margin)}."
        question = (
            f"Convert {legs}{was} to {after.value}?{blocked} The broker may refuse; the leg then stays as it is and "
            "the message log has his words."
        )
        commands = [_converted(leg.portfolio_id, leg.leg_id, after) for leg in held if leg.portfolio_id and leg.leg_id]
        title = f"Convert to {after.value}"
        ask(
            self._panel,
            title,
            [question, "\n".join(names)],
            title,
            lambda: self._send(commands),
            danger=True,
            question=self._desk.questions["convert_leg"] if len(held) == 1 else None,
        )

    def payoff(self, row: PositionRow) -> None:
        """Open a window with the payoff of a line, which follows it while it is open."""
        name = _called(row) if row.leg_id is None else f"{row.contract} of {row.portfolio}"
        PayoffDialog(self._panel, self._desk.theme, name, lambda: self._source.legs_of(row)).show()

    def accept_drift(self) -> None:
        """Ask for a reason, then take what the brokers hold beyond our ledger as not ours."""
        drift = self._source.brokers.drift
        if not drift:
            self._links.say("The broker's books and ours agree; there is nothing to take.")
            return
        lines = [
            f"{account}  {name.partition(':')[2] or name}: our books say {formats.signed_quantity(ours)}, the broker "
            f"{formats.signed_quantity(theirs)}"
            for (account, name), (ours, theirs) in drift.items()
        ]
        ReasonDialog(
            self._panel,
            "Take the broker's books as they are",
            "What the broker holds beyond our ledger is then not ours: Legwork neither counts nor closes it, and "
            "openings are allowed again. Legs of ours that were closed there should be marked as closed instead.\n\n"
            + "\n".join(lines),
            "Take them",
            lambda reason: self._send([lambda at: AcceptDrift(at=at, reason=reason)]),
            danger=True,
        ).open()

    # --- commands ----------------------------------------------------------------------------------------------------

    def _closing(self, held: list[PositionRow]) -> list[Callable[[Instant], AnyCommand]]:
        """Answer the commands that close legs: portfolios whole where all they hold is meant, else leg by leg."""
        commands: list[Callable[[Instant], AnyCommand]] = []
        for portfolio_id in dict.fromkeys(leg.portfolio_id for leg in held):
            if portfolio_id is None:
                continue
            row = self._desk.bridge.portfolios[portfolio_id]
            meant = {leg.leg_id for leg in held if leg.portfolio_id == portfolio_id}
            if {leg.leg_id for leg in row.legs if leg.net_quantity} <= meant:
                commands.append(_whole(portfolio_id))
            else:
                # Hedges are closed with what they protect, so they are named last.
                order = sorted(meant, key=lambda one: one is not None and row.legs[one - 1].hedge_of is not None)
                commands += [_leg(portfolio_id, leg_id) for leg_id in order if leg_id is not None]
        return commands

    def _send(self, commands: list[Callable[[Instant], AnyCommand]]) -> None:
        for command in commands:
            self._desk.bridge.submit(command)


def _called(row: PositionRow) -> str:
    return "everything" if row.level is PositionLevel.TOTAL else row.name


def _whole(portfolio_id: PortfolioId) -> Callable[[Instant], AnyCommand]:
    return lambda at: SquareOffPortfolio(at=at, portfolio_id=portfolio_id)


def _leg(portfolio_id: PortfolioId, leg_id: LegId) -> Callable[[Instant], AnyCommand]:
    return lambda at: SquareOffLeg(at=at, portfolio_id=portfolio_id, leg_id=leg_id)


def _converted(portfolio_id: PortfolioId, leg_id: LegId, product: Product) -> Callable[[Instant], AnyCommand]:
    return lambda at: ConvertLeg(at=at, portfolio_id=portfolio_id, leg_id=leg_id, product=product)


def leg_sentence(row: PositionRow, quotes: position_plans.Quotes) -> str:
    """Answer what squaring a leg off would trade now, with its numbers."""
    side, lots = position_plans.closing_side(row), abs(row.lots or 0)
    price = position_plans.price_to(side, row.row, quotes)
    at = "" if price is None else f" at about ₹{formats.price(price, row.tick_size)}"
    worth = "" if row.mtm is None else f", open profit {formats.arrowed_amount(row.mtm)}"
    held = formats.signed_quantity(row.net_quantity)
    return f"Close {held} {row.contract}: {position_plans.verb(side).lower()} {lots} lots{at}{worth}?"
