"""What each strike rule means in the market of one leg's choice; strikes that are named by their place."""

from decimal import Decimal

from engine.core.readings import market_data
from engine.core.strikes.choice import Choice, Chosen, Impossible, NotYet
from engine.core.strikes.strike_numbers import OtherLeg, by_number, chosen
from engine.core.strikes.strike_scan import Scan
from engine.domain.instrument import Instrument, Kind
from engine.domain.money import Price, exact_units, percent_of, plain_text
from engine.domain.multileg.strike import (
    AtmOffset,
    AtmPercent,
    AtmPoints,
    FixedStrike,
    HighestOpenInterest,
    MaxPain,
    Moneyness,
    MoneynessSteps,
    RelativeToLeg,
    StraddleWidth,
    StrikeRule,
    SyntheticAtm,
    WallOf,
)
from engine.domain.multileg.strike_guards import NoStrike
from engine.domain.open_interest import max_pain

_KINDS = {WallOf.CALLS: Kind.CALL, WallOf.PUTS: Kind.PUT}


def by_rule(scan: Scan, rule: StrikeRule, other: OtherLeg) -> Choice:
    """Answer the contract that a strike rule means now, or why there is none."""
    match rule:
        case AtmOffset(steps=steps):
            return _from_the_money(scan, scan.money, steps, "ATM")
        case MoneynessSteps(where=where, steps=steps):
            out = (where is Moneyness.OUT) is (scan.kind is Kind.CALL)
            name = "OTM" if where is Moneyness.OUT else "ITM"
            return _from_the_money(scan, scan.money, steps if out else -steps, f"{name}{steps}, ATM")
        case SyntheticAtm(steps=steps):
            return _synthetic(scan, steps)
        case FixedStrike(strike=strike):
            return _exactly(scan, exact_units(strike), "fixed strike")
        case AtmPercent(percent=percent):
            there = scan.reference + percent_of(scan.reference, percent)
            return _near(scan, there, f"{percent:+} % of the underlying is {plain_text(there)}")
        case AtmPoints(points=points):
            there = scan.reference + exact_units(points)
            return _near(scan, there, f"{points:+} points from the underlying are {plain_text(there)}")
        case StraddleWidth(multiple=multiple):
            return _straddle_width(scan, multiple)
        case RelativeToLeg(leg=number, steps=steps):
            return _relative(scan, other(number), number, steps)
        case HighestOpenInterest(of=of):
            return _wall(scan, _KINDS.get(of, scan.kind))
        case MaxPain():
            pain = max_pain(scan.open_interest(Kind.CALL), scan.open_interest(Kind.PUT), scan.money)
            return (
                NotYet(f"no {scan.options} has open interest yet") if pain is None else _exactly(scan, pain, "max pain")
            )
        case _:
            return by_number(scan, rule, other)


# --- strikes that a rule names by their place -------------------------------------------------------------------------


def _from_the_money(scan: Scan, money: Price, steps: int, name: str) -> Choice:
    """Count steps from the money, which the portfolio's straddle width multiplier may have moved."""
    words = f"{name}{steps:+d}" if steps else name
    multiple = scan.run.portfolio.contracts.straddle_width_multiplier
    if multiple is None:
        return _exactly(scan, money + steps * scan.step, words)
    moved = _moved_money(scan, money, multiple)
    if not isinstance(moved, Instrument):
        return moved
    return _exactly(scan, (moved.strike or 0) + steps * scan.step, f"{words}, the money moved by straddle × {multiple}")


def _moved_money(scan: Scan, money: Price, multiple: Decimal) -> Instrument | NotYet | Impossible:
    taken = scan.run.straddle_width if scan.run.straddle_of == scan.run.execution else None
    width = taken or scan.straddle()
    if width is None:
        return NotYet(f"the straddle at {plain_text(scan.money)} has no premium yet")
    found = scan.nearest(money + _outward(scan, width, multiple), scan.listed())
    return found or Impossible(f"there are no {scan.options}")


