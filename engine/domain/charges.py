"""Exact charges of one order, and their sums, by the formula of the exchanges, the state and the broker."""

from collections.abc import Iterable
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from msgspec import Struct, field
from msgspec.structs import replace

from engine.domain.dated_rules import refuse_negative
from engine.domain.instrument import Exchange, Kind
from engine.domain.money import SCALE, Money
from engine.domain.order import Side

_LARGEST_VALUE = 10**12 * SCALE
"""₹ 1 lakh crore in one order; below it every product fits the 28 digits in which Decimal is exact."""

_PAISA = Decimal("0.01")
_RUPEE = Decimal(1)
_ZERO = Decimal(0)


class Brokerage(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A broker's fee per executed order: a flat amount in ₹, or a percentage of the value where that is less."""

    flat: Decimal
    percent: Decimal | None = None

    def __post_init__(self) -> None:
        refuse_negative("brokerage", self.flat)
        refuse_negative("brokerage percentage", self.percent)

    def of(self, value: Decimal) -> Decimal:
        """Answer the fee in ₹ on an executed order of that value in ₹."""
        return self.flat if self.percent is None else min(self.flat, value * self.percent / 100)


RATE_NAMES = (
    "stt_buy",
    "stt_sell",
    "stt_exercise",
    "transaction",
    "ipft",
    "sebi",
    "stamp_buy",
    "stamp_sell",
    "gst",
)
"""The percentages of ChargeRates, in the order in which they are shown."""

NO_BROKERAGE = Brokerage(flat=_ZERO)


class ChargeRates(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is charged on an executed order, from a date on. Rates are percent of the value, GST percent of the fees."""

    exchanges: tuple[Exchange, ...]
    kinds: tuple[Kind, ...]
    since: date = field(name="from")
    brokerage: Brokerage = NO_BROKERAGE
    stt_buy: Decimal = _ZERO
    stt_sell: Decimal = _ZERO
    stt_exercise: Decimal = _ZERO
    """On the intrinsic value of a bought option that expires in the money."""
    transaction: Decimal = _ZERO
    ipft: Decimal = _ZERO
    sebi: Decimal = _ZERO
    stamp_buy: Decimal = _ZERO
    stamp_sell: Decimal = _ZERO
    gst: Decimal = _ZERO
    source: str
    confirmed: bool

    def __post_init__(self) -> None:
        for name in RATE_NAMES:
            refuse_negative(name, getattr(self, name))


class Charges(Struct, frozen=True, kw_only=True):
    """Charges in ₹ by component, exact and never rounded (ruling 15 of the executor reference)."""

    brokerage: Decimal = _ZERO
    transaction: Decimal = _ZERO
    ipft: Decimal = _ZERO
    stt: Decimal = _ZERO
    sebi: Decimal = _ZERO
    stamp: Decimal = _ZERO
    gst: Decimal = _ZERO

    @property
    def total(self) -> Decimal:
        """Answer the sum of all components in ₹, exact."""
        return self.brokerage + self.transaction + self.ipft + self.stt + self.sebi + self.stamp + self.gst

    def total_money(self) -> Money:
        """Answer the sum rounded once to 1/10,000 ₹, halves up: add exact charges first, round the sum."""
        return Money(int((self.total * SCALE).to_integral_value(ROUND_HALF_UP)))

    def total_text(self) -> str:
        """Answer the sum as shown, to the paisa: ``"164.19"``."""
        return str(self.total.quantize(_PAISA, ROUND_HALF_UP))

    def __add__(self, other: "Charges") -> "Charges":
        return Charges(
            brokerage=self.brokerage + other.brokerage,
            transaction=self.transaction + other.transaction,
            ipft=self.ipft + other.ipft,
            stt=self.stt + other.stt,
            sebi=self.sebi + other.sebi,
            stamp=self.stamp + other.stamp,
            gst=self.gst + other.gst,
        )


NO_CHARGES = Charges()


def order_charges(rates: ChargeRates, side: Side, value: Money, brokerage: Brokerage | None = None) -> Charges:
    """Answer the exact charges of one executed order.

    ``value`` is Σ price × quantity of its fills (premium for options, contract value for futures); ``brokerage`` is
    the broker's own plan, None for the plan in the rates. An order that filled nothing costs nothing. Raises ValueError
    for a negative value or one beyond any real order.
    """
    if not 0 <= value <= _LARGEST_VALUE:
        raise ValueError(f"An order of {value}/10000 ₹ cannot be charged; its value must be from 0 to ₹1 lakh crore")
    if value == 0:
        return NO_CHARGES
    amount = Decimal(value) / SCALE
    hundredth = amount / 100
    fee = (brokerage or rates.brokerage).of(amount)
    transaction = hundredth * rates.transaction
    ipft = hundredth * rates.ipft
    sebi = hundredth * rates.sebi
    return Charges(
        brokerage=fee,
        transaction=transaction,
        ipft=ipft,
        stt=hundredth * (rates.stt_buy if side is Side.BUY else rates.stt_sell),
        sebi=sebi,
        stamp=hundredth * (rates.stamp_buy if side is Side.BUY else rates.stamp_sell),
        gst=(fee + transaction + sebi + ipft) * rates.gst / 100,
    )


def exercise_charges(rates: ChargeRates, intrinsic_value: Money) -> Charges:
    """Answer the exact STT on a bought option that expires with ``intrinsic_value`` (intrinsic price × quantity)."""
    if not 0 <= intrinsic_value <= _LARGEST_VALUE:
        raise ValueError(f"An intrinsic value of {intrinsic_value}/10000 ₹ cannot be charged")
    return Charges(stt=Decimal(intrinsic_value) / SCALE * rates.stt_exercise / 100)


def total(charges: Iterable[Charges]) -> Charges:
    """Answer the exact sum of charges."""
    result = NO_CHARGES
    for item in charges:
        result += item
    return result


def contract_note(day: Iterable[Charges]) -> Charges:
    """Answer a day's charges as a contract note states them: STT and stamp duty rounded to the rupee, halves up."""
    exact = total(day)
    return replace(
        exact,
        stt=exact.stt.quantize(_RUPEE, ROUND_HALF_UP),
        stamp=exact.stamp.quantize(_RUPEE, ROUND_HALF_UP),
    )
