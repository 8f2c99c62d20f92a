"""Leg strings: read, written, and hostile ones refused with sentences."""

from datetime import date, time
from decimal import Decimal

import pytest

from engine.domain.multileg.actions import ExecuteLeg, ReEnter, ReExecute, Unlimited, UpTo, Way
from engine.domain.multileg.expiry import CurrentWeek, FixedDate, NextWeek
from engine.domain.multileg.leg import Leg, LegKind
from engine.domain.multileg.leg_string import LONGEST, LegStringError, legs_from_string, legs_to_string
from engine.domain.multileg.stop import Basis, StopLoss
from engine.domain.multileg.strike import AtmOffset, ClosestPremium, FixedStrike
from engine.domain.multileg.target import Target
from engine.domain.multileg.waiting import WaitAndTrade, WaitBasis
from engine.domain.order import Product, Side

EXAMPLE = (
    "Strike:ATM+5|Txn:SELL|Ins:CE|Expiry:CW|Lots:2|Hedge:YES|WT:-5%|Target:Premium:10|SL:Premium:20P"
    "||Strike:ATM-5|Txn:BUY|Ins:PE|Expiry:25-Aug-2026|Lots:1"
)


def told(text: str) -> list[str]:
    with pytest.raises(LegStringError) as caught:
        legs_from_string(text)
    return caught.value.sentences


def test_the_example_of_the_grammar_is_read():
    first, second = legs_from_string(EXAMPLE)

    assert first == Leg(
        side=Side.SELL,
        kind=LegKind.CALL,
        strike=AtmOffset(steps=5),
        expiry=CurrentWeek(),
        lots=2,
        hedge_required=True,
        wait=WaitAndTrade(move=Decimal(-5), basis=WaitBasis.PREMIUM_PERCENT),
        target=Target(basis=Basis.PREMIUM_POINTS, distance=Decimal(10)),
        stop_loss=StopLoss(basis=Basis.PREMIUM_PERCENT, distance=Decimal(20)),
    )
    assert second.strike == AtmOffset(steps=-5)
    assert second.expiry == FixedDate(on=date(2026, 8, 25))


def test_what_was_read_is_written_as_it_was():
    assert legs_to_string(legs_from_string(EXAMPLE)) == (EXAMPLE, [])


def test_words_may_be_written_in_any_case_with_spaces_and_percent_signs():
    (leg,) = legs_from_string(" strike : atm - 2 | txn:sell | INS:pe | expiry:w1 | sl: underlying : 0.5% ")

    assert leg.strike == AtmOffset(steps=-2)
    assert leg.expiry == NextWeek()
    assert leg.stop_loss == StopLoss(basis=Basis.UNDERLYING_PERCENT, distance=Decimal("0.5"))


def test_our_own_keys_say_idle_legs_times_and_actions():
    text = (
        "Strike:ATM|Txn:SELL|Ins:CE|Lots:1|Idle:YES|Start:09:45:00"
        "|OnTgt:RE_EXECUTE*UNLIMITED|OnSL:RE_ENTER-REVERSED*2+EXECUTE_LEG:4"
    )

    (leg,) = legs_from_string(text)

    assert (leg.idle, leg.start) == (True, time(9, 45))
    assert leg.on_target == (ReExecute(times=Unlimited()),)
    assert leg.on_stop == (ReEnter(times=UpTo(times=2), way=Way.REVERSED), ExecuteLeg(leg=4))
    assert legs_to_string([leg]) == (text, [])


@pytest.mark.parametrize(
    ("said", "basis", "distance"),
    [
        ("AbsolutePremium:140", Basis.PREMIUM_PRICE, 140),
        ("Strike:0", Basis.STRIKE, 0),
        ("Delta:0.45", Basis.DELTA, "0.45"),
        ("Theta:4", Basis.THETA, 4),  # a stop of a bought leg
        ("Underlying:0.5P", Basis.UNDERLYING_PERCENT, "0.5"),
    ],
)
def test_every_type_of_stop_is_read_and_written(said, basis, distance):
    (leg,) = legs_from_string(f"Txn:{'BUY' if basis is Basis.THETA else 'SELL'}|Ins:CE|SL:{said}")

    assert leg.stop_loss == StopLoss(basis=basis, distance=Decimal(distance))
    assert legs_to_string([leg])[0].endswith(f"|SL:{said}")


def test_a_leg_without_lots_takes_the_default():
    (leg,) = legs_from_string("Txn:BUY|Ins:CE|Strike:24850", default_lots=4)

    assert (leg.lots, leg.strike) == (4, FixedStrike(strike=Decimal(24_850)))


