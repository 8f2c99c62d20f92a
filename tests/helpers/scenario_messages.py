"""Commands and reports of a scenario: from their words in TOML to messages of the engine."""

import typing
from collections.abc import Callable, Mapping
from enum import Enum
from typing import Any

import msgspec

from engine.domain.commands import AnyCommand
from engine.domain.messages import Message
from engine.domain.money import Money, Price, exact_units
from engine.domain.multileg.portfolio import MultilegPortfolio
from engine.domain.reports import Report
from engine.schema.declared import Declared
from engine.schema.load import load
from tests.helpers.scenario_market import ScenarioError

_SHORT = {"portfolio": "portfolio_id", "leg": "leg_id", "order": "order_id"}


def _by_tag() -> dict[str, type[Any]]:
    kinds = [*typing.get_args(AnyCommand), *typing.get_args(Report)]
    return {str(kind.__struct_config__.tag): kind for kind in kinds}


def message_of(
    said: Mapping[str, Any] | str, filled_in: Mapping[str, Any], resolve: Callable[[str, Any], Any]
) -> Message:
    """Answer the message that a table says, ``{type = "square_off_leg", leg = 2}``.

    ``filled_in`` are fields a scenario leaves out where it can; ``resolve(field, said)`` answers the id of a portfolio,
    leg or order, or the declaration of a portfolio.
    """
    table = {"type": said} if isinstance(said, str) else dict(said)
    tag = table.pop("type", None)
    kinds = _by_tag()
    if tag not in kinds:
        raise ScenarioError(f"there is no command or report {tag!r}; there are {', '.join(sorted(kinds))}")
    kind = kinds[tag]
    hints = typing.get_type_hints(kind)
    values: dict[str, Any] = {}
    for name, value in table.items():
        field = name if name in hints else _SHORT.get(name, name)
        if field not in hints:
            raise ScenarioError(f"{tag} has no {name}; it has {', '.join(sorted(hints))}")
        values[field] = _value(value, hints[field], field, resolve)
    for name in hints:
        if name not in values and name in filled_in and _is_required(kind, name):
            values[name] = filled_in[name]
    missing = [name for name in hints if name not in values and _is_required(kind, name)]
    if "portfolio_id" in missing:
        values["portfolio_id"] = resolve("portfolio_id", None)
        missing.remove("portfolio_id")
    if missing:
        raise ScenarioError(f"{tag} needs {', '.join(missing)}")
    message: Message = kind(**values)
    return message


def _is_required(kind: type[Any], name: str) -> bool:
    field = next(field for field in msgspec.structs.fields(kind) if field.name == name)
    return field.required


def _value(said: Any, hint: Any, field: str, resolve: Callable[[str, Any], Any]) -> Any:
    if said == "none":
        return None
    members = [one for one in typing.get_args(hint) if one is not type(None)]
    bare = members[0] if len(members) == 1 and type(None) in typing.get_args(hint) else hint
    if field.endswith("_id") or bare is MultilegPortfolio:
        return resolve(field, said)
    if bare in (Price, Money):
        return exact_units(said)
    if isinstance(bare, type) and issubclass(bare, Enum):
        by_word = {str(word): member for member in bare for word in (member.name, member.value)}
        if str(said) not in by_word:
            raise ScenarioError(f"{field} must be one of {', '.join(by_word)}, not {said!r}")
        return by_word[str(said)]
    if isinstance(bare, type) and issubclass(bare, Declared):
        return load(said, bare)
    return tuple(said) if isinstance(said, list) else said
