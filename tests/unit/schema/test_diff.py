"""Changes are told in the trader's words."""

import pytest

from engine.schema.diff import diff
from engine.schema.load import load
from tests.unit.schema.garden import Garden, Square


def garden(**fields) -> Garden:
    return load({"name": "a", **fields}, Garden)


@pytest.mark.parametrize(
    ("old", "new", "lines"),
    [
        ({}, {}, []),
        ({}, {"name": "b"}, ["Name: a → b"]),
        ({}, {"open": False}, ["Open: on → off"]),
        ({}, {"fence": 2}, ["Fence: 1.5 m → 2 m"]),
        ({}, {"fence": None}, ["Fence: 1.5 m → off"]),
        ({}, {"colours": []}, ["Colours: red → none"]),
        ({}, {"bed": {"type": "round", "radius": 1}}, ["Bed: Square bed → Round bed (Radius 1 m)"]),
        (
            {"bed": {"type": "round", "radius": 1}},
            {"bed": {"type": "round", "radius": 2}},
            ["Bed › Radius: 1 m → 2 m"],
        ),
        ({}, {"water": {"litres": 5}}, ["Water: off → Watering (At 06:00:00, Litres 5 l)"]),
        ({"plants": [{}]}, {"plants": [{"colour": "blue"}, {}]}, ["Plants 1 › Colour: red → blue", "Plants: 1 added"]),
        ({"plants": [{}, {}]}, {"plants": []}, ["Plants: 2 removed"]),
    ],
)
def test_one_line_per_changed_field(old, new, lines):
    assert diff(garden(**old), garden(**new)) == lines


def test_two_different_declarations_are_not_compared():
    with pytest.raises(TypeError, match="cannot compare Garden with Square"):
        diff(garden(), Square())
