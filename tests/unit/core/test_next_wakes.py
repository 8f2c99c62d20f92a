"""When a portfolio is looked at again though nothing happens: only when it can matter."""

from engine.core import next_wakes
from engine.domain import commands as c
from engine.domain import facts as f
from engine.domain.instant import SECOND
from engine.domain.multileg.states import PortfolioState
from engine.domain.reports import TimerDue
from tests.helpers.core_desk import ACCOUNT, Desk, leg, portfolio, stop

TIMED = {"entry": "time", "schedule": {"start": "09:15:00", "end": "15:00:00", "square_off": "15:10:00"}}


def rung(desk, seconds):
    """Let the clock ring whenever somebody asked for it, and answer how often that was."""
    until, rings = desk.now + seconds * SECOND, 0
    while (due := min(desk.state.wakes.values(), default=until)) < until:
        desk.now = max(desk.now, due)
        desk.say(TimerDue(at=desk.now))
        rings += 1
    desk.now = until
    return rings


def held_back():
    """A desk on which an entry is due and its account is in exit-only mode."""
    desk = Desk(stale_after=86_400 * SECOND)
    desk.chain()
    desk.say(c.SetExitOnly(at=desk.now, account=ACCOUNT, on=True, reason="enough"))
    desk.say(c.AddPortfolio(at=desk.now, portfolio=portfolio(leg("SELL", "PE"), **TIMED), account=ACCOUNT, start=True))
    return desk


def test_one_that_waits_for_its_account_asks_ever_more_seldom_while_nothing_is_heard():
    desk = held_back()

    rings = rung(desk, 600)

    assert desk.run.state is PortfolioState.WAITING
    assert 30 <= rings <= 60


def test_what_lets_it_enter_makes_it_ask_at_once_after_any_silence():
    desk = held_back()
    rung(desk, 600)

    desk.say(c.SetExitOnly(at=desk.now, account=ACCOUNT, on=False, reason="on with it"))
    rung(desk, 2)

    assert desk.of(f.PortfolioStarted)[-1].at <= desk.now - SECOND


def test_after_a_quote_it_asks_within_a_second():
    desk = held_back()
    rung(desk, 600)

    desk.chain()
    rung(desk, 1)

    assert desk.state.wakes[desk.run.portfolio_id] <= desk.now + SECOND


def test_an_exit_that_is_priced_as_far_as_it_goes_waits_for_another_quote():
    desk = Desk(stale_after=86_400 * SECOND)
    desk.chain()
    desk.add(portfolio(leg("SELL", "PE", stop_loss=stop(25))))
    desk.fill_all()
    desk.say(c.SquareOffPortfolio(at=desk.now, portfolio_id=desk.run.portfolio_id))
    rung(desk, 60)

    assert rung(desk, 600) < 5


def test_a_look_at_another_portfolio_forgets_nobody_who_asks():
    desk = held_back()
    desk.say(
        c.AddPortfolio(
            at=desk.now, portfolio=portfolio(leg("SELL", "CE"), name="Other", **TIMED), account=ACCOUNT, start=True
        )
    )

    next_wakes.rouse(desk.state)

    assert len(desk.state.asking) == 2
