"""What changed between two declarations, in the trader's words, for the audit log."""

from typing import Any

from engine.schema.declared import Declared
from engine.schema.describe import FieldSpec, Kind, describe, title_of


def diff(old: Declared, new: Declared) -> list[str]:
    """Answer one line per changed field, ``"Legs 2 › Lots: 1 → 2"``; empty where nothing changed.

    Raises TypeError where the two are of different declarations.
    """
    if type(old) is not type(new):
        raise TypeError(f"cannot compare {type(old).__name__} with {type(new).__name__}")
    lines: list[str] = []
    for spec in describe(type(old)):
        lines.extend(_changes(getattr(old, spec.name), getattr(new, spec.name), spec))
    return lines


def _changes(old: Any, new: Any, spec: FieldSpec) -> list[str]:
    title = spec.ask.title
    if old == new:
        return []
    if spec.ask.secret:
        return [f"{title}: changed"]
    if isinstance(old, Declared) and type(old) is type(new):
        return [f"{title} › {line}" for line in diff(old, new)]
    if spec.kind is Kind.LIST:
        return _list_changes(old or (), new or (), title)
    return [f"{title}: {shown(old, spec)} → {shown(new, spec)}"]


def _list_changes(old: tuple[Declared, ...], new: tuple[Declared, ...], title: str) -> list[str]:
    lines = [
        f"{title} {index} › {line}"
        for index, (before, after) in enumerate(zip(old, new, strict=False), 1)
        for line in (diff(before, after) if type(before) is type(after) else [_exchanged(before, after)])
    ]
    if len(new) > len(old):
        lines.append(f"{title}: {len(new) - len(old)} added")
    if len(old) > len(new):
        lines.append(f"{title}: {len(old) - len(new)} removed")
    return lines


def _exchanged(before: Declared, after: Declared) -> str:
    return f"{title_of(type(before))} → {title_of(type(after))}"


def shown(value: Any, spec: FieldSpec) -> str:
    """Answer a value as a line of text shows it: off for None, a variant by its title and fields."""
    if spec.ask.secret:
        return "kept secret"
    if value is None:
        return "off"
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, Declared):
        fields = (f"{inner.ask.title} {shown(getattr(value, inner.name), inner)}" for inner in describe(type(value)))
        return f"{title_of(type(value))} ({', '.join(fields)})" if describe(type(value)) else title_of(type(value))
    if spec.kind is Kind.CHOICE:
        return str(value.value)
    if spec.kind is Kind.CHOICES:
        return ", ".join(str(item.value) for item in value) or "none"
    if spec.kind is Kind.LIST:
        return f"{len(value)} items"
    return f"{value} {spec.ask.unit}" if spec.ask.unit else str(value)
