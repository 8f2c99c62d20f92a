"""The command ``legwork price``: premium, implied volatility and Greeks of one option."""

from enum import StrEnum
from math import isfinite, isnan, ulp
from typing import Annotated

import msgspec
import typer

from desktop.commands.bench_pricing import GREEK_NAMES, reference_library
from engine.pricing import black76

_DAYS_PER_YEAR = 365.0
# What the two sources may differ by, against the larger of 1 and the number itself.
_AGREEMENT = 1e-9


class OptionSide(StrEnum):
    """A call or a put, as it is typed."""

    CALL = "call"
    PUT = "put"


def price_option(
    forward: float,
    strike: float,
    days: float,
    rate: float,
    is_call: bool,
    *,
    volatility: float | None = None,
    premium: float | None = None,
    check: bool = False,
) -> dict[str, object]:
    """Return premium, volatility and Greeks of one option from its volatility or its premium.

    ``forward``, ``strike`` and ``premium`` in index points, ``days`` calendar days to expiry, ``rate`` and
    ``volatility`` per year (0.13 means 13 %). Numbers without a value are None; ``volatility_status`` then is the
    reason. With ``check`` the answer also has the reference library's numbers and whether they agree.

    Raises ValueError with a sentence when neither or both of volatility and premium are given, or when an input is
    impossible.
    """
    _refuse_impossible(forward, strike, days, rate, volatility, premium)
    years = days / _DAYS_PER_YEAR
    status = black76.VolatilityStatus.OK
    if volatility is None and premium is not None:
        implied = black76.solve_implied_volatility(premium, forward, strike, years, rate, is_call)
        volatility, status = float(implied.volatility), black76.VolatilityStatus(int(implied.status))
    given = (forward, strike, years, rate, volatility if volatility is not None else float("nan"), is_call)
    fair = black76.price(*given)
    sensitivities = black76.greeks(*given)
    answer: dict[str, object] = {
        "forward": forward,
        "strike": strike,
        "type": OptionSide.CALL.value if is_call else OptionSide.PUT.value,
        "days": days,
        "rate": rate,
        "volatility": None if volatility is None else _number(volatility),
        "volatility_status": status.name.lower(),
        "premium": premium if premium is not None else _number(fair),
        **{name: _number(getattr(sensitivities, name)) for name in GREEK_NAMES},
    }
    if status is not black76.VolatilityStatus.OK:
        answer["reason"] = black76.STATUS_SENTENCES[status]
    if check:
        answer["check"] = _checked(answer, years, is_call, premium)
    return answer


