"""Every field of a portfolio stands on one of the eleven tabs, and choosers stay readable."""

from engine.domain.multileg.portfolio import MultilegPortfolio
from engine.domain.multileg.tabs import TABS
from engine.schema.declared import Declared
from engine.schema.describe import Kind, describe, title_of, variant_tag

LONGEST_TITLE = 36
"""Letters of an entry of a chooser; longer ones are clipped in a narrow panel."""


def declarations() -> list[type[Declared]]:
    """Every declaration that a portfolio can hold."""
    found: list[type[Declared]] = []
    waiting: list[type[Declared]] = [MultilegPortfolio]
    while waiting:
        current = waiting.pop(0)
        if current not in found:
            found.append(current)
            waiting += [inner for spec in describe(current) for inner in spec.variants]
    return found


def test_every_field_stands_on_one_of_the_eleven_tabs():
    assert len(TABS) == 11
    assert [spec.name for spec in describe(MultilegPortfolio) if spec.ask.group not in TABS] == []


def test_every_tab_has_fields():
    assert set(TABS) == {spec.ask.group for spec in describe(MultilegPortfolio)}


def test_titles_in_choosers_are_short():
    variants = {
        variant
        for one in declarations()
        for spec in describe(one)
        if len(spec.variants) > 1
        for variant in spec.variants
    }

    assert [title_of(one) for one in variants if len(title_of(one)) > LONGEST_TITLE] == []


def test_titles_of_fields_are_short_and_helps_are_sentences():
    specs = [spec for one in declarations() for spec in describe(one)]

    assert [spec.ask.title for spec in specs if len(spec.ask.title) > LONGEST_TITLE] == []
    assert [spec.ask.help for spec in specs if not spec.ask.help.endswith(".")] == []


def test_every_variant_of_a_chooser_has_a_tag_of_its_own():
    for one in declarations():
        for spec in describe(one):
            if spec.kind in (Kind.VARIANT, Kind.LIST) and len(spec.variants) > 1:
                tags = [variant_tag(variant) for variant in spec.variants]
                assert len(set(tags)) == len(tags), f"{one.__name__}.{spec.name}"
