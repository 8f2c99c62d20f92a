"""Runs a scenario file: a portfolio, a price path, a broker, and the facts that must follow.

The format is described in tests/simulation/scenarios/README.md.
"""

import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any

from engine.core.pipeline import see_before, see_past
from engine.core.state import EngineState
from engine.core.verification.invariants import FactChecks
from engine.domain import commands as c
from engine.domain import facts as f
from engine.domain.identifiers import AccountId, OrderId, PortfolioId
from engine.domain.instant import SECOND, Instant, clock_text, ist_instant
from engine.domain.messages import Message
from engine.domain.money import price_of
from engine.domain.multileg.portfolio import MultilegPortfolio
from engine.domain.quote import QuoteFrame
from engine.domain.reports import TimerDue
from engine.domain.settings.hierarchy import Hierarchy
from engine.domain.settings.risk_limits import RiskLimits
from engine.runtime.books_watch import BooksWatch
from engine.schema.load import DeclarationError, dump, load
from engine.views.marks import portfolio_mark
from engine.views.portfolios import portfolio_row
from engine.views.status import EngineFigures, status_row
from engine.views.why import reasons
from tests.helpers.core_desk import ACCOUNT, RULES, Desk
from tests.helpers.scenario_broker import ScenarioBroker, TrueOrder
from tests.helpers.scenario_expectations import FactMatcher, log_of
from tests.helpers.scenario_market import ScenarioError, ScenarioMarket
from tests.helpers.scenario_messages import message_of
from tests.helpers.scenario_outcome import Expectations

_FILE_KEYS = {"about", "proves", "market", "limits", "accounts", "tags", "portfolios", "steps"}
_MARKET_KEYS = {
    "underlying", "day", "start", "spot", "premium", "volatility", "spread", "stale_after", "expiries", "strikes",
    "prices", "past_volatility", "day_before",
}  # fmt: skip
_STEP_KEYS = {
    "at", "feed", "broker", "rules", "cancels", "changes", "outside", "funds", "restart", "lost", "spot", "volatility",
    "premium", "prices", "path", "report", "add", "command", "orders", "books", "settle", "expect", "never", "state",
    "legs", "exit", "leg_exits", "levels", "holds", "broker_holds", "books_say", "run_says", "why",
}  # fmt: skip
_DENSE = 60 * SECOND
"""A longer way is gone in larger strides, where nothing asks to be woken."""
_ROUNDS = 2_000
"""Messages that one event may lead to, at most."""


def run_scenario(path: Path) -> "ScenarioRun":
    """Run a file and answer the run; fails with a sentence and the log in sentences."""
    scenario = read_scenario(path)
    run = ScenarioRun(scenario)
    for number, step in enumerate(scenario["steps"], 1):
        run.step(number, step)
    return run


def read_scenario(path: Path) -> dict[str, Any]:
    """Answer a scenario file's tables. Raises ScenarioError for keys that the format does not have."""
    scenario = tomllib.loads(path.read_text(encoding="utf-8"), parse_float=Decimal)
    _known(scenario, _FILE_KEYS, path.name)
    _known(scenario.get("market", {}), _MARKET_KEYS, f"{path.name}, market")
    for number, step in enumerate(scenario["steps"], 1):
        _known(step, _STEP_KEYS, f"{path.name}, step {number}")
    if not scenario.get("about", "").strip():
        raise ScenarioError(f"{path.name} must say what it is about")
    return scenario


def _known(table: Mapping[str, Any], keys: set[str], where: str) -> None:
    if unknown := set(table) - keys:
        raise ScenarioError(f"{where} has no {', '.join(sorted(unknown))}; there are {', '.join(sorted(keys))}")


class ScenarioDesk(Desk):
    """A desk on the contracts of a scenario, which its broker watches."""

    def __init__(self, market: ScenarioMarket, limits: RiskLimits, stale_after: int, now: Instant) -> None:
        self.limits, self.stale_after, self.now = limits, stale_after, now
        self.state = EngineState(market.master, RULES, volatility=market.past_volatility)
        self.facts = []


