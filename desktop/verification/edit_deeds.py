"""Edits that a trader makes in the middle of a day, and his answers to what the engine asks about them."""

import numpy as np

from desktop.verification.deed_draws import Action
from desktop.verification.draw import Draw
from desktop.verification.edit_draws import edited
from engine.core.state import EngineState
from engine.domain import commands as c
from engine.domain.identifiers import PortfolioId
from engine.domain.instant import MINUTE, Instant, ist_time_of_day
from engine.domain.multileg.portfolio import MultilegPortfolio
from engine.schema.declared import replace


class Editor:
    """The trader as he edits: he confirms most of what he is asked about, and remembers what that was."""

    def __init__(self) -> None:
        self.asked: dict[PortfolioId, tuple[MultilegPortfolio, int]] = {}

    def edit(self, action: Action, state: EngineState, portfolio_id: PortfolioId) -> c.EditPortfolio | None:
        """Answer an edit of a portfolio or of all copies under a parent's id; None where there is none."""
        first = state.books.families.get(portfolio_id, [portfolio_id])[0]
        run = state.books.portfolios.get(first)
        if run is None:
            return None
        draw = Draw(np.random.Generator(np.random.PCG64([action.pick, 7])))
        minute = ist_time_of_day(state.now) // MINUTE
        new = edited(draw, run.portfolio, minute)
        if draw.chance(4):
            new = _impossible(draw, new)
        confirmed = draw.chance(20)
        for one in state.books.families.get(portfolio_id, [portfolio_id]):
            self.asked[one] = new, action.pick
        return c.EditPortfolio(at=state.now, portfolio_id=portfolio_id, portfolio=new, confirmed=confirmed)

    def answer(self, portfolio_id: PortfolioId, at: Instant) -> c.EditPortfolio | None:
        """Answer the confirmed edit where the trader wants it all the same."""
        new, pick = self.asked.pop(portfolio_id, (None, 0))
        if new is None or pick % 3 == 0:
            return None
        return c.EditPortfolio(at=at, portfolio_id=portfolio_id, portfolio=new, confirmed=True)


def _impossible(draw: Draw, declared: MultilegPortfolio) -> MultilegPortfolio:
    """Answer a declaration that no form lets through."""
    if draw.chance(50):
        without: MultilegPortfolio = replace(declared, legs=())
        return without
    before = declared.schedule.start.replace(hour=declared.schedule.start.hour - 1)
    ends_early: MultilegPortfolio = replace(declared, schedule=replace(declared.schedule, end=before))
    return ends_early
