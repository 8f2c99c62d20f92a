"""A portfolio says in plain sentences what it does; new fields speak by themselves."""

import re
from decimal import Decimal

import pytest

from desktop.composition.folders import layout_path
from engine.domain.multileg.documents import portfolio_from_toml
from engine.domain.multileg.portfolio import MultilegPortfolio
from engine.domain.multileg.tabs import TABS
from engine.domain.multileg.templates import templates_from_toml
from engine.domain.order import Side
from engine.schema.declared import Declared, replace
from engine.schema.describe import describe
from engine.schema.load import load
from engine.views.explain import explain, explain_text, leg_sentence, phrase
from engine.views.explain_phrases import PARTS, PHRASES, SENTENCES, SWITCHES
from tests.unit.schema.garden import Garden, Plant, Round

TEMPLATES = {
    template.id: template
    for template in templates_from_toml(
        {path.name: path.read_text(encoding="utf-8") for path in layout_path("multileg").glob("*.toml")}
    )
}


def declarations() -> dict[str, type[Declared]]:
    """Every declaration that a portfolio can hold, by its name."""
    found: dict[str, type[Declared]] = {}
    waiting: list[type[Declared]] = [MultilegPortfolio]
    while waiting:
        current = waiting.pop()
        if current.__name__ not in found:
            found[current.__name__] = current
            waiting += [inner for spec in describe(current) for inner in spec.variants]
    return found


def test_the_demonstration_is_told_heading_by_heading():
    chapters = {one.title: one.sentences for one in explain(TEMPLATES["demonstration"].portfolio)}

    assert list(chapters)[:3] == ["Default portfolio", "Legs", "Execution"]
    assert "“Demonstration” trades 4 legs on NIFTY (NFO)." in chapters["Default portfolio"]
    assert chapters["Legs"][0].startswith("Leg 1: buy 2 lots of the put 10 strikes below the money")
    assert "Bought legs are filled before anything is sold." in chapters["Execution"]
    assert any("₹9,000" in sentence for sentence in chapters["Stop loss"])


def test_what_is_naked_is_said_so():
    text = explain_text(TEMPLATES["short_straddle"].portfolio)

    assert "The loss is NOT capped: up: unlimited loss; down: large (to 0) loss." in text


def test_everything_speaks_of_defaults_too():
    portfolio = TEMPLATES["iron_condor"].portfolio

    short, long = explain_text(portfolio), explain_text(portfolio, everything=True)

    assert "ATM rounding" not in short
    assert "ATM rounding: nearest." in long
    assert set(short.splitlines()) & set(long.splitlines())


def test_a_changed_default_speaks():
    portfolio = TEMPLATES["iron_condor"].portfolio
    execution = replace(portfolio.execution, hold=7)

    assert "Hold before selling: 7 s." in explain_text(replace(portfolio, execution=execution))


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        (
            {"execution": {"pricing": "stop limit", "stop_limit": {"value": "2", "unit": "points"}}},
            "until the price has gone on by 1 percent; their limit lies 2 points beyond that.",
        ),
        (
            {"range_breakout": {"of": "underlying, then each leg's premium", "leg_minutes": 5}},
            "The underlying's break chooses the strikes; then each leg's own range is built for 5 min and broken.",
        ),
    ],
    ids=["stop limit", "two ranges"],
)
def test_a_choice_that_needs_more_words_has_a_sentence_of_its_own(fields, sentence):
    told = explain_text(load({"name": "A", "legs": [{}], **fields}, MultilegPortfolio))

    assert sentence in told
    assert "Stop-limit" not in told
    assert "Leg range" not in told


def test_one_lot_is_not_lots():
    leg = replace(TEMPLATES["long_call"].portfolio.legs[0], side=Side.BUY)

    assert leg_sentence(1, leg).startswith("Leg 1: buy 1 lot of the call at the money")


