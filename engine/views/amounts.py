"""Amounts and prices in sentences for a trader: grouped the Indian way, by thousand, lakh and crore."""

from engine.domain.money import paise_text, plain_text


def grouped_text(amount: int) -> str:
    """Answer an amount in ₹ with two decimals, or four where it needs them: ``"1,23,456.50"``, ``"−24.05"``."""
    return f"−{_grouped(plain_text(-amount))}" if amount < 0 else _grouped(plain_text(amount))


def rupees_text(amount: int) -> str:
    """Answer an amount in ₹ with its sign in front: ``"−₹4,472.00"``."""
    return f"−₹{_grouped(paise_text(-amount))}" if amount < 0 else f"₹{_grouped(paise_text(amount))}"


def _grouped(text: str) -> str:
    whole, point, fraction = text.partition(".")
    head, tail = whole[:-3], whole[-3:]
    pairs = [head[max(0, end - 2) : end] for end in range(len(head), 0, -2)]
    return ",".join([*reversed(pairs), tail]) + point + fraction
