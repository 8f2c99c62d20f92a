"""Columns of the portfolio grid, for the lines of portfolios and of their legs alike."""

from collections.abc import Callable

from desktop.presentation import formats
from desktop.presentation.tones import Tone, tone_of_sign
from desktop.viewmodels.columns import Align, Column
from desktop.viewmodels.portfolio_line import PortfolioLine
from desktop.viewmodels.times import time_text
from engine.domain.money import divide_half_up
from engine.domain.multileg.levels import Measure
from engine.domain.multileg.states import LegState, PortfolioState
from engine.domain.order import Side
from engine.views.portfolios import LegRow, Level

_PORTFOLIO_TONES: dict[PortfolioState, Tone] = {
    PortfolioState.RUNNING: Tone.UP,
    PortfolioState.RUNNING_PARTIAL: Tone.WARNING,
    PortfolioState.ENTERING: Tone.ACCENT,
    PortfolioState.HELD: Tone.WARNING,
    PortfolioState.EXITING: Tone.ACCENT,
    PortfolioState.EXIT_BLOCKED: Tone.DOWN,
    PortfolioState.FAILED: Tone.DOWN,
    PortfolioState.REJECTED: Tone.DOWN,
    PortfolioState.COMPLETED: Tone.MUTED,
}

_LEG_TONES: dict[LegState, Tone] = {
    LegState.OPEN: Tone.UP,
    LegState.ENTERING: Tone.ACCENT,
    LegState.EXITING: Tone.ACCENT,
    LegState.ENTRY_FAILED: Tone.DOWN,
    LegState.CLOSED: Tone.MUTED,
    LegState.CANCELLED: Tone.MUTED,
}

_TICK = 500
_MEASURE_LETTERS = {Measure.UNDERLYING: "U", Measure.DELTA: "Δ", Measure.THETA: "Θ"}
"""Prices of the underlying and of combined premiums are written with two decimals."""


def _state(line: PortfolioLine) -> str:
    word: str = line.portfolio.state.value if line.leg is None else line.leg.state.value
    mark = " ⚠" if line.leg is None and line.portfolio.suspended else ""
    return word.replace("_", " ").lower() + mark


def _state_tone(line: PortfolioLine) -> Tone:
    if line.leg is None and line.portfolio.suspended:
        return Tone.WARNING
    if line.leg is None:
        return _PORTFOLIO_TONES.get(line.portfolio.state, Tone.PLAIN)
    return _LEG_TONES.get(line.leg.state, Tone.PLAIN)


def _name(line: PortfolioLine) -> str:
    return line.portfolio.name if line.leg is None else f"{line.leg.side.value} {line.leg.contract}"


def _name_tone(line: PortfolioLine) -> Tone:
    if line.leg is None:
        return Tone.PLAIN
    return Tone.UP if line.leg.side is Side.BUY else Tone.DOWN


def _shown(line: PortfolioLine, amount: int | None) -> int | None:
    """Answer an amount for all lots, or for one where the portfolio shows its values per lot."""
    return None if amount is None else divide_half_up(amount, line.portfolio.shown_lots)


def _profit(line: PortfolioLine) -> int | None:
    return _shown(line, line.mark.profit if line.leg_mark is None else line.leg_mark.profit)


def _unrealised(line: PortfolioLine) -> int | None:
    return _shown(line, line.mark.unrealised if line.leg_mark is None else line.leg_mark.unrealised)


def _booked(line: PortfolioLine) -> int | None:
    return _shown(line, line.mark.booked if line.leg_mark is None else line.leg_mark.booked)


def _money(of: Callable[[PortfolioLine], int | None]) -> Callable[[PortfolioLine], str]:
    return lambda line: formats.signed_amount(of(line))


def _sign(of: Callable[[PortfolioLine], int | None]) -> Callable[[PortfolioLine], Tone]:
    def tone(line: PortfolioLine) -> Tone:
        value = of(line)
        return Tone.MUTED if value is None else tone_of_sign(value)

    return tone


def _leg_price(of: Callable[[LegRow], int | None]) -> Callable[[PortfolioLine], str]:
    """Write a price of a leg; portfolios have none."""

    def written(line: PortfolioLine) -> str:
        leg = line.leg
        if leg is None:
            return ""
        price = of(leg)
        return "" if price is None else formats.price(price, leg.tick_size)

    return written


