"""Portfolio documents: read, written, refused with sentences."""

import re
from decimal import Decimal

import pytest

from engine.domain.multileg.documents import VERSION, portfolio_from_toml, portfolio_to_toml
from engine.domain.multileg.stop import CombinedLoss
from engine.schema.documents import LARGEST_DOCUMENT, DocumentError

GOOD = """
schema = 1
name = "Straddle"
stop = { type = "loss", amount = 4500.5 }
[[legs]]
kind = "CE"
[[legs]]
kind = "PE"
lots = 2
"""


def test_fractions_are_read_exactly():
    portfolio = portfolio_from_toml(GOOD)

    assert portfolio.stop == CombinedLoss(amount=Decimal("4500.5"))
    assert [leg.lots for leg in portfolio.legs] == [1, 2]


def test_a_written_document_begins_with_its_version_and_reads_back_equal():
    portfolio = portfolio_from_toml(GOOD)

    text = portfolio_to_toml(portfolio)

    assert text.splitlines()[0] == f"schema = {VERSION}"
    assert portfolio_from_toml(text) == portfolio


def test_every_wrong_field_is_named_at_once():
    text = GOOD.replace("lots = 2", 'lots = -1\nside = "HOLD"').replace("Straddle", "a|b") + "[typo]\n"

    with pytest.raises(DocumentError) as caught:
        portfolio_from_toml(text)

    assert [error.path for error in caught.value.errors] == ["typo", "name", "legs[1].side", "legs[1].lots"]


def test_a_syntax_error_is_told_with_its_line_and_column():
    with pytest.raises(DocumentError, match=r"not TOML: .*line 2, column 9"):
        portfolio_from_toml('name = "a"\nlegs = [}')


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("x = " + "[" * 100_000, "nested far deeper than any portfolio"),
        ("x = " + "9" * 5_000, "a number that is beyond any sensible size"),
        ("x = 1e99999999999999999999", "a number that is beyond any sensible size"),
        ("x = 0x" + "f" * 9_000, "there is no such field"),
        ("schema = 0x" + "f" * 9_000, "schema: this document has version a huge number, newer than"),
        ("schema = -0x" + "f" * 0 + "1", "not TOML"),
        ("schema = true", "schema must be a whole number"),
        (GOOD.replace("lots = 2", "lots = 0x" + "f" * 9_000), "legs[1].lots: Lots is beyond any sensible size"),
        (GOOD.replace("4500.5", "1e999999"), "stop.amount: Loss is beyond any sensible size"),
        (GOOD.replace("4500.5", "nan"), "stop.amount: Loss is beyond any sensible size"),
        (GOOD.replace("4500.5", "1e-999999"), "stop.amount: Loss must have at most four decimals"),
        (GOOD.replace('type = "loss"', "type = []"), "Combined stop needs a type, one of loss, premium"),
        (GOOD.replace("Straddle", "\\u0000"), "name: Name has a character that cannot be stored"),
        ("a\x00b", "not TOML"),
        ("schema = 2" + GOOD.replace("schema = 1", ""), "newer than this Legwork reads (1); update Legwork"),
        ("#" * (LARGEST_DOCUMENT + 1), "larger than 1,024 KiB"),
        ("", "name: Name must be given"),
    ],
    ids=range(17),
)
def test_hostile_text_gets_a_sentence(text, sentence):
    with pytest.raises(DocumentError, match=re.escape(sentence)):
        portfolio_from_toml(text)


def test_a_thousand_errors_are_told_in_twenty_lines():
    with pytest.raises(DocumentError) as caught:
        portfolio_from_toml("\n".join(f"x{index} = 1" for index in range(1_000)))

    lines = str(caught.value).splitlines()
    assert len(lines) == 21
    assert lines[-1] == "and 982 more"
    assert len(caught.value.errors) == 1_002
