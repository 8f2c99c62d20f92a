"""Whatever the text: a declaration or sentences, never a traceback; and what is written reads back."""

import string
from datetime import date, time
from decimal import Decimal
from functools import cache

import tomli_w
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.domain.multileg.documents import portfolio_from_toml
from engine.domain.multileg.portfolio import MultilegPortfolio
from engine.domain.multileg.templates import TemplateLabel, template_from_toml
from engine.domain.settings.risk_limits import RiskLimits
from engine.schema.declared import Declared
from engine.schema.describe import FieldSpec, Kind, describe, variant_tag
from engine.schema.documents import DocumentError
from engine.schema.load import DeclarationError, dump, load, problems

LETTERS = string.ascii_uppercase


@cache
def valid(declaration: type[Declared]) -> st.SearchStrategy[dict]:
    """Plain data whose fields are right one by one; they may still contradict each other."""
    fixed = {spec.name: _valid_field(spec) for spec in describe(declaration) if spec.required}
    free = {spec.name: _valid_field(spec) for spec in describe(declaration) if not spec.required}
    return st.fixed_dictionaries(fixed, optional=free)


def _valid_field(spec: FieldSpec) -> st.SearchStrategy:
    inner = _VALID[spec.kind](spec)
    return st.one_of(inner, st.just("off")) if spec.optional else inner


def _tagged(variant: type[Declared]) -> st.SearchStrategy[dict]:
    return valid(variant).map(lambda data: {"type": variant_tag(variant), **data})


def _number(spec: FieldSpec, places: int) -> st.SearchStrategy[str]:
    lowest = spec.ask.ge if spec.ask.ge is not None else (spec.ask.gt if spec.ask.gt is not None else -1000)
    highest = spec.ask.le if spec.ask.le is not None else 10**9
    numbers = st.decimals(Decimal(lowest), Decimal(highest), places=places)
    return numbers.filter(lambda number: spec.ask.gt is None or number > spec.ask.gt).map(str)


_VALID = {
    Kind.TEXT: lambda spec: st.text(LETTERS, min_size=1, max_size=min(8, spec.ask.le or 8)),
    Kind.WHOLE: lambda spec: _number(spec, 0),
    Kind.DECIMAL: lambda spec: _number(spec, 2),
    Kind.SWITCH: lambda _spec: st.booleans(),
    Kind.CHOICE: lambda spec: st.sampled_from([member.value for member in spec.choices]),
    Kind.CHOICES: lambda spec: st.lists(st.sampled_from([member.value for member in spec.choices]), min_size=1),
    Kind.DATE: lambda _spec: st.dates(date(2019, 1, 1), date(2030, 1, 1)).map(date.isoformat),
    Kind.TIME: lambda _spec: st.times().map(time.isoformat),
    Kind.GROUP: lambda spec: valid(spec.variants[0]),
    Kind.VARIANT: lambda spec: st.one_of(_tagged(variant) for variant in spec.variants),
    Kind.LIST: lambda spec: st.lists(valid(spec.variants[0]), min_size=1, max_size=3),
}

JUNK = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(),
        st.floats(),
        st.decimals(),
        st.text(max_size=20),
        st.dates(),
        st.times(),
    ),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


def told(reader, text: str) -> str:
    """What a reader says about a text: its sentences, or that it was read."""
    try:
        reader(text)
    except DocumentError as error:
        return str(error)
    return "read"


@settings(max_examples=60)
@given(valid(MultilegPortfolio), st.data())
def test_one_junk_value_anywhere_is_a_sentence_or_nothing(data, drawn):
    place = drawn.draw(st.sampled_from(sorted(data)))
    broken = {**data, place: drawn.draw(JUNK)}

    found = problems(broken, MultilegPortfolio)

    assert all(error.reason and len(error.reason) < 500 for error in found)


@settings(max_examples=100)
@given(JUNK, st.sampled_from([MultilegPortfolio, RiskLimits, TemplateLabel]))
def test_junk_is_refused_with_sentences(junk, declaration):
    try:
        loaded = load(junk, declaration)
    except DeclarationError as error:
        outcome = bool(error.errors)
    else:
        outcome = load(dump(loaded), declaration) == loaded

    assert outcome


@settings(max_examples=150)
@given(
    st.one_of(
        st.text(max_size=200),
        st.text("[]{}=\"'.,0123456789abx_-\n#\x00\\ ", max_size=200),
        st.integers(1, 3_000).map(lambda depth: "legs = " + "[" * depth),
        st.integers(1, 3_000).map(lambda depth: "legs = " + "{a=" * depth),
        st.integers(1, 3_000).map(lambda depth: ".".join("a" * depth) + " = 1"),
        st.integers(1, 9_000).map(lambda digits: f"schema = {'7' * digits}"),
        st.integers(1, 9_000).map(lambda digits: f"schema = 0x{'7' * digits}"),
        st.integers(1, 10**30).map(lambda power: f'name = "x"\nlegs = [{{ lots = 1e{power} }}]'),
    )
)
def test_hostile_text_is_refused_with_sentences(text):
    assert told(portfolio_from_toml, text)
    assert told(template_from_toml, text)


@settings(max_examples=60)
@given(valid(MultilegPortfolio), st.data())
def test_a_document_with_bytes_cut_out_is_refused_or_read(data, drawn):
    text = tomli_w.dumps(data)
    start = drawn.draw(st.integers(0, len(text)))
    length = drawn.draw(st.integers(0, 20))

    assert told(portfolio_from_toml, text[:start] + text[start + length :])