def price(
    forward: Annotated[float, typer.Argument(help="Forward of the option's expiry, in index points.")],
    strike: Annotated[float, typer.Argument(help="Strike, in index points.")],
    side: Annotated[OptionSide, typer.Argument(help="Call or put.")],
    days: Annotated[float, typer.Option("--days", help="Calendar days to expiry; fractions count.")],
    volatility: Annotated[
        float | None, typer.Option("--volatility", help="Volatility in percent a year, to find the premium.")
    ] = None,
    premium: Annotated[
        float | None, typer.Option("--premium", help="Premium in index points, to find the volatility.")
    ] = None,
    rate: Annotated[float, typer.Option("--rate", help="Interest rate in percent a year, continuous.")] = 0.0,
    check: Annotated[bool, typer.Option("--check", help="Compare with the vollib library.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Price one option by Black-76, or find the volatility behind its premium, with its Greeks.

    Theta is per calendar day, vega per volatility point, rho per rate point. Leaves with status 1 when --check finds a
    difference, 2 when the input cannot be used.
    """
    is_call = side is OptionSide.CALL
    share = None if volatility is None else volatility / 100.0
    try:
        answer = price_option(
            forward, strike, days, rate / 100.0, is_call, volatility=share, premium=premium, check=check
        )
    except ValueError as problem:
        raise typer.BadParameter(str(problem)) from problem
    typer.echo(msgspec.json.encode(answer).decode() if as_json else _table(answer))
    comparison = answer.get("check")
    if isinstance(comparison, dict) and not comparison["agrees"]:
        raise typer.Exit(1)


def _refuse_impossible(
    forward: float, strike: float, days: float, rate: float, volatility: float | None, premium: float | None
) -> None:
    """Raise ValueError with the sentence of the first input that cannot be priced."""
    if (volatility is None) == (premium is None):
        raise ValueError("Give either the volatility or the premium, not both and not neither")
    if not (0.0 < forward < float("inf") and 0.0 < strike < float("inf")):
        raise ValueError("Forward and strike must be above zero")
    if not isfinite(rate):
        raise ValueError("The rate must be a number")
    if not 0.0 <= days < float("inf"):
        raise ValueError("Days to expiry must be zero or more")
    if volatility is not None and not 0.0 <= volatility < float("inf"):
        raise ValueError("Volatility must be zero or more")


def _number(value: object) -> float | None:
    """Return a finite number as a float, and None for NaN, which JSON cannot carry."""
    number = float(value)  # type: ignore[arg-type]  # a NumPy scalar or a float
    return None if isnan(number) else number


def _checked(answer: dict[str, object], years: float, is_call: bool, premium: float | None) -> dict[str, object]:
    """Return the reference library's numbers beside ours, and whether all agree to 1e-9.

    An expired option has none there: the library divides by the time left.
    """
    library = reference_library()
    flag = "c" if is_call else "p"
    forward, strike, rate, volatility = (answer[name] for name in ("forward", "strike", "rate", "volatility"))
    theirs: dict[str, float | None] = {}
    allowed = dict.fromkeys(("premium", *GREEK_NAMES), _AGREEMENT)
    if premium is not None and years > 0.0:
        try:
            found = float(library.implied_volatility(premium, forward, strike, rate, years, flag))
        except library.refused:
            found = 0.0
        # The library answers zero at intrinsic value, where there is no volatility.
        theirs["volatility"] = found if found > 0.0 else None
        # A premium that is nearly all intrinsic value carries few digits of volatility; both sides lose the same ones.
        per_unit = 100.0 * answer["vega"] if isinstance(answer["vega"], float) else 0.0
        allowed["volatility"] = _AGREEMENT + 8.0 * ulp(premium) / per_unit if per_unit > 0.0 else float("inf")
    if isinstance(volatility, float) and volatility > 0.0 and years > 0.0:
        given = (flag, forward, strike, years, rate, volatility)
        theirs["premium"] = float(library.price(*given))
        theirs |= {name: float(formula(*given)) for name, formula in library.greeks.items()}
    differences = {name: _difference(answer[name], number) for name, number in theirs.items()}
    return {
        "library": "vollib",
        **theirs,
        "largest_difference": max(differences.values(), default=0.0),
        "agrees": all(difference <= allowed[name] for name, difference in differences.items()),
    }


def _difference(ours: object, theirs: float | None) -> float:
    """Return the difference against the larger of 1 and the number; infinite where only one side has a number."""
    if isinstance(ours, float) and theirs is not None:
        return abs(ours - theirs) / max(1.0, abs(theirs))
    return 0.0 if ours is theirs else float("inf")


def _table(answer: dict[str, object]) -> str:
    """Return the answer as aligned lines, with the library's numbers in a second column."""
    comparison = answer.get("check")
    beside = comparison if isinstance(comparison, dict) else {}
    lines = []
    for name in ("volatility", "premium", *GREEK_NAMES):
        second = f"{_shown(beside[name]):>18}" if name in beside else ""
        lines.append(f"{name:<12}{_shown(answer[name]):>18}{second}")
    if "reason" in answer:
        lines.append(str(answer["reason"]))
    if beside:
        agreement = "agrees with" if beside["agrees"] else "DIFFERS from"
        lines.append(f"{agreement} vollib; largest difference {_shown(beside['largest_difference'])}")
    return "\n".join(lines)


def _shown(value: object) -> str:
    """Return a number with ten digits, a dash where there is none."""
    return f"{value:.10g}" if isinstance(value, float) else "–"
