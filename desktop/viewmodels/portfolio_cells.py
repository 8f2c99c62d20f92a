"""What the cells of the portfolio grid say, for the lines of portfolios and of their legs alike."""

from collections.abc import Callable, Sequence
from datetime import date

from desktop.presentation import formats
from desktop.presentation.tones import Tone, tone_of_sign
from desktop.viewmodels.cell_values import CellValue, measured_value, rupees_value
from desktop.viewmodels.portfolio_line import PortfolioLine
from engine.domain.money import divide_half_up
from engine.domain.multileg.levels import Level as PriceLevel
from engine.domain.multileg.levels import Measure
from engine.domain.multileg.states import ExitReason, LegState, PortfolioState
from engine.domain.order import Side
from engine.views.portfolios import LegRow, Level

Text = Callable[[PortfolioLine], str]
Amount = Callable[[PortfolioLine], int | None]
Value = Callable[[PortfolioLine], CellValue]

PORTFOLIO_TONES: dict[PortfolioState, Tone] = {
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

LEG_TONES: dict[LegState, Tone] = {
    LegState.OPEN: Tone.UP,
    LegState.ENTERING: Tone.ACCENT,
    LegState.EXITING: Tone.ACCENT,
    LegState.ENTRY_FAILED: Tone.DOWN,
    LegState.CLOSED: Tone.MUTED,
    LegState.CANCELLED: Tone.MUTED,
}

TICK = 500
"""Prices of the underlying and of combined premiums are written with two decimals."""
_MEASURE_LETTERS = {Measure.UNDERLYING: "U", Measure.DELTA: "Δ", Measure.THETA: "Θ"}
_STOP_WORDS = {ExitReason.LEG_COST: "at cost", ExitReason.MANUAL: "by hand"}


def state(line: PortfolioLine) -> str:
    """Write the state of a portfolio or a leg, marked where nothing is opened."""
    word: str = line.portfolio.state.value if line.leg is None else line.leg.state.value
    mark = " ⚠" if line.leg is None and line.portfolio.suspended else ""
    return word.replace("_", " ").lower() + mark


def state_tone(line: PortfolioLine) -> Tone:
    """Answer the colour of a state."""
    if line.leg is None and line.portfolio.suspended:
        return Tone.WARNING
    if line.leg is None:
        return PORTFOLIO_TONES.get(line.portfolio.state, Tone.PLAIN)
    return LEG_TONES.get(line.leg.state, Tone.PLAIN)


def name(line: PortfolioLine) -> str:
    """Write the name of a portfolio; of a leg its side and contract."""
    return line.portfolio.name if line.leg is None else f"{line.leg.side.value} {line.leg.contract}"


def name_tone(line: PortfolioLine) -> Tone:
    """Answer the colour of a name: of its side for a leg."""
    if line.leg is None:
        return Tone.PLAIN
    return Tone.UP if line.leg.side is Side.BUY else Tone.DOWN


def check(line: PortfolioLine) -> str:
    """Draw the box of a portfolio."""
    return "" if line.leg is not None else "☑" if line.is_checked else "☐"


def shown(line: PortfolioLine, amount: int | None) -> int | None:
    """Answer an amount for all lots, or for one where the portfolio shows its values per lot."""
    return None if amount is None else divide_half_up(amount, line.portfolio.shown_lots)


def profit(line: PortfolioLine) -> int | None:
    """Answer booked and open profit together, as the portfolio shows it."""
    return shown(line, line.mark.profit if line.leg_mark is None else line.leg_mark.profit)


def unrealised(line: PortfolioLine) -> int | None:
    """Answer the profit still open, as the portfolio shows it."""
    return shown(line, line.mark.unrealised if line.leg_mark is None else line.leg_mark.unrealised)


def booked(line: PortfolioLine) -> int | None:
    """Answer the booked profit, as the portfolio shows it."""
    return shown(line, line.mark.booked if line.leg_mark is None else line.leg_mark.booked)


def profit_per_lot(line: PortfolioLine) -> int | None:
    """Answer the profit for one lot of what all legs have in common; of a leg for one of its own lots."""
    if line.leg is None:
        return None if line.mark.profit is None else divide_half_up(line.mark.profit, line.portfolio.lots)
    found = line.leg_mark.profit if line.leg_mark is not None else None
    return None if found is None or not line.leg.lots else divide_half_up(found, line.leg.lots)


def money(of: Amount, decimals: int = 2) -> Text:
    """Write a signed amount."""
    return lambda line: formats.signed_amount(of(line), decimals)


def exact(of: Amount) -> Value:
    """Answer an amount in ₹, for files."""
    return lambda line: rupees_value(of(line))


def sign(of: Amount) -> Callable[[PortfolioLine], Tone]:
    """Colour an amount by its sign."""

    def tone(line: PortfolioLine) -> Tone:
        value = of(line)
        return Tone.MUTED if value is None else tone_of_sign(value)

    return tone


def leg_price(of: Callable[[LegRow], int | None]) -> Text:
    """Write a price of a leg; portfolios have none."""

    def written(line: PortfolioLine) -> str:
        leg = line.leg
        if leg is None:
            return ""
        price = of(leg)
        return "" if price is None else formats.price(price, leg.tick_size)

    return written


def only_portfolio(of: Text) -> Text:
    """Write it for portfolios alone."""
    return lambda line: of(line) if line.leg is None else ""


def only_leg(of: Callable[[LegRow], str]) -> Text:
    """Write it for legs alone."""
    return lambda line: "" if line.leg is None else of(line.leg)


def stop(line: PortfolioLine) -> str:
    """Write the level: a price for a leg (marked where it is the underlying's), a profit for a portfolio."""
    if line.leg is None:
        return "" if line.mark.stop is None else formats.signed_amount(line.mark.stop, 0)
    return _level_text(line.leg, line.leg.stop)


def exact_stop(line: PortfolioLine) -> CellValue:
    """Answer the level in ₹; as it is written where it lies on another measure than premium or profit."""
    return rupees_value(line.mark.stop) if line.leg is None else _exact_level(line.leg, line.leg.stop)


def target(line: PortfolioLine) -> str:
    """Write the target, as the stop is written."""
    if line.leg is None:
        return "" if line.portfolio.target is None else formats.signed_amount(line.portfolio.target, 0)
    return _level_text(line.leg, line.leg.target)


def exact_target(line: PortfolioLine) -> CellValue:
    """Answer the target, as the stop is answered."""
    return rupees_value(line.portfolio.target) if line.leg is None else _exact_level(line.leg, line.leg.target)


def exact_trail(line: PortfolioLine) -> CellValue:
    """Answer the floor of a portfolio in ₹; of a leg its words."""
    return rupees_value(line.portfolio.floor) if line.leg is None else trail(line) or None


def trail(line: PortfolioLine) -> str:
    """Write the floor of a portfolio's profit lock, or how far a leg's stop was trailed."""
    leg = line.leg
    if leg is None:
        return "" if line.portfolio.floor is None else formats.amount(line.portfolio.floor, 0)
    if leg.stop is None:
        return ""
    words = [_STOP_WORDS[leg.stop.reason]] if leg.stop.reason in _STOP_WORDS else []
    if leg.trail_steps:
        words.append(f"{leg.trail_steps} step{'s' if leg.trail_steps != 1 else ''}")
    if leg.watch.floor is not None:
        words.append(f"lock {_measured(leg, leg.watch.floor)}")
    return ", ".join(words)


def waits_for(line: PortfolioLine) -> str:
    """Write what a leg waits for: the price its trigger is counted from, and the trigger."""
    leg = line.leg
    if leg is None or leg.wait is None or leg.wait.trigger is None:
        return ""
    trigger, reference = leg.wait.trigger, leg.wait.reference
    of_underlying = trigger.of is Measure.UNDERLYING
    counted = "" if reference is None else f"{formats.price(reference, TICK if of_underlying else leg.tick_size)} "
    return f"{counted}{'≥' if trigger.rising else '≤'} {_measured(leg, trigger)}"


def distance(portfolio: int | None, leg: int | None, line: PortfolioLine) -> str:
    """Write how far something is from its level: whole rupees for a portfolio, a price for a leg."""
    if line.leg is None:
        return "" if portfolio is None else formats.amount(portfolio, 0)
    return "" if leg is None else formats.amount(leg)


def near(gap: int | None) -> Tone:
    """Colour a level that is reached."""
    return Tone.DOWN if gap is not None and gap <= 0 else Tone.PLAIN


def leg_counts(line: PortfolioLine) -> str:
    """Write how many legs are open, closed and waiting."""
    row = line.portfolio
    return f"{row.open_legs} / {row.closed_legs} / {row.waiting_legs}"


def lot_count(line: PortfolioLine) -> int:
    """Answer the lots of a leg; of a portfolio what all its legs have in common."""
    return line.portfolio.lots * line.portfolio.multiplier if line.leg is None else line.leg.lots


def lots(line: PortfolioLine) -> str:
    """Write the lots."""
    return str(lot_count(line))


def expiry_days(line: PortfolioLine) -> Sequence[date]:
    """Answer the expiry of a leg, or the expiries of all legs, the nearest first."""
    dates = (line.leg.expiry,) if line.leg is not None else (leg.expiry for leg in line.portfolio.legs)
    return sorted({one for one in dates if one is not None})


def expiries(line: PortfolioLine) -> str:
    """Write the expiry of a leg, or the expiries of all legs."""
    known = expiry_days(line)
    if not known:
        return ""
    return f"{known[0]:%d %b}" + (f" +{len(known) - 1}" if len(known) > 1 else "")


def exit_words(line: PortfolioLine) -> str:
    """Write why it was closed or refused."""
    part = line.portfolio if line.leg is None else line.leg
    if part.exit_reason is not None:
        return part.exit_reason.value
    return line.leg.failure or line.leg.denied if line.leg else ""


def exit_story(line: PortfolioLine) -> str:
    """Write everything that is known of an end."""
    part = line.portfolio if line.leg is None else line.leg
    words = [part.exit_why]
    if line.leg is not None:
        words += [line.leg.failure, line.leg.denied]
    return "\n".join(word for word in words if word)


def entry_price(line: PortfolioLine) -> str:
    """Write the average entry of a leg, or the combined premium at the entry."""
    if line.leg is not None:
        return leg_price(lambda leg: leg.average_entry)(line)
    premium = line.portfolio.combined_premium
    return "" if premium is None else formats.price(premium, TICK)


def price_of(line: PortfolioLine) -> int | None:
    """Answer the last price of a leg, or the combined premium of what is open."""
    if line.leg is not None and line.leg_mark is not None:
        return None if line.leg.row < 0 else line.leg_mark.last_price
    return line.mark.premium


def price_now(line: PortfolioLine) -> str:
    """Write the last price of a leg, or the combined premium of what is open."""
    if line.leg is not None and line.leg_mark is not None:
        return "" if line.leg.row < 0 else formats.price(line.leg_mark.last_price, line.leg.tick_size)
    return "" if line.mark.premium is None else formats.price(line.mark.premium, TICK)


def delta(line: PortfolioLine) -> float | None:
    """Answer the delta of a leg's position, or of all legs."""
    return line.figures.delta if line.leg is None else line.leg_figures.delta


def theta(line: PortfolioLine) -> float | None:
    """Answer the theta of a leg's position, or of all legs."""
    return line.figures.theta if line.leg is None else line.leg_figures.theta


def order_count(line: PortfolioLine) -> int:
    """Answer how many orders there were."""
    return line.portfolio.orders if line.leg is None else len(line.leg.orders)


def orders(line: PortfolioLine) -> str:
    """Write how many orders there were."""
    return str(order_count(line))


def exact_greek(of: Callable[[PortfolioLine], float | None]) -> Value:
    """Answer a Greek as it was computed, for files."""
    return lambda line: measured_value(of(line))


def greek(of: Callable[[PortfolioLine], float | None], places: int) -> Text:
    """Write a Greek; nothing where nothing is held."""

    def written(line: PortfolioLine) -> str:
        value = of(line)
        return "" if value is None else formats.decimal(value, places, signed=True)

    return written


def greek_tone(of: Callable[[PortfolioLine], float | None]) -> Callable[[PortfolioLine], Tone]:
    """Colour a Greek by its sign."""

    def tone(line: PortfolioLine) -> Tone:
        value = of(line)
        return Tone.MUTED if value is None else tone_of_sign(value)

    return tone


def _level_text(leg: LegRow, level: Level | None) -> str:
    if level is None:
        return ""
    match level.of:
        case Measure.PREMIUM:
            return formats.price(level.value, leg.tick_size)
        case Measure.PROFIT:
            return formats.signed_amount(level.value, 0)
        case measure:
            return f"{_MEASURE_LETTERS[measure]} {formats.price(level.value, TICK)}"


def _exact_level(leg: LegRow, level: Level | None) -> CellValue:
    if level is None:
        return None
    in_rupees = level.of in (Measure.PREMIUM, Measure.PROFIT)
    return rupees_value(level.value) if in_rupees else _level_text(leg, level)


def _measured(leg: LegRow, level: PriceLevel) -> str:
    if level.of is Measure.PREMIUM:
        return formats.price(level.value, leg.tick_size)
    return f"{_MEASURE_LETTERS.get(level.of, '')} {formats.price(level.value, TICK)}".strip()
