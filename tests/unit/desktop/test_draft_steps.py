"""What a change of the draft was about, and how it differs from what runs, in the trader's words."""

from desktop.viewmodels.draft_changes import Change, place_words, split
from desktop.viewmodels.draft_steps import step_between
from engine.domain.multileg.portfolio import MultilegPortfolio
from engine.schema.describe import describe

FIELDS = describe(MultilegPortfolio)
LEG = {"side": "SELL", "kind": "CE", "strike": {"type": "atm", "steps": 0}, "lots": 1}
DRAFT = {"name": "One", "legs": [LEG, LEG]}


def name_of(**changed):
    return step_between(DRAFT, {**DRAFT, **changed}, FIELDS).name


def test_a_step_is_named_by_the_field_that_was_changed():
    assert name_of(name="Two") == "Name"
    assert name_of(legs=[LEG, {**LEG, "lots": 3}]) == "Legs 2 › Lots"
    assert name_of(legs=[LEG, {**LEG, "strike": {"type": "atm", "steps": 4}}]) == "Legs 2 › Strike › Steps"
    assert name_of(legs=[LEG]) == "Legs: 1 removed"
    assert name_of(legs=[LEG, LEG, LEG]) == "Legs: 1 added"
    assert name_of(stop={"type": "loss", "amount": "5"}) == "Combined stop"
    assert name_of(name="Two", underlying="BANKNIFTY", remarks="x").endswith("and 2 more")


def test_lines_of_a_difference_have_three_parts():
    found = split(["Legs 2 › Lots: 1 → 2", "Legs: 1 added", "Legs 1 › Strike › Fixed strike → ATM ± steps"])

    assert found == (
        Change("Legs 2 › Lots", "1", "2"),
        Change("Legs", "", "1 added"),
        Change("Legs 1 › Strike", "Fixed strike", "ATM ± steps"),
    )


def test_places_are_named_in_the_traders_words():
    assert place_words("legs[1].side") == "Legs 2 › Side"
    assert place_words("tag") == "Strategy tag"
    assert place_words("schedule.start").startswith("Schedule ›")
    assert place_words("no_such_field") == "no_such_field"
