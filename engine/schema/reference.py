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
    if describe(declaration):
        lines += ["| Field | Key | Value | Default | Meaning |", "|---|---|---|---|---|"]
        lines += list(_rows(declaration))
    else:
        lines.append("No fields.")
    return "\n".join(lines) + "\n"


def _rows(declaration: type[Declared]) -> Iterator[str]:
    for spec in describe(declaration):
        default = "must be given" if spec.required else shown(spec.default, spec)
        cells = (spec.ask.title, f"`{spec.name}`", _value(spec), default, spec.ask.help)
        yield "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _value(spec: FieldSpec) -> str:
    words = {Kind.CHOICE: "", Kind.CHOICES: "several of ", Kind.VARIANT: "one of ", Kind.LIST: "list of "}
    text = words.get(spec.kind, spec.kind.value)
    if spec.choices:
        text += ", ".join(str(member.value) for member in spec.choices)
    elif spec.kind in (Kind.VARIANT, Kind.LIST, Kind.GROUP):
        named = [f"`{variant_tag(v)}`" if spec.kind is Kind.VARIANT else title_of(v) for v in spec.variants]
        text = text.replace("group", "") + ", ".join(named)
    asked = spec.ask
    bounds = [f"≥ {asked.ge}" if asked.ge is not None else "", f"> {asked.gt}" if asked.gt is not None else ""]
    bounds.append(f"≤ {asked.le}" if asked.le is not None else "")
    text = " ".join(part for part in (text, asked.unit, *bounds) if part)
    return f"{text}, or off" if spec.optional else text
