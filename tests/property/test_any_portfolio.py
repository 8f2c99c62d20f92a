"""Any valid portfolio, on any prices and with any broker, ends flat or explained; saved and loaded it is the same."""

import json
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.domain import facts as f
from engine.domain.facts.codec import decode, encode
from engine.domain.identifiers import PortfolioId
from engine.domain.instant import Instant
from engine.domain.multileg.checks import refusals
from engine.domain.multileg.documents import portfolio_from_data, portfolio_from_toml, portfolio_to_toml
from engine.domain.multileg.portfolio import MultilegPortfolio
from engine.domain.multileg.states import FINAL
from engine.schema.declared import FieldError
from engine.schema.load import dump, load
from tests.helpers.core_desk import ACCOUNT, DAY, RULES
from tests.helpers.portfolio_strategy import portfolios
from tests.helpers.scenario import ScenarioRun
from tests.helpers.scenario_market import ScenarioMarket

SCHEDULE = {"start": "09:20", "end": "09:25", "square_off": "09:27", "days": ["WED"]}
"""A short day, so that every example is lived to its end."""

PRICES = st.sampled_from(["0.05", "1", "60", "85", "99.95", "110", "118", "121", "135", "150", "180", "240", "900"])
ALIASES = ("24850CE", "24850PE", "24900CE", "24800PE", "25050CE", "24650PE")
MATCH = st.fixed_dictionaries(
    {}, optional={"leg": st.integers(1, 3), "purpose": st.sampled_from(["ENTRY", "EXIT"]), "times": st.integers(1, 4)}
)
DEEDS = st.one_of(
    st.just({"do": "rest"}),
    st.just({"do": "silent"}),
    st.sampled_from(["MARGIN: short", "RESTRICTED: no", "SYSTEM: busy", "PRICE_BAND: out"]).map(
        lambda words: {"do": "reject", "words": words}
    ),
    st.sampled_from(["filled", "resting", "rejected", "absent"]).map(lambda truth: {"do": "unknown", "truth": truth}),
    st.just({"do": "fill", "quantity": 65}),
)
BROKER_RULES = st.lists(st.tuples(MATCH, DEEDS).map(lambda pair: {**pair[0], **pair[1]}), max_size=2)
COMMANDS = st.sampled_from(
    [
        "square_off_portfolio",
        "start_portfolio",
        "resume_portfolio",
        {"type": "square_off_leg", "leg": 1},
        {"type": "trip_kill_switch", "level": "CANCEL", "reason": "drawn"},
        {"type": "release_kill_switch", "reason": "drawn"},
    ]
)
BROKERS = st.fixed_dictionaries(
    {
        "rules": BROKER_RULES,
        "broker": st.sampled_from(["fill", "fill", "rest", "silent"]),
        "cancels": st.sampled_from(["confirm", "ignore", "refuse", "fill"]),
        "changes": st.sampled_from(["take", "ignore", "refuse"]),
    }
)
STEPS = st.lists(
    st.one_of(
        st.fixed_dictionaries({"prices": st.dictionaries(st.sampled_from(ALIASES), PRICES, min_size=1, max_size=3)}),
        st.fixed_dictionaries({"spot": st.integers(24_300, 25_400).map(str)}),
        st.fixed_dictionaries({"rules": BROKER_RULES}),
        st.fixed_dictionaries({"broker": st.sampled_from(["fill", "rest", "silent"])}),
        st.fixed_dictionaries({"cancels": st.sampled_from(["confirm", "ignore", "refuse", "fill"])}),
        st.fixed_dictionaries({"changes": st.sampled_from(["take", "ignore", "refuse"])}),
        st.fixed_dictionaries({"feed": st.sampled_from(["on", "silent"])}),
        st.fixed_dictionaries({"command": COMMANDS}),
        st.just({"restart": True}),
        st.just({"settle": True}),
    ),
    min_size=2,
    max_size=10,
)
PAUSES = st.sampled_from([0, 1, 1, 2, 5, 30, 70])
HEALED = {"rules": [], "broker": "fill", "cancels": "confirm", "changes": "take", "feed": "on", "settle": True}

MASTER = ScenarioMarket({}).master


def refused(portfolio: MultilegPortfolio) -> list[FieldError]:
    """What keeps a portfolio from starting on the day of the scenarios."""
    return refusals(portfolio, RULES, MASTER, DAY)


HERE: dict[str, Any] = {"exchange": "NFO", "underlying": "NIFTY", "tag": "Default", "schedule": SCHEDULE}

quick = settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])


@settings(quick, max_examples=15)
@given(portfolios())
def test_saving_and_loading_any_portfolio_gives_it_back(data: dict[str, Any]) -> None:
    portfolio = load(data, MultilegPortfolio)
    added = f.PortfolioAdded(at=Instant(0), portfolio_id=PortfolioId("P1"), account=ACCOUNT, portfolio=portfolio)

    assert portfolio_from_toml(portfolio_to_toml(portfolio)) == portfolio
    assert portfolio_from_data(json.loads(json.dumps(dump(portfolio)))) == portfolio
    assert decode(encode(added)) == added  # As the journal keeps it.


@quick
@given(st.one_of(portfolios(refused, **HERE), portfolios(refused, entry="manual", **HERE)), BROKERS, STEPS, st.data())
def test_any_portfolio_ends_flat_or_explained(
    portfolio: dict[str, Any], broker: dict[str, Any], steps: list[dict[str, Any]], drawn: st.DataObject
) -> None:
    """The run itself fails where an invariant breaks: a naked sale left, a position turned round, a fact unsaid."""
    run = ScenarioRun({"portfolios": [portfolio], "steps": [{"add": "Drawn"}]})
    run.step(0, {**broker, "add": "Drawn"})
    for number, step in enumerate(steps, 1):
        run.wait(drawn.draw(PAUSES))
        run.step(number, step)
    run.step(98, HEALED)
    run.wait(180)
    run.step(99, {**HEALED, "books": "now"})
    run.wait(9 * 60)
    run.step(100, {**HEALED, "books": "now"})
    run.wait(180)

    ended = run.run("Drawn")
    if ended.state not in FINAL:
        assert run.why(), run.log()
        run.step(101, {"command": {"type": "trip_kill_switch", "level": "FLATTEN", "reason": "the day is over"}})
        run.step(102, HEALED)
        run.wait(180)
    assert not ended.holds_something, run.log()