class ScenarioRun:
    """One scenario on its way."""

    def __init__(self, scenario: Mapping[str, Any]) -> None:
        declared = scenario.get("market", {})
        self.market = ScenarioMarket(declared)
        self.day = self.market.day
        start = ist_instant(self.day, _time(declared.get("start", time(9, 20))))
        stale_after = round(Decimal(declared.get("stale_after", 5)) * SECOND)
        limits = load(dict(scenario.get("limits", {})), RiskLimits)
        self.hierarchy = _hierarchy(scenario)
        self.desk = ScenarioDesk(self.market, limits, stale_after, start)
        self.desk.hierarchy = self.hierarchy
        accounts = [AccountId(one.id) for one in self.hierarchy.accounts] if self.hierarchy else [ACCOUNT]
        self.desk.account = accounts[0]
        self.broker = ScenarioBroker(accounts, self.market.master)
        self.broker.now = start
        self.names: dict[str, PortfolioId] = {}
        self.matcher = FactMatcher(self.names)
        self.checks = FactChecks(self.market.master)
        self.feed = True
        self.shown: list[QuoteFrame] = []
        self.reads_books = True
        self.watches = self._watched_books()
        self.where = "before the first step"
        self._checked = 0
        self.declared = {one["name"]: _portfolio(one) for one in scenario.get("portfolios", [])}
        self._begin({name for step in scenario["steps"] for name in _names(step.get("add", []))})

    def _watched_books(self) -> list[BooksWatch]:
        return [BooksWatch(self.desk.state, account) for account in self.broker.accounts]

    def _begin(self, later: set[str]) -> None:
        self._see_day_before()
        self._settle([], self.desk.open_session)
        self._read_books()
        self._show()
        for name in self.declared:
            if name not in later:
                self._add(name)

    def _see_day_before(self) -> None:
        """Show what was typed of the day before, as composition does where a feed knows it."""
        frame = self.market.day_before()
        if frame is not None:
            see_before(self.desk.state, frame)

    # --- one step ----------------------------------------------------------------------------------------------------

    def step(self, number: int, said: Mapping[str, Any]) -> None:
        """Carry out a step and hold what it expects against what came."""
        self.where = f"step {number}"
        if "feed" in said:
            self.feed = said["feed"] == "on"
        if "at" in said:
            self._walk_to(self._instant(said["at"]))
        self.where = f"step {number} at {clock_text(self.desk.now)}"
        self._set_broker(said)
        if "restart" in said:
            self._restart(said["restart"], said.get("lost", {}))
        self._set_market(said)
        self._go_path(said.get("path", {}))
        for report in _listed(said.get("report", [])):
            self._message(report)
        for name in _names(said.get("add", [])):
            self._add(name)
        for command in _listed(said.get("command", [])):
            self._message(command)
        for deed in said.get("orders", []):
            self._deed(deed)
        if "books" in said:
            self._set_books(said["books"])
        if said.get("settle"):
            self._settle_all()
        Expectations(self, said).check(self._new_facts())

    def _new_facts(self) -> list[f.AnyFact]:
        facts = self.desk.facts[self._checked :]
        self._checked = len(self.desk.facts)
        return facts

    def _set_broker(self, said: Mapping[str, Any]) -> None:
        broker = self.broker
        broker.default = said.get("broker", broker.default)
        broker.cancels = said.get("cancels", broker.cancels)
        broker.changes = said.get("changes", broker.changes)
        if "rules" in said:
            broker.rules = [dict(rule) for rule in said["rules"]]
        if "funds" in said:
            broker.set_funds(said["funds"])
        for alias, quantity in said.get("outside", {}).items():
            name = self.market.instrument(alias).id
            broker.outside[name] = broker.outside.get(name, 0) + quantity

    def _set_market(self, said: Mapping[str, Any]) -> None:
        market = self.market
        if "spot" in said:
            market.spot = price_of(said["spot"])
        if "premium" in said:
            market.premium = price_of(said["premium"])
        if "volatility" in said:
            market.volatility = Decimal(said["volatility"])
        market.type_prices(said.get("prices", {}))
        if said.keys() & {"at", "spot", "premium", "volatility", "prices", "feed"}:
            self._moment()

    def _go_path(self, path: Mapping[str, Any]) -> None:
        """Show one price of each contract after the other."""
        columns = {alias: prices for alias, prices in path.items() if alias != "every"}
        pause = round(Decimal(path.get("every", 1)) * SECOND)
        for shown in zip(*columns.values(), strict=True):
            self._walk_to(Instant(self.desk.now + pause))
            prices = dict(zip(columns, shown, strict=True))
            if "spot" in prices:
                self.market.spot = price_of(prices.pop("spot"))
            self.market.type_prices(prices)
            self._moment()

    def _set_books(self, what: str) -> None:
        if what == "now":
            self._read_books()
        else:
            self.reads_books = what == "on"

    def _restart(self, until: Any, lost: Mapping[str, Any]) -> None:
        self.desk.die()
        # A feed that shows the lost stretch again shows the whole day.
        past = [*self.shown, *self._lost_frames(lost)] if lost else []
        if until is not True:
            # The engine is down; the market and the broker are not.
            self.desk.now = self._instant(until)
            self.broker.now = self.desk.now
            list(self.broker.show(self.market.frame(self.desk.now).values))
        self.watches = self._watched_books()
        self._see_day_before()
        for frame in past:
            see_past(self.desk.state, frame)
        self._settle([], self.desk.open_session)
        if self.reads_books:
            self._read_books()

    def _lost_frames(self, lost: Mapping[str, Any]) -> Iterator[QuoteFrame]:
        """Answer what the market shows while the engine is down, and the feed shows again afterwards."""
        columns = {alias: prices for alias, prices in lost.items() if alias != "every"}
        pause = round(Decimal(lost.get("every", 60)) * SECOND)
        at = self.desk.now
        for shown in zip(*columns.values(), strict=True) if columns else ():
            at = Instant(at + pause)
            prices = dict(zip(columns, shown, strict=True))
            if "spot" in prices:
                self.market.spot = price_of(prices.pop("spot"))
            self.market.type_prices(prices)
            frame = self.market.frame(at)
            list(self.broker.show(frame.values))
            yield frame

    def _message(self, said: Mapping[str, Any] | str) -> None:
        self._settle([message_of(said, {"at": self.desk.now, "account": self.desk.account}, self._resolve)])

    def _resolve(self, field: str, said: Any) -> Any:
        match field:
            case "portfolio_id":
                return self.portfolio_id(said)
            case "order_id":
                orders = [order.order_id for order in self._orders(said) if order.is_working]
                if not orders:
                    raise ScenarioError(f"{self.where}: no order works that is {said}")
                return OrderId(orders[-1])
            case "portfolio":
                return self.declared[said] if isinstance(said, str) else self._edited(said)
            case _:
                return said

    def _edited(self, said: Mapping[str, Any]) -> MultilegPortfolio:
        """Answer the running declaration of a portfolio with some fields changed; legs by their number."""
        fields = dict(said)
        run = self.run(fields.pop("name", None))
        now = dump(run.portfolio)
        legs = [dict(leg) for leg in now["legs"]]
        for number, changed in fields.pop("legs", {}).items():
            legs += [{} for _ in range(int(number) - len(legs))]
            legs[int(number) - 1] |= changed
        nested = {name: {**now[name], **value} for name, value in fields.items() if name in ("schedule", "execution")}
        gone = {name: None for name, value in fields.items() if value == "off"}
        return load({**now, **fields, **nested, **gone, "legs": legs}, MultilegPortfolio)

    def _add(self, name: str) -> None:
        account = AccountId("") if self.hierarchy else ACCOUNT  # Every account of its tag.
        command = c.AddPortfolio(at=self.desk.now, portfolio=self.declared[name], account=account, start=True)
        self._settle([command])

    def _deed(self, deed: Mapping[str, Any]) -> None:
        orders = [one for one in self.broker.orders.values() if _waits(one) and self._is_about(deed, one.request)]
        if not orders:
            self.fail(f"no order works that {dict(deed)} is about")
        for order in orders:
            self._settle(self.broker.do(order, deed))

    def _settle_all(self) -> None:
        for _ in range(_ROUNDS):
            waiting = [one for one in self.broker.orders.values() if _waits(one)]
            if not waiting:
                return
            self._settle(self.broker.do(waiting[0], {"do": "fill"}))

    # --- time and messages -------------------------------------------------------------------------------------------

    def _walk_to(self, target: Instant) -> None:
        desk = self.desk
        if target < desk.now:
            raise ScenarioError(f"{self.where}: time does not go back to {clock_text(target)}")
        while desk.now < target:
            due = [target, desk.now + self._stride(target - desk.now), *desk.state.wakes.values()]
            due += self._books_due()
            desk.now = Instant(min(at for at in due if at > desk.now))
            self.broker.now = desk.now
            if desk.now < target:
                self._moment()

    def _stride(self, way: int) -> int:
        """Answer how long the market may stand still where nothing asks to be woken: the longer the way, the longer."""
        if not self._is_open():
            return 1_800 * SECOND
        return SECOND if way <= _DENSE else max(10 * SECOND, min(way // 100, 60 * SECOND))

    def _is_open(self) -> bool:
        exchange = next(iter(self.declared.values())).exchange if self.declared else None
        return exchange is None or RULES.is_open(exchange, self.desk.now)

    def _moment(self) -> None:
        """Let the market show itself, the clock ring, and the books be read where that is due."""
        if self.feed and self._is_open():
            self._show()
        self._settle([TimerDue(at=self.desk.now)])
        if any(due <= self.desk.now for due in self._books_due()):
            self._read_books()
        for violation in self.checks.at(self.desk.now):
            self.fail(f"{violation.sentence} ({violation.detail})")

    def _show(self) -> None:
        frame = self.market.frame(self.desk.now)
        self.shown.append(frame)
        fills = list(self.broker.show(frame.values))  # The exchange is the first to know its own prices.
        self._settle([frame, *fills])

    def _books_due(self) -> list[int]:
        asked = [watch.next_due() for watch in self.watches] if self.reads_books else []
        return [due for due in asked if due is not None]

    def _read_books(self) -> None:
        for watch in self.watches:
            watch.asked(self.desk.now)
        self._settle(self.broker.books())

    def _settle(self, messages: Iterable[Message], first: Callable[[], list[f.AnyFact]] | None = None) -> None:
        """Give the engine messages and whatever the broker answers to what follows."""
        inbox = list(messages)
        if first is not None:
            inbox += self._told(first())
        for _ in range(_ROUNDS):
            if not inbox:
                return
            message = inbox.pop(0)
            if isinstance(message, c.ResumePortfolio):
                self.checks.resumed_by_hand.add(message.portfolio_id)
            if isinstance(message, c.EditPortfolio) and message.confirmed:
                copies = self.desk.state.books.families.get(message.portfolio_id, [message.portfolio_id])
                self.checks.confirmed_by_hand.update(copies)
            inbox += self._told(self.desk.say(message))
            self.checks.edits_over()
        self.fail("the engine and the broker do not come to rest")

    def _told(self, facts: list[f.AnyFact]) -> list[Message]:
        self.matcher.remember(facts)
        for fact in facts:
            if isinstance(fact, f.PortfolioAdded):
                self.names.setdefault(fact.portfolio.name, fact.portfolio_id)
                self.names[f"{fact.portfolio.name}@{fact.account}"] = fact.portfolio_id
            for violation in self.checks.see(fact):
                self.fail(f"{violation.sentence} ({violation.detail})")
        return list(self.broker.react(facts, self._is_about))

    # --- who is meant ------------------------------------------------------------------------------------------------

    def portfolio_id(self, name: str | None) -> PortfolioId:
        """Answer a portfolio's id by its name; the first where none is given."""
        return self.names[name] if name is not None else next(iter(self.names.values()))

    def run(self, name: str | None) -> Any:
        """Answer a portfolio of the engine by its name; the first where none is given."""
        return self.desk.state.books.portfolios[self.portfolio_id(name)]

    def wait(self, seconds: float) -> None:
        """Let time pass."""
        self._walk_to(Instant(self.desk.now + round(seconds * SECOND)))
        self._moment()

    def why(self) -> list[str]:
        """Answer what the why panel says of the first portfolio."""
        state, now = self.desk.state, self.desk.now
        row = portfolio_row(state, self.run(None))
        mark = portfolio_mark(row, dict(enumerate(state.board.values.tolist())))
        status = status_row(state, now, EngineFigures(), market_open=self._is_open())
        return [reason.sentence for reason in reasons(row, mark, status, now)]

    def log(self) -> str:
        """Answer all that happened, in sentences."""
        return f"What happened:\n{log_of(self.desk.facts)}"

    def order_statuses(self) -> list[str]:
        """Answer the status of every order of ours, oldest first."""
        return [order.status.value for order in self.desk.state.books.orders.values()]

    def _orders(self, said: Mapping[str, Any]) -> list[Any]:
        orders = self.desk.state.books.orders
        return [orders[one.order_id] for one in self.desk.requests() if self._is_about(said, one)]

    def _is_about(self, said: Mapping[str, Any], request: f.OrderRequested) -> bool:
        return (
            said.get("leg", request.leg_id) == request.leg_id
            and said.get("purpose", request.purpose.value) == request.purpose.value
            and said.get("side", request.side.value) == request.side.value
            and said.get("account", request.account) == request.account
            and ("portfolio" not in said or self.portfolio_id(said["portfolio"]) == request.portfolio_id)
            and ("instrument" not in said or self.market.instrument(said["instrument"]).id == request.instrument)
        )

    def _instant(self, said: Any) -> Instant:
        if isinstance(said, datetime):
            return ist_instant(said.date(), said.time())
        if isinstance(said, str) and "-" in said:
            moment = datetime.fromisoformat(said)
            return ist_instant(moment.date(), moment.time())
        return ist_instant(self.day, _time(said))

    def fail(self, sentence: str) -> None:
        """Fail with a sentence and the log."""
        raise AssertionError(f"{self.where}: {sentence}\n{self.log()}")


def _waits(order: TrueOrder) -> bool:
    return order.works


def _portfolio(data: Mapping[str, Any]) -> MultilegPortfolio:
    try:
        return load(data, MultilegPortfolio)
    except DeclarationError as error:
        raise ScenarioError(f"the portfolio {data.get('name', '?')} is not valid: {error}") from error


def _hierarchy(scenario: Mapping[str, Any]) -> Hierarchy | None:
    told = {name: scenario[name] for name in ("accounts", "tags") if name in scenario}
    return load(told, Hierarchy) if told else None


def _names(said: Any) -> list[str]:
    return [said] if isinstance(said, str) else list(said)


def _listed(said: Any) -> list[Any]:
    return list(said) if isinstance(said, list) else [said]


def _time(said: Any) -> time:
    return said if isinstance(said, time) else time.fromisoformat(said)
