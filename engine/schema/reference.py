"""The field reference in Markdown, written from the declarations."""

from collections.abc import Iterator

from engine.schema.declared import Declared
from engine.schema.describe import FieldSpec, Kind, describe, title_of, variant_tag
from engine.schema.diff import shown


def field_reference(declaration: type[Declared], heading: str) -> str:
    """Answer a Help page: a table of every field of a declaration and of everything inside it."""
    sections = [f"# {heading}\n"]
    waiting, written = [declaration], set[type[Declared]]()
    while waiting:
        current = waiting.pop(0)
        if current in written:
            continue
        written.add(current)
        sections.append(_section(current))
        waiting.extend(inner for spec in describe(current) for inner in spec.variants)
    return "\n".join(sections)


def _section(declaration: type[Declared]) -> str:
    tag = declaration.__struct_config__.tag
    name = f' (`type = "{tag}"`)' if tag else ""
    lines = [f"## {title_of(declaration)}{name}\n"]
    if more := _rest_of_docstring(declaration):
        lines.append(f"{more}\n")
    if describe(declaration):
        lines += ["| Field | Key | Value | Default | Meaning |", "|---|---|---|---|---|"]
        lines += list(_rows(declaration))
    else:
        lines.append("No fields.")
    return "\n".join(lines) + "\n"


def _rest_of_docstring(declaration: type[Declared]) -> str:
    _, _, rest = (declaration.__doc__ or "").strip().partition("\n")
    return " ".join(rest.split()).replace("``", "`")


def _rows(declaration: type[Declared]) -> Iterator[str]:
    for spec in describe(declaration):
        cells = (spec.ask.title, f"`{spec.name}`", _value(spec), _default(spec), spec.ask.help)
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


def _value(spec: FieldSpec) -> str:
    match spec.kind:
        case Kind.CHOICE | Kind.CHOICES:
            lead = "several of " if spec.kind is Kind.CHOICES else ""
            text = lead + ", ".join(f"`{member.value}`" for member in spec.choices or ())
        case Kind.VARIANT:
            text = "one of " + ", ".join(f"`{variant_tag(variant)}`" for variant in spec.variants)
        case Kind.GROUP:
            text = f"fields of “{title_of(spec.variants[0])}”"
        case Kind.LIST:
            text = ", ".join(part for part in (_items(spec), _bounds(spec)) if part)
        case Kind.TEXT:
            text = ", ".join(part for part in ("text", _bounds(spec, "characters")) if part)
        case Kind.SWITCH:
            text = "`true` or `false`"
        case _:
            text = ", ".join(part for part in (spec.kind.value, _bounds(spec, spec.ask.unit)) if part)
    return f"{text}, or `off`" if spec.optional else text


def _items(spec: FieldSpec) -> str:
    if len(spec.variants) == 1:
        return f"list of “{title_of(spec.variants[0])}”"
    return "list, each one of " + ", ".join(f"`{variant_tag(variant)}`" for variant in spec.variants)


def _bounds(spec: FieldSpec, unit: str = "") -> str:
    asked = spec.ask
    low = f"from {asked.ge}" if asked.ge is not None else f"above {asked.gt}" if asked.gt is not None else ""
    high = f"at most {asked.le}" if asked.le is not None else ""
    if asked.ge is not None and asked.le is not None:
        low, high = f"{asked.ge} to {asked.le}", ""
    limits = " and ".join(part for part in (low, high) if part)
    return f"{limits} {unit}".strip() if limits else f"in {unit}" if unit else ""