def test_a_distance_of_zero_means_off():
    (leg,) = legs_from_string("Txn:BUY|Ins:CE|SL:Premium:0|Target:Premium:0P")

    assert (leg.stop_loss, leg.target) == (None, None)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "leg 1, an empty field: there is no such key; allowed are Strike, Txn, Ins, Expiry, Lots"),
        ("Ins:CE", "leg 1, Txn: it is missing; allowed is BUY or SELL"),
        (EXAMPLE + "||", "leg 3, an empty field: there is no such key"),
        ("Txn:SELL|Ins:CE|Colour:red", "leg 1, “Colour”: there is no such key"),
        ("Txn:SELL|Ins:CE|Lots", "leg 1, Lots: it has no value; allowed is a whole number from 0 to 999"),
        ("Txn:SELL|Ins:CE|Lots:2|lots:3", "leg 1, Lots: it is said twice"),
        ("Txn:SELL|Ins:CE|Lots:1e3", "leg 1, Lots: “1e3” is not allowed"),
        ("Txn:SELL|Ins:CE|Lots:1000", "leg 1, Lots: Lots must be at most 999 lots"),
        ("Txn:SELL|Ins:CE|Lots:٣", "leg 1, Lots: “٣” is not allowed"),
        ("Txn:HOLD|Ins:CE", "leg 1, Txn: “HOLD” is not allowed; allowed is BUY or SELL"),
        ("Txn:SELL|Ins:CE|Strike:ATM+200", "leg 1, Strike: Steps must be at most 100 strikes"),
        ("Txn:SELL|Ins:CE|Strike:ATM5", "leg 1, Strike: “ATM5” is not allowed; allowed is ATM, ATM+n, ATM-n"),
        ("Txn:SELL|Ins:CE|Strike:-5", "leg 1, Strike: Strike must be above 0 ₹"),
        ("Txn:SELL|Ins:CE|Strike:nan", "leg 1, Strike: “nan” is not allowed"),
        ("Txn:SELL|Ins:CE|Expiry:31-Feb-2026", "leg 1, Expiry: “31-Feb-2026” is not allowed; allowed is CW, W1"),
        ("Txn:SELL|Ins:CE|OnSL:FLY", "leg 1, OnSL: On stop needs a type, one of square_off"),
        ("Txn:SELL|Ins:CE|OnSL:+", "leg 1, OnSL: “+” is not allowed; allowed is actions like SQUARE_OFF"),
        ("Txn:SELL|Ins:CE|WT:fast", "leg 1, WT: “fast” is not allowed; allowed is a signed move like -5%"),
        ("Txn:SELL|Ins:CE|SL:Delta:20P", "leg 1, SL: “Delta:20P” is not allowed"),
        ("Txn:SELL|Ins:CE|SL:Premium", "leg 1, SL: “Premium” is not allowed; allowed is Premium:x"),
        ("Txn:BUY|Ins:CE|SL:Premium:100P", "leg 1, SL: the stop of a bought leg must be below 100 percent"),
        ("Txn:SELL|Ins:CE|\x00:1", "leg 1, “?”: there is no such key"),
        ("||".join(["Txn:SELL|Ins:CE"] * 25), "the leg string has 25 legs; a portfolio has at most 24"),
        ("x" * (LONGEST + 1), f"the leg string has {LONGEST + 1} characters; at most {LONGEST} are read"),
    ],
    ids=range(24),
)
def test_a_hostile_leg_string_is_refused_with_a_sentence(text, sentence):
    assert any(one.startswith(sentence) for one in told(text)), told(text)


def test_everything_that_is_wrong_is_named_at_once():
    assert [one.split(":")[0] for one in told("Txn:X|Ins:CE||Txn:BUY|Ins:Y|Lots:z")] == [
        "leg 1, Txn",
        "leg 2, Ins",
        "leg 2, Lots",
    ]


def test_a_strike_that_the_grammar_cannot_say_is_not_exported_as_another():
    with pytest.raises(LegStringError, match="leg 2, Strike: a leg string cannot say the strike rule closest_premium"):
        legs_to_string([Leg(), Leg(strike=ClosestPremium(premium=Decimal(40)))])


def test_what_else_the_grammar_has_no_key_for_is_told():
    text, left_out = legs_to_string([Leg(product=Product.CARRY_FORWARD)])

    assert text == "Strike:ATM|Txn:SELL|Ins:CE|Lots:1"
    assert left_out == ["leg 1, Product: a leg string has no key for it, so it is left out"]
