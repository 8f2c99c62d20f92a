"""A small declaration with every shape of field, for the tests of the schema."""

from collections.abc import Iterator
from datetime import date, time
from decimal import Decimal
from enum import Enum
from typing import Annotated

from engine.schema.declared import Declared
from engine.schema.field import ask
from engine.schema.load import FieldError


class Colour(Enum):
    RED = "red"
    BLUE = "blue"


class Round(Declared, frozen=True, kw_only=True, tag="round"):
    """Round bed."""

    radius: Annotated[Decimal, ask("Radius", "Half its width.", unit="m", gt=0, le=100)]


class Square(Declared, frozen=True, kw_only=True, tag="square"):
    """Square bed."""


class Plant(Declared, frozen=True, kw_only=True):
    """Plant.

    One kind of plant.
    """

    count: Annotated[int, ask("Count", "How many.", unit="plants", ge=1, le=9)] = 1
    colour: Annotated[Colour, ask("Colour", "Of its flowers.")] = Colour.RED


class Water(Declared, frozen=True, kw_only=True):
    """Watering."""

    at: Annotated[time, ask("At", "Time of day.")] = time(6)
    litres: Annotated[Decimal, ask("Litres", "How much.", unit="l", ge=0)]

    def check(self) -> Iterator[FieldError]:
        """Refuse a flood."""
        if self.litres > 1000:
            yield FieldError("litres", "Litres would drown everything")


class Garden(Declared, frozen=True, kw_only=True):
    """Garden."""

    name: Annotated[str, ask("Name", "Its name.", group="Garden", ge=1, le=10, pattern="[a-z ]+", pattern_says="no!")]
    open: Annotated[bool, ask("Open", "Whether one may enter.", group="Garden")] = True
    since: Annotated[date | None, ask("Since", "When it was laid out.", group="Garden")] = None
    bed: Annotated[Round | Square, ask("Bed", "The shape of its bed.", group="Beds")] = Square()
    pond: Annotated[Round | Square | None, ask("Pond", "The shape of its pond.", group="Beds")] = None
    plants: Annotated[tuple[Plant, ...], ask("Plants", "What grows.", group="Beds", le=3)] = ()
    colours: Annotated[tuple[Colour, ...], ask("Colours", "Wanted colours.", group="Beds")] = (Colour.RED,)
    water: Annotated[Water | None, ask("Water", "When it is watered.", group="Care")] = None
    fence: Annotated[Decimal | None, ask("Fence", "Its height.", unit="m", group="Care", gt=0)] = Decimal("1.5")

    def check(self) -> Iterator[FieldError]:
        """Refuse a locked garden that is watered."""
        if self.water and not self.open:
            yield FieldError("", "a closed garden cannot be watered")
