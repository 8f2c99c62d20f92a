"""What a declaration says about its fields."""

from typing import Annotated

import pytest

from engine.schema.declared import Declared
from engine.schema.describe import Kind, describe, title_of, variant_tag
from engine.schema.field import ask
from tests.unit.schema.garden import Colour, Garden, Plant, Round, Square


def test_every_shape_is_recognised():
    kinds = {spec.name: (spec.kind, spec.optional, spec.required) for spec in describe(Garden)}

    assert kinds == {
        "name": (Kind.TEXT, False, True),
        "open": (Kind.SWITCH, False, False),
        "since": (Kind.DATE, True, False),
        "bed": (Kind.VARIANT, False, False),
        "pond": (Kind.VARIANT, True, False),
        "plants": (Kind.LIST, False, False),
        "colours": (Kind.CHOICES, False, False),
        "water": (Kind.GROUP, True, False),
        "fence": (Kind.DECIMAL, True, False),
    }


def test_choices_and_variants_are_named():
    specs = {spec.name: spec for spec in describe(Garden)}

    assert specs["bed"].variants == (Round, Square)
    assert specs["plants"].variants == (Plant,)
    assert specs["colours"].choices is Colour
    assert (variant_tag(Round), title_of(Plant)) == ("round", "Plant")


def test_a_field_that_says_nothing_is_our_mistake():
    class Silent(Declared, frozen=True, kw_only=True):
        count: int = 1

    class Strange(Declared, frozen=True, kw_only=True):
        table: Annotated[dict[str, int], ask("Table", "A table.")]

    class Noted(Declared, frozen=True, kw_only=True):
        count: Annotated[int, "no ask"] = 1

    for declaration, sentence in ((Silent, "has no ask"), (Noted, "has no ask"), (Strange, "no form can show")):
        with pytest.raises(TypeError, match=sentence):
            describe(declaration)
