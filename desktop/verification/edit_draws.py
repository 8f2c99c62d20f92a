"""Random edits of a declaration, over every field that may change while it runs and a few that may not."""

from collections.abc import Callable
from copy import deepcopy
from typing import Any

from desktop.verification.declared_draws import Drawer, clock
from desktop.verification.draw import Draw
from desktop.verification.level_draws import combined_levels, leg_levels
from desktop.verification.portfolios import drawn_leg
from desktop.verification.themes import usual_values
from engine.domain.multileg import live_edit
from engine.domain.multileg.at_broker import AtBroker
from engine.domain.multileg.execution import Execution
from engine.domain.multileg.leg import Leg
from engine.domain.multileg.live_edit import RULES_OF_LEVELS, Rule
from engine.domain.multileg.portfolio import MultilegPortfolio
from engine.schema.declared import Declared
from engine.schema.describe import describe
from engine.schema.load import dump, load, problems

Table = dict[str, Any]
Change = Callable[[Draw, Drawer, Table, int], None]
"""Changes plain data of a portfolio at a minute of the day."""

_TRIES = 8
_LATEST = 15 * 60 + 20
_SIDES = (("SELL", "CE", 1), ("SELL", "PE", -1), ("BUY", "CE", 3), ("BUY", "PE", -3))
_LIVE = tuple(name for name, rule in live_edit.PORTFOLIO.items() if rule is Rule.LIVE)
_COMBINED = ("stop", "stop_trail", "stop_wait", "stop_closes", "target", "target_delay", "profit_lock", "move_to_cost",
             "call_side", "put_side", "max_daily_loss", "profit_counts")  # fmt: skip


def edited(draw: Draw, declared: MultilegPortfolio, minute: int) -> MultilegPortfolio:
    """Answer a declaration with one to three changes, at a minute of the day; each leaves it a valid one."""
    data: Table = dump(declared)
    schedule = declared.schedule
    start, square_off = (at.hour * 60 + at.minute for at in (schedule.start, schedule.square_off))
    lots = max((leg.lots for leg in declared.legs), default=1) or 1
    drawer = Drawer(draw, usual_values(start, square_off, lots, len(declared.legs), (), ()), given=40)
    wanted = draw.one_of((1, 1, 2, 3))
    for _ in range(_TRIES):
        changed = deepcopy(data)
        draw.one_of(_CHANGES)(draw, drawer, changed, minute)
        if not problems(changed, MultilegPortfolio):
            data, wanted = changed, wanted - 1
        if not wanted:
            break
    return load(data, MultilegPortfolio)


def _leg_levels(draw: Draw, _drawer: Drawer, data: Table, _minute: int) -> None:
    leg = draw.one_of(data["legs"])
    for name in RULES_OF_LEVELS:
        if draw.chance(60):
            leg.pop(name, None)
    leg_levels(draw, leg, max(1, leg["lots"]))


def _one_distance(draw: Draw, _drawer: Drawer, data: Table, _minute: int) -> None:
    """Let one stop or target lie tighter or looser, by the same rule."""
    rules = [leg[name] for leg in data["legs"] for name in ("stop_loss", "target") if isinstance(leg.get(name), dict)]
    if rules:
        draw.one_of(rules)["distance"] = draw.one_of(("1", "2", "5", "20", "60", "95"))


def _combined(draw: Draw, _drawer: Drawer, data: Table, _minute: int) -> None:
    for name in _COMBINED:
        if draw.chance(50):
            data.pop(name, None)
    data.pop("target", None)
    combined_levels(draw, data, max(1, data["legs"][0]["lots"]))


def _live_field(draw: Draw, drawer: Drawer, data: Table, _minute: int) -> None:
    name = draw.one_of(_LIVE)
    data[name] = _drawn(drawer, MultilegPortfolio, name)


def _any_field(draw: Draw, drawer: Drawer, data: Table, _minute: int) -> None:
    """Most of these may not change while it runs: the edit is refused."""
    name = draw.one_of([name for name in live_edit.PORTFOLIO if name not in ("legs", "schedule", "sync_users")])
    data[name] = _drawn(drawer, MultilegPortfolio, name)


def _leg_field(draw: Draw, drawer: Drawer, data: Table, _minute: int) -> None:
    name = draw.one_of(tuple(live_edit.LEG))
    draw.one_of(data["legs"])[name] = _drawn(drawer, Leg, name)


def _inner_field(draw: Draw, drawer: Drawer, data: Table, _minute: int) -> None:
    groups: tuple[tuple[str, type[Declared]], ...] = (("execution", Execution), ("at_broker", AtBroker))
    group, declaration = groups[draw.one_of((0, 0, 1))]
    inner = data.get(group)
    name = draw.one_of([spec.name for spec in describe(declaration)])
    data[group] = {**(inner if isinstance(inner, dict) else {}), name: _drawn(drawer, declaration, name)}


def _times(draw: Draw, _drawer: Drawer, data: Table, minute: int) -> None:
    later = [min(_LATEST, minute + span) for span in (-5, 0, 1, 3, 20, 120)]
    data["schedule"][draw.one_of(("end", "square_off", "square_off"))] = clock(max(9 * 60 + 16, draw.one_of(later)))


def _lots(draw: Draw, _drawer: Drawer, data: Table, _minute: int) -> None:
    leg = draw.one_of(data["legs"])
    leg["lots"] = draw.one_of((0, 0, 1, 2, leg["lots"] * 2, leg["lots"] + 1))


def _add_leg(draw: Draw, drawer: Drawer, data: Table, _minute: int) -> None:
    side, kind, steps = draw.one_of(_SIDES)
    leg = drawn_leg(draw, side, kind, steps, draw.one_of((1, 1, 2, 10)))
    for name in ("wait", "start", "entry_delay", "idle", "on_stop"):
        if draw.chance(20):
            leg[name] = _drawn(drawer, Leg, name)
    data["legs"].append(leg)


def _remove_leg(_draw: Draw, _drawer: Drawer, data: Table, _minute: int) -> None:
    data["legs"] = data["legs"][:-1] or data["legs"]


def _other_tag(draw: Draw, _drawer: Drawer, data: Table, _minute: int) -> None:
    data["tag"] = draw.one_of(("Default", "T", "Both", "None"))


_CHANGES: tuple[Change, ...] = (
    *(_leg_levels, _one_distance, _one_distance, _combined, _live_field, _leg_field, _inner_field) * 3,
    *(_times, _lots, _add_leg, _any_field) * 3,
    _remove_leg, _other_tag,
)  # fmt: skip


def _drawn(drawer: Drawer, declaration: type[Declared], name: str) -> Any:
    return drawer.field(declaration, next(spec for spec in describe(declaration) if spec.name == name))