def _stop(line: PortfolioLine) -> str:
    """Write the level: a price for a leg (marked where it is the underlying's), a profit for a portfolio."""
    if line.leg is None:
        return "" if line.mark.stop is None else formats.signed_amount(line.mark.stop, 0)
    return _level_text(line.leg, line.leg.stop)


def _target(line: PortfolioLine) -> str:
    if line.leg is None:
        return "" if line.portfolio.target is None else formats.signed_amount(line.portfolio.target, 0)
    return _level_text(line.leg, line.leg.target)


def _level_text(leg: LegRow, level: Level | None) -> str:
    if level is None:
        return ""
    match level.of:
        case Measure.PREMIUM:
            return formats.price(level.value, leg.tick_size)
        case Measure.PROFIT:
            return formats.signed_amount(level.value, 0)
        case measure:
            return f"{_MEASURE_LETTERS[measure]} {formats.price(level.value, _TICK)}"


def _distance(portfolio: int | None, leg: int | None, line: PortfolioLine) -> str:
    if line.leg is None:
        return "" if portfolio is None else formats.amount(portfolio, 0)
    return "" if leg is None else formats.amount(leg)


def _near(distance: int | None) -> Tone:
    return Tone.DOWN if distance is not None and distance <= 0 else Tone.PLAIN


def _only_portfolio(of: Callable[[PortfolioLine], str]) -> Callable[[PortfolioLine], str]:
    return lambda line: of(line) if line.leg is None else ""


def _counts(line: PortfolioLine) -> str:
    row = line.portfolio
    return f"{row.open_legs} / {row.closed_legs} / {row.waiting_legs}"


def _exit_words(line: PortfolioLine) -> str:
    part = line.portfolio if line.leg is None else line.leg
    if part.exit_reason is not None:
        return part.exit_reason.value
    return line.leg.failure or line.leg.denied if line.leg else ""


def _exit_story(line: PortfolioLine) -> str:
    part = line.portfolio if line.leg is None else line.leg
    words = [part.exit_why]
    if line.leg is not None:
        words += [line.leg.failure, line.leg.denied]
    return "\n".join(word for word in words if word)


def _now(line: PortfolioLine) -> str:
    if line.leg is not None and line.leg_mark is not None:
        return "" if line.leg.row < 0 else formats.price(line.leg_mark.last_price, line.leg.tick_size)
    return "" if line.mark.premium is None else formats.price(line.mark.premium, _TICK)


