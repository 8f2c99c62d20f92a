"""Any valid portfolio as a strategy of Hypothesis, drawn from the declarations as `legwork verify` draws them."""

from collections.abc import Callable
from typing import Any

from hypothesis import assume
from hypothesis import strategies as st

from desktop.verification.declared_draws import Drawer, repaired
from desktop.verification.draw import Draw
from engine.domain.multileg.portfolio import MultilegPortfolio
from engine.schema.load import FieldError, load, problems


class _Drawn(Draw):
    """Draws whose numbers Hypothesis chooses, so that it can shrink them."""

    def __init__(self, draw: Callable[[st.SearchStrategy[int]], int]) -> None:
        super().__init__(None)
        self._number = draw

    def between(self, low: int, high: int) -> int:
        return self._number(st.integers(low, high))


def portfolios(
    refused: Callable[[MultilegPortfolio], list[FieldError]] = lambda _portfolio: [], **fixed: Any
) -> st.SearchStrategy[dict[str, Any]]:
    """Answer plain data of valid portfolios; ``fixed`` are fields that are not drawn (of a group: those it names).

    Every field is drawn within its bounds. Where fields contradict each other, what a sentence names is taken back to
    its default, which is what a trader would do; ``refused`` may name more, as what is listed on a day.
    """

    def kept(names: tuple[str, ...]) -> bool:
        if names[0] in ("name", "legs"):
            return len(names) == 1
        inside = fixed.get(names[0])
        return names[0] in fixed and (len(names) == 1 or (isinstance(inside, dict) and names[1] in inside))

    def wrong(data: dict[str, Any]) -> list[FieldError]:
        return problems(data, MultilegPortfolio) or refused(load(data, MultilegPortfolio))

    @st.composite
    def drawn(draw: Any) -> dict[str, Any]:
        data = {**Drawer(_Drawn(draw)).declared(MultilegPortfolio), "name": "Drawn"}
        for name, value in fixed.items():
            inside = data.get(name)
            both = isinstance(inside, dict) and isinstance(value, dict)
            data[name] = {**inside, **value} if both else value
        valid = next(repaired(data, wrong, kept), None)
        assume(valid is not None)
        return valid or data

    return drawn()
