"""`legwork charges`: the exact charges of orders, by component."""

import re
from collections.abc import Callable
from datetime import date
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from enum import StrEnum
from typing import Annotated, Any, NamedTuple

import typer

from desktop.commands.contracts import parsed_date
from desktop.commands.leaving import print_json, sentences
from desktop.commands.options import AsJson
from desktop.composition.failures import MisuseError
from engine.domain.charges import Brokerage, ChargeRates, Charges, contract_note, exercise_charges, order_charges, total
from engine.domain.instrument import Exchange, Kind
from engine.domain.market_rules import MarketRules
from engine.domain.money import Money, price_of, unit_text
from engine.domain.order import Side

_ORDER = re.compile(
    r"(?P<side>buy|sell|exercise):(?P<quantity>\d{1,9})@(?P<price>\d{1,9}(?:\.\d{1,4})?)", re.ASCII | re.IGNORECASE
)
_COMPONENTS = ("brokerage", "transaction", "ipft", "stt", "sebi", "stamp", "gst")
_PAISA = Decimal("0.01")


class Traded(StrEnum):
    """What the orders trade, as it is typed."""

    OPTION = "option"
    FUTURE = "future"
    SHARE = "share"


_KINDS = {Traded.OPTION: Kind.CALL, Traded.FUTURE: Kind.FUTURE, Traded.SHARE: Kind.EQUITY}


class ChargedOrder(NamedTuple):
    """One order as it was typed; ``side`` is None for a bought option that expires in the money."""

    text: str
    side: Side | None
    value: Money


def register(app: typer.Typer, rules: Callable[[], MarketRules], today: Callable[[], date]) -> None:
    """Add the command ``charges`` to ``app``; ``rules`` and ``today`` are asked when it runs."""

    @app.command("charges")
    def charges(
        orders: Annotated[
            list[str],
            typer.Argument(
                metavar="ORDER...", help="sell:130@120.00, buy:130@90, or exercise:65@150 (quantity@intrinsic value)."
            ),
        ],
        on: Annotated[
            str | None, typer.Option("--on", metavar="DATE", help="Like 2026-08-18; today without it.")
        ] = None,
        exchange: Annotated[Exchange, typer.Option("--exchange", help="Where the orders go.")] = Exchange.NFO,
        kind: Annotated[Traded, typer.Option("--kind", help="What they trade.")] = Traded.OPTION,
        brokerage: Annotated[
            str | None,
            typer.Option("--brokerage", metavar="₹", help="The broker's fee per order, if not the usual one."),
        ] = None,
        as_json: AsJson = False,
    ) -> None:
        """Show the exact charges of executed orders on a date, and what a contract note of the day would say."""
        with sentences(as_json=as_json):
            day = parsed_date(on) if on else today()
            rates = rules().charge_rates(exchange, _KINDS[kind], day)
            # The last rates would seem to hold for ever; beyond the calendar nothing is known any more.
            rules().trading_day(exchange, day)
            document = _charged_or_refused(rates, orders, brokerage)
        if as_json:
            print_json(document)
        else:
            typer.echo(charges_text(document))


def _charged_or_refused(rates: ChargeRates, orders: list[str], brokerage: str | None) -> dict[str, Any]:
    """Answer the document of orders as they were typed. Raises MisuseError."""
    try:
        return charges_document(rates, [parsed_order(order) for order in orders], plan(brokerage))
    except ValueError as refusal:
        raise MisuseError(str(refusal)) from refusal


def plan(flat: str | None) -> Brokerage | None:
    """Answer a broker's flat fee per order written in ₹; None where none is given. Raises ValueError."""
    if flat is None:
        return None
    try:
        fee = Decimal(flat)
    except InvalidOperation:
        raise ValueError(f"{flat!r} is not an amount in ₹; write the brokerage like 20 or 15.50") from None
    if not (fee.is_finite() and 0 <= fee <= 1_000_000 and fee == fee.quantize(Decimal("0.0001"))):
        raise ValueError(f"A brokerage of {flat} is impossible; it is from 0 to 1000000 ₹ with at most four decimals")
    return Brokerage(flat=fee)


def parsed_order(text: str) -> ChargedOrder:
    """Answer an order typed like ``sell:130@120.00``. Raises ValueError with a sentence."""
    found = _ORDER.fullmatch(text)
    if found is None:
        raise ValueError(f"{text!r} is not an order; write it like sell:130@120.00, buy:130@90 or exercise:65@150")
    if not int(found["quantity"]) or not price_of(found["price"]):
        raise ValueError(f"{text!r} trades nothing: quantity and price are above 0, as in sell:130@120.00")
    side = None if found["side"].lower() == "exercise" else Side(found["side"].upper())
    return ChargedOrder(text, side, Money(price_of(found["price"]) * int(found["quantity"])))


def charges_document(rates: ChargeRates, orders: list[ChargedOrder], brokerage: Brokerage | None) -> dict[str, Any]:
    """Answer the exact charges of orders as plain values, amounts as decimal strings in ₹. Raises ValueError."""
    charged = [_charged(rates, order, brokerage) for order in orders]
    return {
        "rates_from": rates.since.isoformat(),
        "confirmed": rates.confirmed,
        "source": rates.source,
        "orders": [
            {"order": order.text, "value": unit_text(order.value), **_amounts(exact)}
            for order, exact in zip(orders, charged, strict=True)
        ],
        "total": _amounts(total(charged)),
        "contract_note": _amounts(contract_note(charged)),
    }


def _charged(rates: ChargeRates, order: ChargedOrder, brokerage: Brokerage | None) -> Charges:
    if order.side is None:
        return exercise_charges(rates, order.value)
    return order_charges(rates, order.side, order.value, brokerage)


def _amounts(charges: Charges) -> dict[str, str]:
    exact = {name: f"{getattr(charges, name):f}" for name in _COMPONENTS}
    return {**exact, "exact": f"{charges.total:f}", "shown": charges.total_text()}


def charges_text(document: dict[str, Any]) -> str:
    """Answer the document of ``charges_document`` as lines for a person, amounts to the paisa."""
    rows = [(order["order"], order) for order in document["orders"]]
    rows += [("total", document["total"]), ("contract note", document["contract_note"])]
    width = max(len(name) for name, _ in rows)
    head = " " * width + "".join(f"{name:>13}" for name in (*_COMPONENTS, "total"))
    lines = [head, *(f"{name:{width}}{_cells(amounts)}" for name, amounts in rows)]
    doubt = "" if document["confirmed"] else ", not confirmed"
    lines.append(f"rates since {document['rates_from']}{doubt}: {document['source']}")
    return "\n".join(lines)


def _cells(amounts: dict[str, str]) -> str:
    shown = [str(Decimal(amounts[name]).quantize(_PAISA, ROUND_HALF_UP)) for name in _COMPONENTS]
    return "".join(f"{cell:>13}" for cell in (*shown, amounts["shown"]))
