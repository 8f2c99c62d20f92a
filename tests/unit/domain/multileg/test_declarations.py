"""The declarations of a portfolio: complete, and their fields may not contradict each other."""

import re
from collections.abc import Iterator

import pytest

from engine.domain.multileg.leg import Leg
from engine.domain.multileg.portfolio import MultilegPortfolio
from engine.domain.settings.risk_limits import RiskLimits
from engine.schema.declared import Declared
from engine.schema.describe import FieldSpec, Kind, describe
from engine.schema.load import DeclarationError, dump, load, plain_of, problems


def every_declaration(root: type[Declared]) -> Iterator[type[Declared]]:
    waiting, seen = [root], set()
    while waiting:
        current = waiting.pop()
        if current not in seen:
            seen.add(current)
            yield current
            waiting.extend(inner for spec in describe(current) for inner in spec.variants)


SPECS = [
    (declaration, spec)
    for root in (MultilegPortfolio, RiskLimits)
    for declaration in every_declaration(root)
    for spec in describe(declaration)
]


@pytest.mark.parametrize(("declaration", "spec"), SPECS, ids=[f"{d.__name__}.{s.name}" for d, s in SPECS])
def test_every_field_explains_itself_and_its_default_passes_its_own_rules(declaration, spec: FieldSpec):
    assert spec.ask.title[0].isupper() or not spec.ask.title[0].isalpha()
    assert spec.ask.help.endswith(".")
    if not spec.required and spec.default is not None:
        rest = {name: value for name, value in _minimal(declaration).items() if name != spec.name}
        found = problems({**rest, spec.name: plain_of(spec.default, spec)}, declaration)
        assert [error for error in found if error.path.startswith(spec.name)] == []


def _minimal(declaration: type[Declared]) -> dict[str, object]:
    times = {Kind.DATE: "2026-08-25", Kind.TIME: "10:00"}
    kinds = {Kind.TEXT: "x", Kind.WHOLE: 1, Kind.DECIMAL: 1, Kind.LIST: [{}]} | times
    return {spec.name: kinds[spec.kind] for spec in describe(declaration) if spec.required}


def told(data, declaration=MultilegPortfolio) -> dict[str, str]:
    return {error.path: error.reason for error in problems(data, declaration)}


LOCK = {"reach": 4000, "lock": 2000, "every": 1000, "by": 500}


@pytest.mark.parametrize(
    ("change", "path", "sentence"),
    [
        ({"schedule": {"start": "15:01"}}, "schedule.end", "End must not be before Start"),
        ({"schedule": {"end": "15:16"}}, "schedule.square_off", "Square off must not be before End"),
        ({"schedule": {"days": []}}, "schedule.days", "must name at least one day"),
        ({"profit_lock": {**LOCK, "lock": 4001}}, "profit_lock.lock", "at most 4000"),
        ({"profit_lock": {**LOCK, "by": 1001}}, "profit_lock.by", "at most 1000"),
        ({"stop_trail": {"every": 10, "by": 5}}, "stop_trail", "only a combined stop on a loss"),
        (
            {"stop": {"type": "loss", "amount": 1}, "stop_trail": {"every": 10, "by": 11}},
            "stop_trail.by",
            "at most 10",
        ),
        ({"underlying": "BTC"}, "exchange", "BTC is not traded on NFO"),
        ({"exchange": "CRYPTO"}, "exchange", "NIFTY is not traded on CRYPTO"),
        ({"exchange": "NSE"}, "exchange", "options are traded on NFO, BFO or CRYPTO"),
        ({"underlying": "nifty"}, "underlying", "spelt as the exchange does"),
        ({"name": "a~b"}, "name", "must not contain"),
        ({"legs": []}, "legs", "at least 1"),
        ({"legs": [{}] * 25}, "legs", "at most 24"),
    ],
)
def test_fields_that_contradict_each_other_are_refused(change, path, sentence):
    found = told({"name": "x", "legs": [{}], **change})

    assert list(found) == [path]
    assert sentence in found[path]


@pytest.mark.parametrize(
    ("leg", "path"),
    [
        ({"side": "BUY", "stop_loss": {"distance": 100}}, "stop_loss.distance"),
        ({"side": "SELL", "target": {"distance": 100}}, "target.distance"),
        ({"trailing": {"every": 1, "by": 1}}, "trailing"),
        (
            {"trailing": {"every": 1, "by": 1}, "stop_loss": {"basis": "underlying points", "distance": 5}},
            "trailing",
        ),
    ],
)
def test_levels_on_the_wrong_side_of_any_price_are_refused(leg, path):
    assert list(told(leg, Leg)) == [path]


@pytest.mark.parametrize(
    "leg",
    [
        {"side": "SELL", "stop_loss": {"distance": 150}},
        {"side": "BUY", "target": {"distance": 150}},
        {"side": "BUY", "stop_loss": {"distance": "99.99"}},
        {"stop_loss": {"distance": 25}, "trailing": {"every": 10, "by": 5}},
    ],
)
def test_levels_on_the_right_side_pass(leg):
    assert load(dump(load(leg, Leg)), Leg) == load(leg, Leg)


@pytest.mark.parametrize(("lots", "sentence"), [(-1, "at least 0 lots"), (10**9, "at most 999 lots"), (1.5, "whole")])
def test_absurd_lots_are_refused(lots, sentence):
    with pytest.raises(DeclarationError, match=re.escape(sentence)):
        load({"lots": lots}, Leg)
