"""What random portfolios are about: groups of fields that are drawn together, and values with which they trade."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from desktop.verification.declared_draws import clock


class Theme(NamedTuple):
    """Fields of a portfolio and of its legs that are drawn together; ``given`` is the chance of what lies inside."""

    fields: tuple[str, ...] = ()
    legs: tuple[str, ...] = ()
    given: int = 45


THEMES: tuple[Theme, ...] = (
    Theme(("entry",)),
    Theme(("entry", "monitoring")),
    Theme(("waiting", "wait_coupling"), ("wait", "start", "entry_delay", "last_entry")),
    Theme((), ("wait", "on_stop", "on_target")),
    Theme(("reexecution",), ("on_stop", "on_target", "idle")),
    Theme(("reexecution",), ("on_stop",)),
    Theme(("reexecution", "on_stop", "on_target")),
    Theme(("range_breakout",), ("breakout_exempt",)),
    Theme(("extra_conditions",), (), 25),
    Theme(("dynamic_hedge",), ("hedge_required",)),
    Theme(("dynamic_hedge", "reexecution"), ("hedge_required", "on_stop")),
    Theme(("delta_band",)),
    Theme(("at_broker",)),
    Theme(("at_broker", "reexecution"), ("wait", "on_stop")),
    Theme(("monitoring",), (), 50),
    Theme(("exit",), (), 40),
    Theme(("exit", "reexecution"), (), 60),
    Theme(("delta_band", "exit"), (), 60),
    Theme(("execution",), ("product",), 25),
    Theme(("contracts",), ("guards", "strike", "expiry"), 20),
    Theme((), ("strike",)),
    Theme(("stop_closes", "target_closes", "profit_counts", "target_delay", "stop_wait", "per_lot_basis")),
)


def usual_values(
    start: int, square_off: int, lots: int, legs: int, idle: Sequence[int], others: Sequence[str]
) -> dict[str, Sequence[Any]]:
    """Answer values with which a portfolio of ``legs`` legs that starts at a minute of the day trades on that day.

    ``idle`` are the numbers of its idle legs, ``others`` the names of portfolios that it may name.
    """

    def at(*minutes: int) -> list[str]:
        return [clock(min(max(start + minute, 9 * 60 + 15), square_off)) for minute in minutes]

    def rupees(*amounts: int) -> list[str]:
        return [str(amount * lots) for amount in amounts]

    leg_numbers = list(range(1, legs + 1))
    actions = ["square_off", "keep", "re_execute", "re_execute", "re_execute_first", "re_enter", "re_enter"]
    actions += ["re_momentum", "reverse", "pyramid", "lazy", "square_off_leg", "square_off_linked", "square_off_all"]
    actions += ["square_off_opposite", "move_to_cost", "re_execute_portfolio"]
    actions += ["execute_leg"] * (2 if idle else 0)
    whole_actions = ["re_execute_portfolio", "re_execute_portfolio"]
    on_others = ["square_off_other", "execute_other", "start_other"] if others else []
    actions += on_others
    whole_actions += on_others
    return {
        "MultilegPortfolio.on_stop": whole_actions,
        "MultilegPortfolio.on_target": whole_actions,
        "MultilegPortfolio.target_delay": [0, 1, 20],
        "ExitSettings.on_complete": whole_actions,
        "ExitSettings.strategy": ["reverse_all"],
        "Reverse.times": [1, 1, 2],
        "Leg.on_stop": actions,
        "Leg.on_target": actions,
        "Leg.side": ["BUY", "SELL"],
        "Leg.kind": ["CE", "PE", "CE", "PE", "FUT"],
        "Leg.lots": [1, 2, lots],
        "Leg.idle": [False, True],
        "Leg.start": at(0, 1, 5),
        "Leg.last_entry": at(2, 20, 60),
        "Leg.entry_delay": [0, 30, 120],
        "UpTo.times": [0, 1, 1, 2, 3],
        "Pyramid.lots": [1, 2],
        "ExecuteLeg.leg": list(idle) or [1],
        "SquareOffLeg.leg": leg_numbers,
        **{f"{name}.portfolio": list(others) or ["P0"] for name in ("SquareOffOther", "ExecuteOther", "StartOther")},
        "WaitAndTrade.move": ["-8", "-3", "-1", "0.5", "2", "5"],
        "CombinedWait.move": ["-3", "-1", "0.5", "2"],
        "TrailReference.step": ["0", "1", "5"],
        "AtAdjustedPrice.move": ["0", "1"],
        "AfterSeconds.seconds": [1, 5, 120],
        "Seconds.seconds": [1, 5, 90],
        "ReExecution.leg_safety": [3, 3, 60],
        "ReExecution.portfolio_safety": [5, 5, 60],
        "ReExecution.reentry_delay": [0, 0, 60],
        "ReExecution.most": [0, 2, 5],
        "ReExecution.most_on_stop": [0, 1, 3],
        "ReExecution.most_on_target": [0, 1, 3],
        "ReExecution.most_per_leg": [2, 3, 20],
        "CandleClose.minutes": [1, 1, 3, 5],
        "Interval.seconds": [5, 60, 200],
        "Monitoring.trade_second": [0, 0, 5],
        "Monitoring.targets_from": at(1, 10),
        "Monitoring.targets_until": at(30, 100),
        "Monitoring.dead_feed_exit": ["off", "off", 300],
        "MultilegPortfolio.entry": [
            "combined_premium", "premium_crossover", "underlying_level", "underlying_band", "rolling_straddle",
            "signal", "condition", "condition", "time", "manual",
        ],
        "FromReference.rounding": ["0", "0", "5"],
        "FromReference.adjust": ["-1", "-0.3", "0", "0.3", "1"],
        "TypedPrice.price": ["150", "250", "23900", "24100"],
        "OutsideUnderlyingBand.distance": ["0.05", "0.2", "20"],
        "RollingStraddle.by": ["1", "3"],
        "OnSignal.token": ["secret-word"],
        "OnSignal.at_most": [1, 2],
        "Comparison.plus": ["0", "0", "1"],
        "Comparison.weight": [1, 2],
        "Number.value": ["10", "50", "24000"],
        "Condition.minutes": [1, 1, 3, 5],
        "MovingAverage.period": [2, 5], "Indicator.period": [2, 5], "Bollinger.period": [2, 5],
        "Supertrend.period": [2, 5], "Stochastic.period": [2, 5], "Macd.fast": [2], "Macd.slow": [3, 5],
        "Macd.signal": [2],
        **{f"{name}.minutes": [1, 1, 3] for name in _STUDIES},
        **{f"{name}.ago": [0, 0, 1] for name in (*_STUDIES, "ClosePrice")},
        "LegPremium.leg": leg_numbers,
        "ClosestPremium.premium": ["30", "80", "150"],
        "PremiumAtLeast.premium": ["30", "80"],
        "PremiumAtMost.premium": ["60", "150"],
        "PremiumRange.low": ["10", "40"], "PremiumRange.high": ["120", "200"],
        "PremiumPercent.percent": ["0.2", "0.6"],
        "FixedStrike.strike": ["23900", "24000", "24100"],
        "AtmPercent.percent": ["-0.6", "0", "0.4"], "AtmPoints.points": ["-200", "0", "110"],
        "AtmOffset.steps": [-3, -1, 0, 1, 3], "MoneynessSteps.steps": [0, 1, 3], "SyntheticAtm.steps": [-2, 0, 2],
        "RelativeToLeg.steps": [-3, -1, 1, 3], "StraddleWidth.multiple": ["-0.5", "0", "0.5"],
        "StraddlePercent.percent": ["20", "40"],
        **{f"{name}.delta": ["0.2", "0.4", "0.5"] for name in ("ByDelta", "DeltaAtLeast", "DeltaAtMost")},
        "DeltaRange.low": ["0.1", "0.3"], "DeltaRange.high": ["0.6", "0.9"],
        "GreekNearest.value": ["5", "10"], "GreekRange.low": ["0", "1"], "GreekRange.high": ["50", "1000"],
        "MatchPremium.leg": leg_numbers, "RelativeToLeg.leg": leg_numbers,
        "StrikeGuards.max_depth": [3, 20], "StrikeGuards.min_open_interest": [0, 0, 1_000],
        "StrikeGuards.min_volume": [0, 0, 10], "StrikeGuards.max_spread": ["off", "10", "50"],
        "Leg.expiry": ["CW", "CW", "CM", "NW"],
        "ContractChoice.strike_step_multiple": [1, 1, 2], "ContractChoice.selection_time": ["off", *at(0, 1)],
        "ContractChoice.straddle_width_multiplier": ["off", "off", "0.3"],
        "Execution.product": ["MIS", "NRML"], "Leg.product": ["MIS", "NRML", "off"],
        "Execution.leg_gap": [0, 2], "Execution.leg_gap_again": [0, 3], "Execution.hold": [0, 4, "off"],
        "Execution.retries": [0, 1, 3, "off"], "Execution.retry_wait": ["0", "1", "off"],
        "Execution.buffer": ["0", "1", "2"], "Execution.buffer_points": ["0", "0.5"],
        "Execution.entry_timeout": [15, 60], "Execution.duplicate_window": [0, 30],
        "Execution.executions_a_day": [1, 3], "Execution.exposure": ["off", "off", "2000000"],
        "Execution.max_lots": ["off", 2, 50], "Execution.most_notional": ["off", "off", "4000000", "50000000"],
        "Execution.cooling_off": [0, 30], "PremiumGap.most": ["20", "50"], "Execution.max_legs": [8, 24],
        **{f"{name}.lots": [1, 2, 5] for name in ("TimeSlices", "ConditionSlices")},
        **{f"{name}.every": [1, 3, 60] for name in ("TimeSlices", "ConditionSlices")},
        "Chase.interval": ["0.5", "2"], "Chase.step": ["0", "0.5"], "Chase.steps": [0, 2, 5], "Chase.cross": ["1", "3"],
        "ExitPricing.buffer": ["0", "1", "2"], "ExitPricing.buffer_points": ["0", "0.5"],
        "ExitSettings.hold_seconds": [0, 0, 3], "ExitSettings.passive_seconds": ["off", 2, 20],
        "ExitSettings.days_in_trade": ["off", 1], "ExitSettings.expiry_day": ["off", "15:00:00", "15:20:00"],
        "PartAtTime.at": at(2, 10, 40), "PartAtProfit.amount": rupees(100, 500, 1_500),
        "PartAtLoss.amount": rupees(100, 500, 1_500),
        **{f"{name}.percent": ["1", "30", "50", "100"] for name in ("PartAtTime", "PartAtProfit", "PartAtLoss")},
        "RangeBreakout.range_start": at(-5, 0), "RangeBreakout.range_end": at(3, 10),
        "RangeBreakout.entry_start": ["off", "off", *at(10, 12)], "RangeBreakout.entry_end": at(40, 100),
        "RangeBreakout.no_reentry_after": at(60, 200), "RangeBreakout.reentries": [0, 1, 2],
        "RangeBreakout.leg_minutes": [1, 3, 10],
        "RangeBuffer.value": ["0", "1", "5"], "RangeStop.percent": ["30", "100"],
        "NumberRange.low": ["off", "0", "5"], "NumberRange.high": ["50", "100"],
        "ExtraConditions.unmet": ["end for today", "leave the leg out", "keep waiting", "keep waiting"],
        "ExtraConditions.missing": ["not met", "left out", "left out"],
        "ExtraConditions.most_running": [1, 5],
        "HedgeByPremium.nearest": [2, 4], "HedgeByPremium.farthest": [6, 12], "HedgeByPremium.least": ["0.05", "2"],
        "HedgeByPremium.most": ["40", "150"], "HedgeByPremium.most_of_parent": ["off", "60"],
        "HedgeByDistance.strikes": [2, 4], "HedgeByDelta.delta": ["0.05", "0.2"], "HedgeByMargin.nearest": [1, 2],
        "HedgeByMargin.farthest": [4, 10], "HedgeByMargin.most": ["40", "150"],
        "DynamicHedge.ratio": ["1", "1", "0.5", "1.5"], "DynamicHedge.most_per_day": [1, 24],
        "DynamicHedge.keep_below": ["off", "3"], "DynamicHedge.sell_below": ["off", "20"],
        "DynamicHedge.multiples_of_500": [False],
        "HedgeTimes.start": ["09:15:00", *at(1)], "HedgeTimes.end": at(30, 200),
        "DeltaBand.band": ["20", "75", "130"], "DeltaBand.inner": ["0", "10"], "DeltaBand.confirm": [0, 5, 60],
        "DeltaBand.pause": [1, 60], "DeltaBand.most_per_day": [1, 5], "DeltaBand.option_delta": ["0.3", "0.5"],
        "PriceBuffer.value": ["0", "0", "1", "3"],
        "AtBroker.shadow_seconds": [0, 3, 30], "AtBroker.convert_after": [1, 10],
        "OnlyLegs.rearm": rupees(100, 500),
        "Confirmation.seconds": [1, 20], "Confirmation.at_once_beyond": ["off", "1.5"],
        "StopLoss.basis": ["premium percent", "premium points", "underlying points"],
        "Target.basis": ["premium percent", "premium points", "underlying points"],
        "StopLoss.distance": ["5", "15", "30"], "Target.distance": ["5", "15", "40"],
    }  # fmt: skip


_STUDIES = (
    "MovingAverage", "Indicator", "Macd", "Bollinger", "Supertrend", "Stochastic", "ParabolicSar", "Vwap",
)  # fmt: skip
