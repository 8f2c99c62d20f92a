"""Plain data becomes a declaration, or every error is named at once."""

import pickle
import re
from datetime import UTC, date, datetime, time
from decimal import Decimal

import pytest

from engine.schema.declared import replace
from engine.schema.describe import describe
from engine.schema.load import DeclarationError, FieldError, check_value, dump, load, plain_of, problems
from tests.unit.schema.garden import Colour, Garden, Plant, Round, Square, Water

FULL = {
    "name": " rose ",
    "open": True,
    "since": "2026-08-25",
    "bed": {"type": "round", "radius": "2.5"},
    "pond": "square",
    "plants": [{"count": "3", "colour": "blue"}, {}],
    "colours": ["blue", "red", "blue"],
    "water": {"at": "06:30", "litres": 10},
    "fence": "off",
}


def told(data) -> list[tuple[str, str]]:
    return [(error.path, error.reason) for error in problems(data, Garden)]


def test_every_shape_is_loaded():
    assert load(FULL, Garden) == Garden(
        name="rose",
        since=date(2026, 8, 25),
        bed=Round(radius=Decimal("2.5")),
        pond=Square(),
        plants=(Plant(count=3, colour=Colour.BLUE), Plant()),
        colours=(Colour.BLUE, Colour.RED),
        water=Water(at=time(6, 30), litres=Decimal(10)),
        fence=None,
    )


def test_what_was_dumped_is_loaded_equal_and_off_by_choice_differs_from_default():
    garden = load(FULL, Garden)

    plain = dump(garden)

    assert load(plain, Garden) == garden
    assert plain["fence"] == "off"
    assert "water" not in dump(load({"name": "a"}, Garden))


def test_values_of_the_right_type_are_taken_as_they_are():
    garden = load({"name": "a", "since": date(2026, 1, 1), "water": {"at": time(5), "litres": Decimal(1)}}, Garden)

    assert garden.water == Water(at=time(5), litres=Decimal(1))


def test_every_error_is_named_with_its_path():
    wrong = {
        "nane": "x",
        "plants": [{"count": 0}, {"colour": "green"}, 5],
        "bed": {"type": "round", "radius": 0},
        "water": {"at": "25:00"},
    }

    assert told(wrong) == [
        ("nane", "there is no such field; did you mean 'name'?"),
        ("name", "Name must be given"),
        ("bed.radius", "Radius must be above 0 m"),
        ("plants[0].count", "Count must be at least 1 plants"),
        ("plants[1].colour", "Colour must be red or blue, not 'green'"),
        ("plants[2]", "must be a group of fields, not 5"),
        ("water.at", "At must be a time like 09:20:00, not '25:00'"),
        ("water.litres", "Litres must be given"),
    ]


@pytest.mark.parametrize(
    ("field", "raw", "reason"),
    [
        ("name", 5, "Name must be text, not 5"),
        ("name", "", "Name must have at least 1 characters"),
        ("name", "a" * 11, "Name must have at most 10 characters"),
        ("name", "A", "no!"),
        ("name", "a\x00", "Name has a character that cannot be stored"),
        ("name", "a\ud800", "Name has a character that cannot be stored"),
        ("name", None, "Name must be given"),
        ("open", "yes", "Open must be true or false"),
        ("open", 1, "Open must be true or false"),
        (
            "since",
            datetime(2026, 1, 1, tzinfo=UTC),
            "Since must be a date like 2026-08-25, not 2026-01-01 00:00:00+00:00",
        ),
        ("since", "tomorrow", "Since must be a date like 2026-08-25, not 'tomorrow'"),
        ("bed", {}, "Bed needs a type, one of round or square; nothing was given"),
        ("bed", "oval", "Bed needs a type, one of round or square; 'oval' was given"),
        ("bed", {"type": ["round"]}, "Bed needs a type, one of round or square; a list was given"),
        ("bed", "off", "Bed needs a type, one of round or square; 'off' was given"),
        ("plants", {}, "Plants must be a list, not a group of fields"),
        ("plants", [{}] * 4, "Plants must have at most 3"),
        ("colours", "red", "Colours must be a list, not 'red'"),
        ("colours", ["green"], "Colours must be red or blue, not 'green'"),
        ("fence", "tall", "Fence must be a number, not 'tall'"),
        ("fence", True, "Fence must be a number, not True"),
        ("fence", "1e13", "Fence is beyond any sensible size"),
        ("fence", "1e999999999", "Fence is beyond any sensible size"),
        pytest.param("fence", 10**6000, "Fence is beyond any sensible size", id="huge"),
        ("fence", "nan", "Fence is beyond any sensible size"),
        ("fence", Decimal("-inf"), "Fence is beyond any sensible size"),
        ("fence", "1.00001", "Fence must have at most four decimals"),
        ("fence", "1e-999999999", "Fence must have at most four decimals"),
        ("fence", "-1", "Fence must be above 0 m"),
    ],
)
def test_one_wrong_field_has_one_sentence(field, raw, reason):
    assert told({"name": "a", field: raw}) == [(field, reason)]


