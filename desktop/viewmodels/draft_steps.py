"""What one change of the draft was about, in a few words, for undo and redo."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from engine.schema.describe import FieldSpec, Kind, describe


class Step(NamedTuple):
    """A change of one draft into the next."""

    name: str
    """``"Legs 2 › Lots"``, ``"Legs: 1 added"``, ``"Iron condor"``."""
    path: str
    """The single value that was changed, by its place; empty where more than one was, or none."""


def step_between(old: Mapping[str, Any], new: Mapping[str, Any], specs: Sequence[FieldSpec]) -> Step:
    """Answer what was changed between two drafts of a declaration whose fields are ``specs``."""
    changed = [key for key in dict.fromkeys((*old, *new)) if old.get(key) != new.get(key)]
    if not changed:
        return Step("nothing", "")
    by_name = {spec.name: spec for spec in specs}
    titles = [_title(by_name, key) for key in changed]
    if len(changed) > 1:
        return Step(f"{titles[0]} and {len(changed) - 1} more" if len(changed) > 2 else " and ".join(titles), "")
    key = changed[0]
    return _inside(titles[0], key, old.get(key), new.get(key), by_name.get(key))


def _inside(title: str, path: str, old: Any, new: Any, spec: FieldSpec | None) -> Step:
    if isinstance(old, list) and isinstance(new, list) and spec is not None and spec.kind is Kind.LIST:
        return _in_list(title, path, old, new, spec)
    if isinstance(old, Mapping) and isinstance(new, Mapping) and spec is not None:
        if old.get("type") != new.get("type"):
            return Step(title, "")
        inner = step_between(old, new, _fields(spec, new))
        return Step(f"{title} › {inner.name}", f"{path}.{inner.path}" if inner.path else "")
    is_single = not isinstance(old, list | Mapping | bool) and not isinstance(new, list | Mapping | bool)
    return Step(title, path if is_single else "")


def _in_list(title: str, path: str, old: list[Any], new: list[Any], spec: FieldSpec) -> Step:
    if len(old) != len(new):
        more = len(new) - len(old)
        return Step(f"{title}: {abs(more)} {'added' if more > 0 else 'removed'}", "")
    places = [place for place, (before, after) in enumerate(zip(old, new, strict=True)) if before != after]
    if len(places) != 1:
        return Step(f"{title}: {len(places)} changed", "")
    place = places[0]
    return _inside(f"{title} {place + 1}", f"{path}[{place}]", old[place], new[place], spec)


def _fields(spec: FieldSpec, plain: Mapping[str, Any]) -> Sequence[FieldSpec]:
    """Answer the fields of a group or of the shape that plain data is of."""
    for variant in spec.variants:
        tag = getattr(getattr(variant, "__struct_config__", None), "tag", None)
        if len(spec.variants) == 1 or tag == plain.get("type"):
            return describe(variant)
    return ()


def _title(by_name: Mapping[str, FieldSpec], key: str) -> str:
    return by_name[key].ask.title if key in by_name else key.replace("_", " ")


def is_typing(before: Step, now: Step, old: Mapping[str, Any], new: Mapping[str, Any]) -> bool:
    """Say whether a change goes on typing into the field of the change before: a letter more or less at the end."""
    if not now.path or now.path != before.path:
        return False
    was, becomes = _value_at(old, now.path), _value_at(new, now.path)
    longer, shorter = (was, becomes) if len(was) > len(becomes) else (becomes, was)
    return len(longer) == len(shorter) + 1 and longer.startswith(shorter)


def _value_at(data: Any, path: str) -> str:
    for step in path.replace("[", ".").replace("]", "").split("."):
        data = data[int(step)] if isinstance(data, list) else data.get(step)
    return "" if data is None else str(data)
