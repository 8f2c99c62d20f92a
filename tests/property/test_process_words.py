"""Everything that crosses between the window's process and the engine's arrives as it was."""

from typing import Any, get_args

from hypothesis import HealthCheck, given, settings

from engine.domain import commands
from engine.domain.commands import AddPortfolio, EditPortfolio
from engine.domain.identifiers import OrderId, PortfolioId
from engine.domain.instant import Instant
from engine.domain.multileg.portfolio import MultilegPortfolio
from engine.runtime.process.words import Opened, Submitted, Told, encoded, notices_of, to_engine, to_window, told
from engine.schema.load import load
from engine.views.desk import Desk, Notice
from engine.views.latency import Request, RequestLatency
from engine.views.portfolios import PortfolioRow
from engine.views.status import EngineFigures, engine_stopped, status_row
from tests.helpers.portfolio_strategy import portfolios
from tests.helpers.simulated_desk import at, facts_of, run_at


def crossed(notices: list[Notice]) -> list[Notice]:
    word = to_window(encoded(told(notices)))
    assert isinstance(word, Told)
    return list(notices_of(word))


def test_every_notice_of_a_day_arrives_as_it_was() -> None:
    desk = Desk(run_at(9, 21).state.rules)
    notices: list[Notice] = []
    for hour, minute in ((9, 21), (11, 0), (15, 20)):
        state = run_at(hour, minute).state
        facts = facts_of(run_at(hour, minute))
        notices += desk.everything(facts, state)
        notices += desk.take(facts, state)
        notices.append(status_row(state, state.now, EngineFigures(loop_lag=7), market_open=True))
    notices.append(engine_stopped(at(9, 30), "odd", "in detail"))
    notices.append(
        RequestLatency(
            order_id=OrderId("O1"), request=Request.PLACE, at=at(9, 30), feed=1, decision=2, journal=3, queue=4
        )
    )

    assert crossed(notices) == notices
    assert {type(one) for one in crossed(notices)} == {type(one) for one in notices}
    assert {type(one) for one in notices} == set(get_args(Notice))


def test_the_contracts_arrive_as_they_were() -> None:
    word = Opened(run_at(9, 21).state.master.instruments)

    assert to_window(encoded(word)) == word


@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow])
@given(data=portfolios())
def test_any_portfolio_arrives_as_it_was(data: dict[str, Any]) -> None:
    portfolio = load(data, MultilegPortfolio)
    row = next(
        one
        for one in Desk(run_at(11, 0).state.rules).everything([], run_at(11, 0).state)
        if isinstance(one, PortfolioRow)
    )
    words = (
        Submitted(AddPortfolio(at=Instant(1), portfolio=portfolio, start=True)),
        Submitted(EditPortfolio(at=Instant(1), portfolio_id=PortfolioId("P1"), portfolio=portfolio)),
    )
    shown = [PortfolioRow(**{**{name: getattr(row, name) for name in row.__struct_fields__}, "portfolio": portfolio})]

    assert [to_engine(encoded(word)) for word in words] == list(words)
    assert crossed(list(shown)) == shown


def test_every_command_has_a_name_to_cross_by() -> None:
    kinds = [kind for kind in vars(commands).values() if isinstance(kind, type) and issubclass(kind, commands.Command)]

    tags = {kind.__struct_config__.tag for kind in kinds if kind is not commands.Command}

    assert len(tags) == len(kinds) - 1
    assert None not in tags
