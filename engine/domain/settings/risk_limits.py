"""The account's limits, checked before every order."""

from decimal import Decimal
from typing import Annotated

from engine.schema.declared import Declared
from engine.schema.field import ask


class RiskLimits(Declared, frozen=True, kw_only=True):
    """Risk limits."""

    lots_per_order: Annotated[
        int, ask("Lots per order", "Larger single orders are refused.", unit="lots", ge=1, le=10_000)
    ] = 500
    lots_per_position: Annotated[
        int, ask("Lots per contract", "Larger positions in one contract are refused.", unit="lots", ge=1, le=100_000)
    ] = 2_000
    most_notional: Annotated[
        Decimal | None,
        ask(
            "Most notional",
            "Strike (of futures their price) times quantity of all that is open in the account; openings beyond it "
            "are refused. Off: no limit.",
            unit="₹",
            gt=0,
        ),
    ] = None
    price_band: Annotated[
        Decimal,
        ask("Price band", "Limits further from the market than this are refused.", unit="%", gt=0, le=100),
    ] = Decimal(40)
    price_band_floor: Annotated[
        Decimal, ask("Price band, at least", "The band of cheap options.", unit="₹", ge=0, le=1_000)
    ] = Decimal(20)
    orders_per_second: Annotated[
        int, ask("Orders per second", "The exchange's unregistered limit is 10; exits go first.", ge=1, le=10)
    ] = 8
    priced_anew_after: Annotated[
        Decimal,
        ask(
            "Price anew after",
            "An order that waits longer for its turn leaves at a fresh price and not at that of its decision.",
            unit="s",
            ge=Decimal("0.1"),
            le=60,
        ),
    ] = Decimal(1)
    orders_per_day: Annotated[
        int, ask("Orders per day", "Openings beyond this are refused; exits never are.", ge=1, le=100_000)
    ] = 3_000
    daily_loss: Annotated[
        Decimal | None,
        ask("Max loss of the day", "This loss of the account closes everything until the next day.", unit="₹", gt=0),
    ] = None
    engine_late_after: Annotated[
        int,
        ask(
            "Engine late after",
            "An engine that is late by more raises an alarm; that of the default account counts.",
            unit="s",
            ge=1,
            le=60,
        ),
    ] = 2
    check_margin: Annotated[bool, ask("Check margin", "Refuse openings that the funds do not cover.")] = True
