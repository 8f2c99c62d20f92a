"""What a day of an account or a tag came to, and which of its limits that reaches."""

from decimal import Decimal

import msgspec

from engine.core.readings import market_data
from engine.core.records.day_profits import RunProfit
from engine.core.records.portfolio_run import LegRun, PortfolioRun
from engine.core.state import EngineState
from engine.domain.instant import ist_date
from engine.domain.money import Money, exact_units, percent_of, plain_text
from engine.domain.settings.day_limits import DayLock, DayUnit, HaltCause


class DayRules(msgspec.Struct, frozen=True):
    """The limits of one day: each None where it is off."""

    max_loss: Decimal | None
    max_profit: Decimal | None
    lock: DayLock | None
    cash: Decimal = Decimal(0)
    """What percents of the lock are of."""

    @property
    def is_set(self) -> bool:
        """Say whether there is any limit."""
        return self.max_loss is not None or self.max_profit is not None or self.lock is not None


class Verdict(msgspec.Struct, frozen=True):
    """A limit that is reached."""

    cause: HaltCause
    limit: Money
    why: str


def refresh(state: EngineState) -> None:
    """Count anew what the portfolios made today whose quotes or books have changed since the last time."""
    profits = state.day_profits
    for portfolio_id in profits.changed():
        run = state.books.portfolios[portfolio_id]
        profits.put(portfolio_id, run.account, run.tag, _of_run(state, run))


def _of_run(state: EngineState, run: PortfolioRun) -> RunProfit:
    """Answer what a portfolio made on the engine's day, before charges; nothing for one of another day.

    While a mark is missing or in doubt the last known one stands: doubt must neither halt an account nor save it.
    """
    base = before_today(state, run)
    if base is None:
        return RunProfit(0, is_known=True)
    # All executions of the day count, and every leg: it is the account's money.
    legs = _legs_of_today(state, run)
    profit = market_data.profit_of(state, run, legs)
    if profit is not None:
        return RunProfit(profit - base, is_known=True)
    before = state.day_profits.of_run(run.portfolio_id)
    if before is not None and before.is_known:
        return before
    # Right after a restart: its open part counts as nothing until the first quote.
    booked = sum(leg.cash for leg in legs if not leg.net_quantity)
    return RunProfit(booked if base == 0 else 0, is_known=False)


def _legs_of_today(state: EngineState, run: PortfolioRun) -> list[LegRun]:
    """Answer the executions that were not over before the engine's day."""
    day = state.books.day
    return [leg for leg in run.legs if leg.closed_at is None or ist_date(leg.closed_at).toordinal() == day]


def before_today(state: EngineState, run: PortfolioRun) -> int | None:
    """Answer what the executions of today had made before it; None where a portfolio has no part in the day yet."""
    if run.started_at is None:
        return None
    if run.carried_into == state.books.day:
        return run.carried
    return 0 if ist_date(run.started_at).toordinal() == state.books.day else None


def is_to_be_carried(state: EngineState, run: PortfolioRun) -> bool:
    """Say whether a portfolio of an earlier day still holds something and its profit before today is not noted."""
    return run.started_at is not None and run.holds_something and before_today(state, run) is None


def profit_before(state: EngineState, run: PortfolioRun) -> int | None:
    """Answer what a carried portfolio had made at the previous close, else by the first quotes; None without any."""
    total = 0
    for leg in _legs_of_today(state, run):
        total += leg.cash
        if leg.net_quantity:
            price = state.days.previous_close(leg.row)
            if price is None and market_data.has_quote_today(state, leg.row):
                price = market_data.mark(state, leg, run.portfolio.price_type)
            if price is None:
                return None
            total += leg.net_quantity * price // leg.scale
    return total


def reached(rules: DayRules, profit: int, floor: Money | None, *, is_known: bool) -> Verdict | None:
    """Answer the limit that the day's profit reaches, the loss first; None where it reaches none.

    A profit of which a part is not known reaches only the limit of the loss.
    """
    if rules.max_loss is not None and -profit >= exact_units(rules.max_loss):
        return _verdict(HaltCause.MAX_LOSS, exact_units(rules.max_loss), profit, "the max loss of the day of")
    if not is_known:
        return None
    if floor is not None and profit <= floor:
        return _verdict(HaltCause.PROFIT_LOCK, floor, profit, "the floor of the profit lock at")
    if rules.max_profit is not None and profit >= exact_units(rules.max_profit):
        return _verdict(HaltCause.MAX_PROFIT, exact_units(rules.max_profit), profit, "the max profit of the day of")
    return None


def _verdict(cause: HaltCause, limit: int, profit: int, words: str) -> Verdict:
    return Verdict(
        cause, Money(limit), f"{words} ₹{plain_text(limit)} is reached: the day stands at ₹{plain_text(profit)}"
    )


def lock_move(
    lock: DayLock, floor: Money | None, anchor: Money, profit: int, cash: Decimal = Decimal(0)
) -> tuple[Money, Money] | None:
    """Answer the floor and the anchor that a profit moves the lock to; None where it stays (ruling 1: only tighter).

    ``cash`` in ₹ is what percents of the lock are of.
    """

    def units(amount: Decimal) -> int:
        return exact_units(amount) if lock.unit is DayUnit.RUPEES else percent_of(exact_units(cash), amount)

    reach, every, by = units(lock.reach), max(1, units(lock.every)), units(lock.by)
    before = floor
    if floor is None:
        if profit < reach:
            return None
        floor, anchor = Money(units(lock.lock)), Money(reach)
    steps = max(0, (profit - anchor) // every)
    floor, anchor = Money(floor + steps * by), Money(anchor + steps * every)
    return None if floor == before else (floor, anchor)