def _straddle_width(scan: Scan, multiple: Decimal) -> Choice:
    width = scan.straddle()
    if width is None:
        return NotYet(f"the straddle at {plain_text(scan.money)} has no premium yet")
    there = scan.money + _outward(scan, width, multiple)
    return _near(scan, there, f"straddle {plain_text(width)} × {multiple} from {plain_text(scan.money)}")


def _outward(scan: Scan, width: int, multiple: Decimal) -> int:
    return (1 if scan.kind is Kind.CALL else -1) * int(Decimal(width) * multiple)


def _synthetic(scan: Scan, steps: int) -> Choice:
    forward = market_data.implied_forward(scan.state, scan.underlying, scan.expiry, scan.reference)
    if forward is None:
        return NotYet(f"no call and put of {scan.underlying} {scan.expiry.isoformat()} near the money are quoted yet")
    money = market_data.at_the_money(forward, scan.step, scan.run.portfolio.atm_rounding)
    return _from_the_money(scan, money, steps, f"synthetic future {plain_text(forward)}, its ATM")


def _relative(scan: Scan, theirs: Choice, number: int, steps: int) -> Choice:
    if not isinstance(theirs, Chosen):
        return type(theirs)(f"leg {number}, whose strike it counts from: {theirs.why}")
    if theirs.instrument.strike is None:
        return Impossible(f"leg {number}, whose strike it counts from, is a future and has none")
    words = f"leg {number}, {plain_text(theirs.instrument.strike)}, {steps:+d} strikes"
    return _exactly(scan, theirs.instrument.strike + steps * scan.step, words)


def _wall(scan: Scan, kind: Kind) -> Choice:
    interest = scan.open_interest(kind)
    strikes = [one.strike for one in scan.contracts() if one.strike is not None and interest.get(one.strike)]
    if not strikes:
        return NotYet(f"no {kind.value} of {scan.underlying} {scan.expiry.isoformat()} has open interest yet")
    wall = min(strikes, key=lambda strike: (-interest[strike], abs(strike - scan.money), strike))
    return _exactly(scan, wall, f"highest open interest of {kind.value}, {interest[wall]}")


def _near(scan: Scan, price: int, why: str) -> Choice:
    contract = scan.nearest(price, scan.listed())
    return _guarded(scan, contract, price, why) if contract else Impossible(f"there are no {scan.options}")


def _exactly(scan: Scan, strike: int, why: str) -> Choice:
    contract = scan.contract(strike)
    if contract is None and scan.guards.on_no_strike is not NoStrike.NEAREST:
        wanted = f"{plain_text(strike)} {scan.kind.value}"
        return Impossible(f"{scan.underlying} {scan.expiry.isoformat()} has no strike {wanted} ({why})")
    return _guarded(scan, contract, strike, why)


def _guarded(scan: Scan, contract: Instrument | None, wanted: int, why: str) -> Choice:
    """Answer a contract chosen by its place if the guards let it pass, else what the leg does without one."""
    problem: NotYet | Impossible | None = None
    if contract is None:
        problem = Impossible(f"strike {plain_text(wanted)} is not listed")
    elif scan.is_far(contract):
        problem = Impossible(
            f"{contract.symbol} is far from the money, and the portfolio allows no far strikes ({why})"
        )
    elif scan.premium(contract) is None:
        problem = NotYet(f"{contract.symbol} has no quote yet")
    elif objection := scan.objection(contract):
        problem = (NotYet if objection.may_pass else Impossible)(f"{objection.why} ({why})")
    if contract is not None and problem is None:
        return chosen(scan, contract, why)
    assert problem is not None
    if scan.guards.on_no_strike is NoStrike.NEAREST and not (contract and scan.premium(contract) is None):
        best = scan.nearest(wanted, [one.contract for one in scan.candidates()])
        if best is not None:
            return chosen(scan, best, f"{why}; nearest that fits, because {problem.why}")
    return problem
