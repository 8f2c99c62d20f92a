"""What the open interest of one expiry says about its strikes."""

from collections.abc import Mapping

from engine.domain.money import Price


def max_pain(calls: Mapping[Price, int], puts: Mapping[Price, int], near: int) -> Price | None:
    """Answer the listed strike at which all options together would pay their holders least; None without any.

    ``calls`` and ``puts`` are open interest by strike. Of equal strikes the one nearer ``near``, then the lower, is
    answered.
    """
    strikes = sorted({*calls, *puts})
    if not any((*calls.values(), *puts.values())):
        return None
    pains = _payouts(calls, puts, strikes)
    return min(strikes, key=lambda at: (pains[at], abs(at - near), at))


def _payouts(calls: Mapping[Price, int], puts: Mapping[Price, int], strikes: list[Price]) -> dict[Price, int]:
    """Answer the payout at every strike, in one walk up: each step costs what lies below and saves what lies above."""
    pain, last = payout(calls, puts, strikes[0]), strikes[0]
    below, above = 0, sum(puts.get(strike, 0) for strike in strikes)
    pains: dict[Price, int] = {}
    for strike in strikes:
        pain += (strike - last) * (below - above)
        pains[strike] = pain
        below += calls.get(strike, 0)
        above -= puts.get(strike, 0)
        last = strike
    return pains


def payout(calls: Mapping[Price, int], puts: Mapping[Price, int], at: int) -> int:
    """Answer what all options would pay their holders if the underlying settled at a price, in 1/10,000 ₹."""
    by_calls = sum(interest * max(0, at - strike) for strike, interest in calls.items())
    return by_calls + sum(interest * max(0, strike - at) for strike, interest in puts.items())
