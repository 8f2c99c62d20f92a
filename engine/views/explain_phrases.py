"""What the more important declarations say about themselves, with their fields in braces.

A declaration that is not here speaks for itself with its title and its fields; so does a field that its phrase leaves
out, where it differs from its default. A test keeps every name here alive.
"""

from collections.abc import Mapping

from engine.domain.multileg.stop import Basis

PHRASES: Mapping[str, str] = {
    # strikes
    "MoneynessSteps": "{steps} {where}",
    "FixedStrike": "strike {strike}",
    "AtmPercent": "the strike {percent} from the underlying",
    "ClosestPremium": "the strike with a premium nearest {premium}",
    "PremiumAtLeast": "the lowest premium of at least {premium}",
    "PremiumAtMost": "the highest premium of at most {premium}",
    "StraddleWidth": "the strike {multiple} away from the money",
    "ByDelta": "the strike with a delta nearest {delta}",
    "PremiumPercent": "the strike with a premium nearest {percent}",
    "PremiumRange": "the strike with a premium from {low} to {high}",
    "MatchPremium": "the strike with a premium nearest that of leg {leg}",
    # expiries
    "CurrentWeek": "this week's expiry",
    "NextWeek": "next week's expiry",
    "SecondWeek": "the expiry two weeks ahead",
    "ThirdWeek": "the expiry three weeks ahead",
    "FourthWeek": "the expiry four weeks ahead",
    "CurrentMonth": "this month's expiry",
    "NextMonth": "next month's expiry",
    "FarMonth": "the expiry of the month after next",
    "FixedDate": "the expiry of {on}",
    # entries
    "Manual": "when somebody starts it",
    "AtTime": "at the start time",
    "TypedPrice": "{price}",
    "FromReference": "its {based_on}, adjusted by {adjust} {unit}",
    "AtCombinedPremium": "when the combined premium of {of} reaches {price}",
    "AtPremiumCrossOver": "when the combined premium of {of} has been above and falls below {price} again",
    "AtUnderlyingLevel": "when the underlying reaches {price}",
    "OutsideUnderlyingBand": "when the underlying is {distance} {unit} away from its {based_on}",
    "RollingStraddle": "when the straddle at the money {move} by {by} from its {based_on}",
    "OnSignal": "when a signal with its secret word arrives",
    "OnCondition": "when {condition}",
    # exits
    "Trailing": "every {every} by {by} {unit}",
    "CombinedLoss": "when all legs together have lost {amount}",
    "CombinedProfit": "when all legs together have gained {amount}",
    "CombinedPremiumStop": "when the combined premium has moved {distance} {unit} against it",
    "CombinedPremiumTarget": "when the combined premium has moved {distance} {unit} in its favour",
    "MultiTargets": "in steps: {steps}",
    "TargetStep": "{part} of the lots at a profit of {profit}",
    "LossAndRange": "when all legs together have lost {amount} and the underlying is out of its range",
    "UnderlyingStop": "when the underlying is out of its range",
    "UnderlyingTarget": "when the underlying is out of its range",
    "Blackout": "{on}",
    "AbsolutePremiumStop": "when the combined premium is at {level} or beyond, against it",
    "AbsolutePremiumTarget": "when the combined premium is at {level} or beyond, in its favour",
    "DeltaStop": "when its net delta is {delta} or more",
    "DeltaTarget": "when its net delta is {delta} or more",
    "ThetaStop": "when its theta is {theta} or worse",
    "ThetaTarget": "when its theta is {theta} or less",
    "MarginStop": "when the loss is {percent} of the margin",
    "MarginTarget": "when the profit is {percent} of the margin",
    "MaxProfitTarget": "when the profit is {percent} of the most possible",
    # waiting
    "WaitAndTrade": "a move of {move} {basis} from its price at the start",
    "CombinedWait": "a move of the combined premium by {move} {unit} from the start",
    "AtOnce": "the others enter at once",
    "AfterSeconds": "the others enter {seconds} after the first fill",
    "AtAdjustedPrice": "the others enter at a price easier by {move}",
    # actions
    "Unlimited": "without end",
    "ReExecute": "re-execute {times}",
    "ReExecuteFirst": "re-execute, then square off, {times}",
    "ReEnter": "re-enter at cost {times}",
    "ReMomentum": "re-enter on momentum {times}",
    "ReversePosition": "reverse the position {times}",
    "Pyramid": "add {lots} to the position {times}",
    "ExecuteLeg": "execute the idle leg {leg}",
    "SquareOffLeg": "square off leg {leg}",
    "SquareOffOther": "square off the portfolio “{portfolio}”",
    "ExecuteOther": "execute the portfolio “{portfolio}”",
    "StartOther": "start the portfolio “{portfolio}”",
    "ReExecutePortfolio": "re-execute the portfolio {times}, {when}",
    "CloseAll": "close all",
    "Reverse": "close all, and once flat open the same contracts on the opposite sides, up to {times} times a day",
    "LazyLeg": "enter another leg: {leg}",
    # looks
    "Realtime": "on every quote",
    "CandleClose": "at the close of candles of {minutes}",
    "Interval": "every {seconds}",
    "PriceBuffer": "{value} {unit}",
    "Chase": (
        "every {interval} the price of an unfilled order goes {step} further, {steps} times; then it crosses by {cross}"
    ),
}
"""By the name of a declaration the words that stand in a sentence for a value of it."""

