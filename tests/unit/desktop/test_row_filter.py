"""The words of a filter: plain, of a column, left out, compared; nothing that is typed is refused."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desktop.viewmodels.row_filter import read_filter, values_of, with_values

ROW = {"status": "open · cancel asked", "side": "sell", "account": "a1", "contract": "nifty 25 aug 24500 ce"}
NUMBERS = {"qty": 130, "price": Decimal("101.05")}
FIELDS = [*ROW, *NUMBERS]


def passes(typed: str) -> bool:
    everything = " ".join([*ROW.values(), "130", "09:20:00.125"])
    return read_filter(typed, FIELDS).matches(
        lambda: everything, lambda field: ROW.get(field, str(NUMBERS.get(field))), NUMBERS.get
    )


@pytest.mark.parametrize(
    ("typed", "wanted"),
    [
        ("", True),
        ("  ", True),
        ("nifty CE", True),
        ("nifty fut", False),
        ("status:open", True),
        ("STATUS:Open Side:SELL", True),
        ("side:buy", False),
        ("side:buy,sell", True),
        ("!buy", True),
        ("!side:sell", False),
        ("!side:buy,sell", False),
        ("account:=a1", True),
        ("account:=a", False),
        ('contract:"25 aug"', True),
        ('contract:"26 aug"', False),
        ('"25 aug', True),
        ("qty:>100", True),
        ("qty:>130", False),
        ("qty:>=130 qty:<=130", True),
        ("price:<101.05", False),
        ("price:<101.06", True),
        ("qty:>1,00", True),
        ("!qty:>100", False),
        ("09:20", True),
        ("09:21", False),
        ("side:", True),
        ("status:,", True),
        ("qty:>", False),
    ],
)
def test_words_find_what_they_say(typed: str, wanted: bool) -> None:
    assert passes(typed) is wanted


def test_a_column_that_is_not_there_is_told_and_looked_for_as_it_is_written() -> None:
    found = read_filter("acount:a1", FIELDS)

    assert found.problem.startswith('There is no column "acount" here; there are account, contract,')
    assert not passes("acount:a1")


@settings(max_examples=40)
@given(st.text(max_size=60))
def test_whatever_is_typed_is_read(typed: str) -> None:
    found = read_filter(typed, FIELDS)

    assert found.matches(lambda: "", lambda _field: "", lambda _field: None) in (True, False)


def test_a_button_puts_its_word_in_and_takes_it_out_again() -> None:
    typed = with_values("nifty side:buy", "status", ["working"])
    both = with_values(typed, "status", [*values_of(typed, "status"), "complete"])
    none = with_values(both, "status", [])

    assert typed == "nifty side:buy status:working"
    assert both == "nifty side:buy status:working,complete"
    assert none == "nifty side:buy"
    assert values_of("!status:open", "status") == ()