def test_long_and_deep_values_are_not_repeated_in_sentences():
    deep: list = []
    for _ in range(2_000):
        deep = [deep]

    assert told({"name": deep})[0][1] == "Name must be text, not a list"
    assert len(told({"name": "a", "fence": "x" * 10_000})[0][1]) < 80


@pytest.mark.parametrize(("raw", "value"), [("1e3", "1000"), ("2.50", "2.50"), (0.1, "0.1"), ("0e-500", "0")])
def test_numbers_keep_how_they_were_typed_unless_that_is_odd(raw, value):
    garden = load({"name": "a", "water": {"litres": raw}}, Garden)

    assert str(garden.water.litres) == value


def test_cross_field_rules_are_told_where_they_belong():
    flood = {"name": "a", "water": {"litres": 1001}}
    closed = {"name": "a", "open": False, "water": {"litres": 1}}

    assert told(flood) == [("water.litres", "Litres would drown everything")]
    assert told(closed) == [("", "a closed garden cannot be watered")]


def test_type_is_a_field_of_variants_only():
    assert told({"name": "a", "type": "x"}) == [("type", "there is no such field")]
    assert load({"type": "square"}, Square) == Square()


def test_something_that_is_no_group_is_refused():
    with pytest.raises(DeclarationError, match="must be a group of fields, not 3"):
        load(3, Garden)


def test_one_field_is_checked_alone():
    count, colour = describe(Plant)

    assert check_value("4", count) == 4
    assert plain_of(Colour.RED, colour) == "red"
    with pytest.raises(DeclarationError, match=re.escape("Count must be a whole number")):
        check_value("4.5", count)


def test_an_error_moves_outward():
    assert str(FieldError("[1].lots", "x").inside("legs")) == "legs[1].lots: x"
    assert FieldError("lots", "x").inside("leg").path == "leg.lots"
    assert str(FieldError("", "x")) == "x"


def test_replace_answers_a_changed_copy():
    assert replace(Plant(), count=2) == Plant(count=2)


def test_every_contradiction_is_told_beside_wrong_fields_of_other_groups():
    wrong = {"name": "a", "open": False, "plants": [{"count": 0}], "water": {"litres": 1001}}

    assert told(wrong) == [
        ("plants[0].count", "Count must be at least 1 plants"),
        ("water.litres", "Litres would drown everything"),
        ("", "a closed garden cannot be watered"),
    ]


def test_a_rule_that_needs_a_wrong_field_waits_for_it():
    assert told({"name": "a", "open": "no", "water": {"litres": 1}}) == [("open", "Open must be true or false")]
    assert told({"open": False, "water": {"litres": 1}}) == [
        ("name", "Name must be given"),
        ("", "a closed garden cannot be watered"),
    ]


def test_errors_travel_between_processes():
    error = DeclarationError([FieldError("legs[1].lots", "too many"), FieldError("", "contradictory")])

    there = pickle.loads(pickle.dumps(error))

    assert str(there) == "legs[1].lots: too many; contradictory"
    assert [one.path for one in there.errors] == ["legs[1].lots", ""]