def test_a_declaration_nobody_wrote_a_phrase_for_speaks_its_fields():
    bed = Round(radius=Decimal("2.50"))

    assert phrase(bed) == "round bed (radius 2.5 m)"
    assert phrase(Plant(count=1)) == "plant (count 1 plant, colour red)"
    assert "name rose" in phrase(Garden(name="rose"))


RICH = """
name = "Rich"
entry = { type = "combined_premium", price = { type = "reference", rounding = "5", adjust = "-10" } }
target = { type = "several", steps = [ { profit = "1000" }, { profit = "2500" } ] }
stop = { type = "loss and range", amount = "5000", below = "24000" }
on_stop = [ { type = "start_other", portfolio = "Other" } ]
schedule = { blackouts = [ { on = 2026-09-02, event = "RBI" } ] }
call_side = { max_loss = "3000" }
[[legs]]
strike = { type = "premium_range", low = "40", high = "60" }
expiry = "NW"
wait = { move = "-5" }
stop_loss = { distance = "25" }
on_stop = [ { type = "re_enter", times = { type = "unlimited" } }, { type = "execute_leg", leg = 2 } ]
[[legs]]
side = "BUY"
kind = "PE"
idle = true
lots = 3
strike = { type = "relative", leg = 1, steps = -4 }
[[legs]]
kind = "PE"
on_target = [ { type = "lazy", leg = { side = "BUY", kind = "CE" } } ]
"""


@pytest.mark.parametrize(
    "words",
    [
        "sell 1 lot of the call at the strike with a premium from ₹40 to ₹60, next week's expiry",
        "stop loss: 25 % of the premium; on stop: re-enter at cost without end and execute the idle leg 2",
        "idle until something executes it, then buy 3 lots of the put at the strike 4 strikes below that of leg 1",
        "on target: enter another leg: buy 1 lot of the call at the money",
        "It enters when the combined premium of the legs reaches its day open, adjusted by -10 percent",
        "No entry on: 2026-09-02 (event RBI).",
        "All calls: max loss ₹3,000.",
        "in steps: 50 % of the lots at a profit of ₹1,000 and 50 % of the lots at a profit of ₹2,500.",
        "when all legs together have lost ₹5,000 and the underlying is out of its range (below 24000",
        "On stop: start the portfolio “Other”.",
    ],
)
def test_a_rich_portfolio_is_told_in_plain_words(words):
    assert words in explain_text(portfolio_from_toml(RICH))


def test_a_secret_word_is_never_said():
    data = 'name = "x"\nentry = { type = "signal", token = "sesame-open-1" }\n[[legs]]\n'

    assert "sesame" not in explain_text(portfolio_from_toml(data), everything=True)


def test_headings_stand_in_the_order_of_the_tabs():
    titles = [chapter.title for chapter in explain(portfolio_from_toml(RICH), everything=True)]

    assert titles == [title for title in TABS if title in titles]


@pytest.mark.parametrize("template_id", sorted(TEMPLATES))
def test_every_template_is_told_without_a_hole(template_id):
    text = explain_text(TEMPLATES[template_id].portfolio, everything=True)

    assert not re.search(r"[{}]|None|Decimal|<|datetime", text)
    assert all(line.strip().endswith(".") for line in text.splitlines() if line.startswith("  L"))


def test_every_phrase_belongs_to_a_declaration_and_names_its_fields():
    known = declarations()

    for name, phrases in [*((key, (text,)) for key, text in PHRASES.items()), *PARTS.items()]:
        assert name in known, name
        fields = {spec.name for spec in describe(known[name])}
        for text in phrases:
            assert set(re.findall(r"\{(\w+)\}", text)) <= fields, name


def test_every_sentence_belongs_to_a_field():
    assert SENTENCES.keys() <= {spec.name for spec in describe(MultilegPortfolio)}
    switches = {spec.name for one in declarations().values() for spec in describe(one) if spec.kind.value == "switch"}
    assert SWITCHES.keys() <= switches
