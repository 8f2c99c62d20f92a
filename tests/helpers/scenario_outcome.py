"""What a step of a scenario expects of its facts and of what stands after it."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from engine.domain import facts as f
from tests.helpers.scenario_expectations import equal, missing_fact, shown_value

if TYPE_CHECKING:
    from tests.helpers.scenario import ScenarioRun


class Expectations:
    """The expectations of one step, held against a run."""

    def __init__(self, run: "ScenarioRun", said: Mapping[str, Any]) -> None:
        self._run, self._said = run, said

    def check(self, facts: list[f.AnyFact]) -> None:
        """Fail with a sentence where the step's facts, or what stands after it, are not as expected."""
        said, run = self._said, self._run
        if said.keys() & {"expect", "never"}:
            if (sentence := missing_fact(run.matcher, said.get("expect", []), facts)) is not None:
                self._run.fail(sentence)
            for one in said.get("never", []):
                if (sentence := missing_fact(run.matcher, [{**one, "times": 0}], facts)) is not None:
                    self._run.fail(sentence)
        self._expect_of_runs()
        if "holds" in said:
            self._same("our ledger holds", said["holds"], self._ledger())
        if "broker_holds" in said:
            self._same("the broker holds", said["broker_holds"], self._run.broker.positions())
        for name, wanted in said.get("books_say", {}).items():
            self._compare(f"books.{name}", getattr(self._run.desk.state.books, name), wanted)

    def _ledger(self) -> dict[Any, int]:
        held: dict[Any, int] = {}
        for run in self._run.desk.state.books.portfolios.values():
            for leg in run.legs:
                held[leg.instrument] = held.get(leg.instrument, 0) + leg.net_quantity
        return held

    def _expect_of_runs(self) -> None:
        said = self._said
        for name, wanted in self._by_portfolio(said.get("state")):
            self._compare(f"state of {name}", self._run.run(name).state, wanted)
        for name, wanted in self._by_portfolio(said.get("exit")):
            self._compare(f"exit reason of {name}", self._run.run(name).exit_reason, wanted)
        for key, attribute in (("legs", "state"), ("leg_exits", "exit_reason")):
            for name, number, wanted in self._by_leg(said.get(key, {})):
                self._compare(f"leg {number} of {name}", getattr(self._run.run(name).leg(number), attribute), wanted)
        for name, number, levels in self._by_leg(said.get("levels", {})):
            for level, wanted in levels.items():
                self._compare(f"{level} of leg {number}", getattr(self._run.run(name).leg(number), level), wanted)
        says = dict(said.get("run_says", {}))
        about = says.pop("portfolio", None)
        for attribute, wanted in says.items():
            self._compare(attribute, getattr(self._run.run(about), attribute), wanted)
        if "why" in said:
            words = self._run.why()
            if not any(said["why"] in sentence for sentence in words):
                self._run.fail(f"the why panel does not say {said['why']!r} but {words}")

    def _by_portfolio(self, said: Any) -> list[tuple[str, Any]]:
        if said is None:
            return []
        return list(said.items()) if isinstance(said, Mapping) else [(next(iter(self._run.names)), said)]

    def _by_leg(self, said: Mapping[str, Any]) -> list[tuple[str, int, Any]]:
        found: list[tuple[str, int, Any]] = []
        for key, value in said.items():
            if key.isdigit():
                found.append((next(iter(self._run.names)), int(key), value))
            else:
                found += [(key, int(number), wanted) for number, wanted in value.items()]
        return found

    def _compare(self, what: str, actual: Any, wanted: Any) -> None:
        if not equal(actual, wanted):
            self._run.fail(f"{what} is {shown_value(actual)}, not {wanted}")

    def _same(self, what: str, wanted: Mapping[str, int], actual: Mapping[Any, int]) -> None:
        expected = {self._run.market.instrument(alias).id: quantity for alias, quantity in wanted.items() if quantity}
        held = {name: quantity for name, quantity in actual.items() if quantity}
        if expected != held:
            self._run.fail(f"{what} {held}, not {expected}")
