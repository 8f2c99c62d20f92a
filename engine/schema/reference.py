"""The field reference in Markdown, written from the declarations."""

from collections.abc import Callable, Iterator

import msgspec

from engine.schema.declared import Declared
from engine.schema.describe import FieldSpec, Kind, describe, title_of, variant_tag
from engine.schema.diff import shown

Link = Callable[[type[Declared]], str]
"""Answers where the section of a declaration is found."""


class Section(msgspec.Struct, frozen=True, kw_only=True):
    """The part of a reference that tells the fields of one declaration."""

    declaration: type[Declared]
    title: str
    text: str


def field_reference(declaration: type[Declared], heading: str) -> str:
    """Answer a Help page: a table of every field of a declaration and of everything inside it."""
    return "\n".join([f"# {heading}\n", *(section.text for section in reference_sections(declaration))])


def reference_sections(declaration: type[Declared], link: Link | None = None) -> list[Section]:
    """Answer the section of a declaration and of everything inside it, outer ones first.

    With ``link`` the fields that hold other declarations lead to their sections.
    """
    sections: list[Section] = []
    waiting, written = [declaration], set[type[Declared]]()
    while waiting:
        current = waiting.pop(0)
        if current in written:
            continue
        written.add(current)
        sections.append(Section(declaration=current, title=title_of(current), text=_section(current, link)))
        waiting.extend(inner for spec in describe(current) for inner in spec.variants)
    return sections


def _section(declaration: type[Declared], link: Link | None) -> str:
    tag = declaration.__struct_config__.tag
    name = f' (`type = "{tag}"`)' if tag else ""
    lines = [f"## {title_of(declaration)}{name}\n"]
    if more := _rest_of_docstring(declaration):
        lines.append(f"{more}\n")
    if describe(declaration):
        lines += ["| Field | Key | Value | Default | Meaning |", "|---|---|---|---|---|"]
        lines += list(_rows(declaration, link))
    else:
        lines.append("No fields.")
    return "\n".join(lines) + "\n"


def _rest_of_docstring(declaration: type[Declared]) -> str:
    _, _, rest = (declaration.__doc__ or "").strip().partition("\n")
    return " ".join(rest.split()).replace("``", "`")


def _rows(declaration: type[Declared], link: Link | None) -> Iterator[str]:
    for spec in describe(declaration):
        cells = (spec.ask.title, f"`{spec.name}`", _value(spec, link), _default(spec), spec.ask.help)
        yield "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _default(spec: FieldSpec) -> str:
    if spec.required:
        return "must be given"
    if spec.kind is Kind.GROUP and spec.default is not None:
        return "as below"
    if spec.kind is Kind.CHOICE and spec.default is not None:
        return f"`{spec.default.value}`"
    if spec.kind is Kind.SWITCH:
        return "`true`" if spec.default else "`false`"
    return shown(spec.default, spec) or "empty"


def _value(spec: FieldSpec, link: Link | None = None) -> str:
    match spec.kind:
        case Kind.CHOICE | Kind.CHOICES:
            lead = "several of " if spec.kind is Kind.CHOICES else ""
            text = lead + ", ".join(f"`{member.value}`" for member in spec.choices or ())
        case Kind.VARIANT:
            text = "one of " + ", ".join(_named(variant, link) for variant in spec.variants)
        case Kind.GROUP:
            text = f"fields of {_quoted(spec.variants[0], link)}"
        case Kind.LIST:
            text = ", ".join(part for part in (_items(spec, link), _bounds(spec)) if part)
        case Kind.TEXT:
            text = ", ".join(part for part in ("text", _bounds(spec, "characters")) if part)
        case Kind.SWITCH:
            text = "`true` or `false`"
        case _:
            text = ", ".join(part for part in (spec.kind.value, _bounds(spec, spec.ask.unit)) if part)
    return f"{text}, or `off`" if spec.optional else text


def _items(spec: FieldSpec, link: Link | None) -> str:
    if len(spec.variants) == 1:
        return f"list of {_quoted(spec.variants[0], link)}"
    return "list, each one of " + ", ".join(_named(variant, link) for variant in spec.variants)


def _named(variant: type[Declared], link: Link | None) -> str:
    return f"`{variant_tag(variant)}`" if link is None else f"[{title_of(variant)}]({link(variant)})"


def _quoted(inner: type[Declared], link: Link | None) -> str:
    return f"“{title_of(inner)}”" if link is None else f"[{title_of(inner)}]({link(inner)})"


def _bounds(spec: FieldSpec, unit: str = "") -> str:
    asked = spec.ask
    low = f"from {asked.ge}" if asked.ge is not None else f"above {asked.gt}" if asked.gt is not None else ""
    high = f"at most {asked.le}" if asked.le is not None else ""
    if asked.ge is not None and asked.le is not None:
        low, high = f"{asked.ge} to {asked.le}", ""
    limits = " and ".join(part for part in (low, high) if part)
    return f"{limits} {unit}".strip() if limits else f"in {unit}" if unit else ""