BASES: Mapping[Basis, str] = {
    Basis.PREMIUM_POINTS: "{} points of premium",
    Basis.PREMIUM_PERCENT: "{} % of the premium",
    Basis.PREMIUM_PRICE: "at a premium of ₹{}",
    Basis.UNDERLYING_POINTS: "{} points of the underlying",
    Basis.UNDERLYING_PERCENT: "{} % of the underlying",
    Basis.UNDERLYING_PRICE: "at {} of the underlying",
    Basis.STRIKE: "{} points beside its strike",
    Basis.DELTA: "at a delta of {}",
    Basis.THETA: "at a theta of {}",
    Basis.RUPEES: "₹{} of the leg",
    Basis.MARGIN_PERCENT: "{} % of the margin",
}
"""How a leg's stop or target says its distance."""

SENTENCES: Mapping[str, str] = {
    "expiry": "Legs that set no expiry take {expiry}.",
    "entry": "It enters {entry}.",
    "target": "Everything is closed {target}.",
    "stop": "Everything is closed {stop}.",
}
"""By the name of a field of the portfolio the sentence about it, where it is on."""

PARTS: Mapping[str, tuple[str, ...]] = {
    "Schedule": (
        "Nothing is entered before {start} or after {end}, and everything is squared off at {square_off}.",
        "It runs on {days}.",
    ),
    "Execution": (
        "Orders are {product}, {pricing}.",
        "If a leg fails: {on_leg_failure}.",
        "A rejected leg is tried {retries} more times.",
    ),
    "Positional": ("It is held over days and squared off {square_off_before} before the expiry, {counted}.",),
    "RangeBreakout": (
        "The range of {of} is taken from {range_start} to {range_end}; its boundaries: {sides}; then {entry_at}.",
        "Nothing enters for the first time after {entry_end}.",
    ),
    "DynamicHedge": (
        "Sold legs that ask for it are hedged {rule}, {order}; if no hedge can be had: {unsatisfied}.",
        "A hedge is sold on: {sell_on}.",
    ),
    "DeltaBand": ("A net delta beyond {band} {unit} on either side is brought back to {inner}.",),
    "ProfitLock": (
        "Once the profit reaches {reach}, {lock} is kept.",
        "Every further {every} raises what is kept by {by}.",
    ),
    "StopTrail": ("Every gain of {every} moves the combined stop by {by}.",),
    "MoveToCost": ("When a leg is stopped, the stops of {legs} go to their own entry price.",),
}
"""By the name of a declaration the sentences about it, each shown where all its fields are there."""

STOP_ENTRY = (
    "Entries sleep as stop-limit orders until the price has gone on by {stop_trigger}; their limit lies {stop_limit} "
    "beyond that."
)
"""What entries by stop-limit orders add to the sentences of the orders."""

SECOND_RANGE = (
    "The underlying's break chooses the strikes; then each leg's own range is built for {leg_minutes} and broken."
)
"""What two ranges after each other add to the sentences of a range breakout."""

SECRETS = frozenset({"token"})
"""Names of fields that are never said."""

SWITCHES: Mapping[str, tuple[str, str]] = {
    "buy_first": (
        "Bought legs are filled before anything is sold.",
        "Legs are not sorted: something may be sold before its protection is bought.",
    ),
    "shorts_first": ("Sold legs are bought back before bought legs are sold.", "All legs are closed at once."),
}
"""By the name of a switch what it says when it is on and off."""
