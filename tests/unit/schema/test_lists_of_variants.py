"""Lists whose items are each one of several declarations, also of the kind that holds the list."""

from typing import Annotated

from engine.schema.declared import Declared
from engine.schema.diff import diff
from engine.schema.field import ask
from engine.schema.load import dump, load, problems
from engine.schema.reference import field_reference


class Spade(Declared, frozen=True, kw_only=True, tag="spade"):
    """Spade."""

    width: Annotated[int, ask("Width", "Of its blade.", ge=1)] = 20


class Rake(Declared, frozen=True, kw_only=True, tag="rake"):
    """Rake."""


class Shed(Declared, frozen=True, kw_only=True):
    """Shed."""

    tools: Annotated[tuple[Spade | Rake, ...], ask("Tools", "What hangs there.", le=3)] = ()


def test_a_list_holds_declarations_of_several_kinds():
    plain = {"tools": [{"type": "spade", "width": 30}, {"type": "rake"}]}

    shed = load(plain, Shed)

    assert shed == Shed(tools=(Spade(width=30), Rake()))
    assert dump(shed) == plain


def test_a_wrong_item_of_several_kinds_is_named_by_its_place():
    errors = problems({"tools": ["rake", {"type": "saw"}, {"type": "spade", "width": 0}]}, Shed)

    assert [error.path for error in errors] == ["tools[1]", "tools[2].width"]
    assert "one of spade or rake" in errors[0].reason


def test_an_item_of_another_kind_is_told_as_a_change():
    lines = diff(Shed(tools=(Spade(), Spade())), Shed(tools=(Rake(), Spade(width=5))))

    assert lines == ["Tools 1 › Spade → Rake", "Tools 2 › Width: 20 → 5"]


class Both(Declared, frozen=True, kw_only=True, tag="both"):
    """Both."""

    of: Annotated["tuple[Leaf | Both, ...]", ask("Of", "Every one must hold.", ge=1)]


class Leaf(Declared, frozen=True, kw_only=True, tag="leaf"):
    """Leaf."""

    level: Annotated[int, ask("Level", "What it must reach.")] = 0


def test_a_tree_of_its_own_kind_is_loaded_and_given_back():
    plain = {"of": [{"type": "leaf", "level": 3}, {"type": "both", "of": [{"type": "leaf", "level": 1}]}]}

    tree = load(plain, Both)

    assert tree == Both(of=(Leaf(level=3), Both(of=(Leaf(level=1),))))
    assert dump(tree) == plain


def test_help_names_every_kind_of_item():
    assert "list, each one of `spade`, `rake`, at most 3" in field_reference(Shed, "Shed")
