"""What can be set on the paper broker."""

from decimal import Decimal
from typing import Annotated

import msgspec

from brokers.simulated.price_protection import PriceProtection
from engine.domain.margin import MarginRules
from engine.schema.declared import Declared
from engine.schema.field import ask


class PaperSettings(Declared, frozen=True, kw_only=True):
    """The paper broker's account and the exchange behind it."""

    funds: Annotated[Decimal, ask("Funds", "Cash in the account at the start.", unit="₹", group="Account", ge=0)] = (
        Decimal(5_000_000)
    )
    request_latency: Annotated[
        int, ask("Request latency", "From us to the exchange.", unit="µs", group="Exchange", ge=0, le=60_000_000)
    ] = 50_000
    report_latency: Annotated[
        int, ask("Report latency", "From the exchange to us.", unit="µs", group="Exchange", ge=0, le=60_000_000)
    ] = 50_000
    answer_timeout: Annotated[
        int, ask("Answer timeout", "When an unanswered request is called unknown.", unit="µs", group="Exchange", gt=0)
    ] = 7_000_000
    slippage_ticks: Annotated[
        int,
        ask(
            "Slippage",
            "What a trade at the last price costs where the data has no bid and ask.",
            unit="ticks",
            group="Exchange",
            ge=0,
            le=100,
        ),
    ] = 1
    walks_depth: Annotated[
        bool, ask("Walk depth", "Let a large order take all five shown levels, not only the best.", group="Exchange")
    ] = False
    orders_per_second: Annotated[
        int | None,
        ask("Requests per second", "More in one calendar second are refused; off for no limit.", group="Broker", ge=1),
    ] = 10
    modifications_per_order: Annotated[
        int, ask("Changes per order", "How often one order may be modified.", group="Broker", ge=0)
    ] = 25


class PaperRules(msgspec.Struct, frozen=True, kw_only=True):
    """The exchange's and the broker's rules that age: margin rates, and the price protection where no dated one is."""

    protection: PriceProtection = PriceProtection()
    margin: MarginRules = MarginRules()