PORTFOLIO_COLUMNS: tuple[Column[PortfolioLine], ...] = (
    Column(key="name", header="Portfolio", width=200, align=Align.LEFT, text=_name, tone=_name_tone),
    Column(
        key="run",
        header="Run",
        tooltip="Its number in this journal; of a leg its number",
        width=40,
        rank=9,
        align=Align.LEFT,
        text=lambda line: line.portfolio.portfolio_id if line.leg is None else f"leg {line.leg.leg_id}",
        tone=lambda _line: Tone.MUTED,
    ),
    Column(
        key="state",
        header="State",
        width=92,
        align=Align.LEFT,
        text=_state,
        tone=_state_tone,
        cell_tooltip=_exit_story,
    ),
    Column(
        key="profit",
        header="P&L",
        tooltip="Booked and open profit together, ₹, before charges; per lot where the portfolio says so",
        width=78,
        text=_money(_profit),
        tone=_sign(_profit),
        flash=lambda line: _profit(line) or 0,
    ),
    Column(
        key="mtm",
        header="MTM",
        tooltip="Profit still open, ₹",
        width=76,
        rank=6,
        text=_money(_unrealised),
        tone=_sign(_unrealised),
    ),
    Column(
        key="booked",
        header="Booked",
        tooltip="Booked profit, ₹",
        width=76,
        rank=7,
        text=_money(_booked),
        tone=_sign(_booked),
    ),
    Column(
        key="stop_distance",
        header="To stop",
        width=60,
        rank=1,
        tooltip="Portfolio: profit still to lose, ₹; leg: how far the watched price is from its stop, ₹",
        text=lambda line: _distance(
            line.mark.stop_distance, line.leg_mark.stop_distance if line.leg_mark else None, line
        ),
        tone=lambda line: _near(line.leg_mark.stop_distance if line.leg_mark else line.mark.stop_distance),
    ),
    Column(
        key="target_distance",
        header="To target",
        width=66,
        rank=4,
        tooltip="Portfolio: profit still to make, ₹; leg: how far the watched price is from its target, ₹",
        text=lambda line: _distance(
            line.mark.target_distance, line.leg_mark.target_distance if line.leg_mark else None, line
        ),
    ),
    Column(
        key="stop",
        header="Stop",
        width=62,
        rank=8,
        tooltip="Portfolio: profit at which all is closed, ₹ (combined stop or profit lock); "
        "leg: price of its stop, U where the underlying is watched",
        text=_stop,
    ),
    Column(
        key="target",
        header="Target",
        width=62,
        rank=8,
        tooltip="Portfolio: profit at which all is closed, ₹; leg: price",
        text=_target,
    ),
    Column(
        key="floor",
        header="Locked",
        rank=9,
        tooltip="Profit that the profit lock keeps, ₹",
        width=64,
        text=_only_portfolio(
            lambda line: "" if line.portfolio.floor is None else formats.amount(line.portfolio.floor, 0)
        ),
    ),
    Column(
        key="quantity",
        header="Net qty",
        rank=8,
        width=60,
        text=lambda line: "" if line.leg is None else formats.signed_quantity(line.leg.net_quantity),
    ),
    Column(
        key="entry",
        header="Entry",
        width=58,
        rank=3,
        tooltip="Leg: average entry price; portfolio: combined premium at the entry, ₹",
        text=lambda line: (
            _leg_price(lambda leg: leg.average_entry)(line)
            if line.leg
            else (
                "" if line.portfolio.combined_premium is None else formats.price(line.portfolio.combined_premium, _TICK)
            )
        ),
    ),
    Column(
        key="last",
        header="Now",
        width=58,
        rank=2,
        tooltip="Leg: last traded price; portfolio: combined premium of what is open, ₹",
        text=_now,
        flash=lambda line: (line.leg_mark.last_price or 0) if line.leg_mark else 0,
    ),
    Column(
        key="exit",
        header="Exit",
        width=58,
        rank=5,
        tooltip="Average exit price of a leg, ₹",
        text=_leg_price(lambda leg: leg.average_exit),
    ),
    Column(
        key="exit_reason",
        header="Reason",
        rank=6,
        tooltip="Why it was closed or refused",
        width=110,
        align=Align.LEFT,
        text=_exit_words,
        cell_tooltip=_exit_story,
    ),
    Column(
        key="legs",
        header="Legs",
        rank=9,
        tooltip="Open / closed / waiting",
        width=64,
        text=_only_portfolio(_counts),
    ),
    Column(
        key="lots",
        header="Lots",
        rank=9,
        width=40,
        text=lambda line: "" if line.leg is None else str(line.leg.lots),
    ),
    Column(
        key="peak",
        header="Peak",
        tooltip="Highest profit that this screen has seen, ₹",
        text=_only_portfolio(lambda line: formats.signed_amount(_shown(line, line.mark.peak), 0)),
        hidden=True,
    ),
    Column(
        key="trough",
        header="Trough",
        tooltip="Lowest profit that this screen has seen, ₹",
        text=_only_portfolio(lambda line: formats.signed_amount(_shown(line, line.mark.trough), 0)),
        hidden=True,
    ),
    Column(
        key="drawdown",
        header="Drawdown",
        tooltip="How far the profit is below its peak, ₹",
        text=_only_portfolio(lambda line: formats.amount(_shown(line, line.mark.drawdown), 0)),
        hidden=True,
    ),
    Column(
        key="start",
        header="Start",
        rank=10,
        width=64,
        text=_only_portfolio(lambda line: time_text(line.portfolio.started_at or line.portfolio.starts_at)),
    ),
    Column(
        key="square_off",
        header="Sq-off",
        rank=10,
        width=64,
        text=_only_portfolio(lambda line: time_text(line.portfolio.square_off_at)),
    ),
    Column(
        key="enter",
        header="Enters",
        width=84,
        align=Align.LEFT,
        text=_only_portfolio(lambda line: line.portfolio.entry),
        hidden=True,
    ),
    Column(
        key="orders",
        header="Orders",
        width=48,
        text=_only_portfolio(lambda line: str(line.portfolio.orders)),
        hidden=True,
    ),
    Column(
        key="underlying",
        header="Underlying",
        width=80,
        align=Align.LEFT,
        text=_only_portfolio(lambda line: line.portfolio.underlying),
        hidden=True,
    ),
    Column(
        key="account",
        header="Account",
        width=64,
        align=Align.LEFT,
        text=_only_portfolio(lambda line: line.portfolio.account),
        hidden=True,
    ),
)
"""Columns of the portfolio grid."""
