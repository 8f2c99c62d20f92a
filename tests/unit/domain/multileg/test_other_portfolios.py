"""Portfolios that name each other: names that nobody has, rings of starts, strategy tags that do not exist."""

from engine.domain.multileg.other_portfolios import names_others, rings, unknown_portfolios, unknown_tag
from engine.domain.multileg.portfolio import MultilegPortfolio
from engine.schema.load import load


def starting(name: str, *others: str, action: str = "execute_other") -> MultilegPortfolio:
    actions = [{"type": action, "portfolio": other} for other in others]
    return load(
        {"name": name, "legs": [{}], "on_stop": actions, "stop": {"type": "loss", "amount": 900}}, MultilegPortfolio
    )


def test_a_name_that_nobody_has_is_named():
    (error,) = unknown_portfolios(starting("A", "B", "C"), {"B"})

    assert (error.path, "'C'" in error.reason) == ("on_stop[1].portfolio", True)


def test_a_ring_is_told_beside_the_action_that_begins_it():
    known = {one.name: one for one in (starting("A", "D", "B"), starting("B", "C"), starting("C", "A"), starting("D"))}

    (caution,) = rings(known["A"], known)

    assert caution.path == "on_stop[1].portfolio"
    assert "A → B → C → A" in caution.reason
    assert rings(known["D"], known) == []


def test_squaring_another_off_makes_no_ring():
    known = {one.name: one for one in (starting("A", "B", action="square_off_other"), starting("B", "A"))}

    assert [rings(one, known) for one in known.values()] == [[], []]


def test_a_draft_counts_instead_of_what_was_saved_under_its_name():
    saved = {"A": starting("A", "B"), "B": starting("B", "A")}

    assert rings(starting("A"), saved) == []
    assert not names_others(starting("A"))


def test_a_tag_that_does_not_exist_is_an_error():
    assert [error.path for error in unknown_tag(starting("A"), ["Other"])] == ["tag"]
    assert unknown_tag(starting("A"), ["Default"]) == []
