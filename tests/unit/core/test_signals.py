"""Signals: their word, their window, their doubles, and what each action does."""

from engine.domain import commands as c
from engine.domain import facts as f
from engine.domain.facts.codec import encode
from engine.domain.instant import SECOND
from engine.domain.multileg.secret_words import is_sealed
from engine.domain.multileg.states import ExitReason, LegState, PortfolioState, SignalAction
from engine.schema.declared import replace
from tests.helpers.core_desk import P1, Desk, at, leg, portfolio

WORD = "s3cret-word"
STRADDLE = (leg("SELL", "CE"), leg("SELL", "PE"))


def waiting(*legs, token=WORD, **fields):
    desk = Desk()
    more = {key: fields.pop(key) for key in ("at_most",) if key in fields}
    entry = {"type": "signal", "token": token, **more}
    desk.add(portfolio(*(legs or STRADDLE), entry=entry, **fields))
    return desk


def signal(desk, action="start", token=WORD, name="Test", **more):
    return desk.say(c.Signal(at=desk.now, name=name, token=token, action=SignalAction(action), **more))


def state_of(desk):
    return desk.state.books.portfolios[P1].state


def refusals(facts):
    return [fact.sentence for fact in facts if isinstance(fact, f.CommandRefused)]


def test_a_start_signal_enters():
    desk = waiting()
    assert state_of(desk) is PortfolioState.WAITING

    signal(desk)

    assert state_of(desk) is PortfolioState.ENTERING
    assert next(fact for fact in desk.facts if isinstance(fact, f.PortfolioStarted)).why == "signal to start"


def test_a_wrong_word_and_a_wrong_name_get_the_same_answer():
    desk = waiting()

    answers = [refusals(signal(desk, token="s3cret-wort")), refusals(signal(desk, name="Other", token=WORD))]

    assert state_of(desk) is PortfolioState.WAITING
    assert [len(answer) for answer in answers] == [1, 1]
    assert answers[0][0].replace("Test", "") == answers[1][0].replace("Other", "")
    assert WORD not in answers[0][0]


def test_a_second_signal_inside_the_window_is_ignored():
    desk = waiting()
    signal(desk)
    desk.wait(4)

    facts = signal(desk)

    assert refusals(facts) == ["the signal start for Test came already at 09:20:00; the second is ignored"]


def test_a_signal_with_a_key_is_taken_once_a_day():
    desk = waiting(execution={"executions_a_day": 5})
    signal(desk, key="abc-1")
    desk.fill_all()
    signal(desk, "exit", key="abc-2")
    desk.fill_all()
    desk.wait(3_600)
    desk.chain()

    facts = signal(desk, key="abc-1")

    assert "came already" in refusals(facts)[0]


def test_an_old_signal_is_refused():
    desk = waiting()

    facts = signal(desk, sent_at=desk.now - 61 * SECOND)

    assert "more than a minute away" in refusals(facts)[0]
    assert state_of(desk) is PortfolioState.WAITING


def test_a_start_outside_the_window_is_refused():
    desk = waiting(schedule={"start": "09:30", "end": "10:00"})

    assert "start time 09:20:00, waiting for 09:30:00" in refusals(signal(desk))[0]
    desk.now = at(10, 0)
    assert "its last time for an entry was 10:00:00" in refusals(signal(desk))[0]


def test_no_more_signals_a_day_than_declared():
    desk = waiting(at_most=1)
    signal(desk, "leg entry", leg=1)

    assert "1 signals were taken today" in refusals(signal(desk))[0]


def test_an_exit_signal_closes_everything():
    desk = waiting()
    signal(desk)
    desk.fill_all()

    signal(desk, "exit")
    desk.fill_all()

    run = desk.state.books.portfolios[P1]
    assert run.state is PortfolioState.COMPLETED
    assert [one.net_quantity for one in run.legs] == [0, 0]


def test_a_stop_signal_takes_a_waiting_portfolio_back():
    desk = waiting()

    signal(desk, "stop")

    assert state_of(desk) is PortfolioState.COMPLETED
    assert not desk.requests()


def test_a_stop_signal_keeps_what_is_held_and_cancels_what_waits():
    desk = waiting(leg("SELL", "CE"), leg("BUY", "CE", 4, idle=True))
    signal(desk)
    desk.fill_all()

    signal(desk, "stop")

    assert [one.state for one in desk.state.books.portfolios[P1].legs] == [LegState.OPEN, LegState.CANCELLED]


def test_leg_signals_enter_an_idle_leg_and_close_an_open_one():
    desk = waiting(leg("SELL", "CE"), leg("BUY", "CE", 4, idle=True))
    signal(desk)
    desk.fill_all()

    signal(desk, "leg entry", leg=2)
    desk.fill_all()
    assert desk.state.books.portfolios[P1].leg(2).state is LegState.OPEN
    signal(desk, "leg exit", leg=1)
    desk.fill_all()

    assert desk.state.books.portfolios[P1].leg(1).state is LegState.CLOSED


def test_a_portfolio_that_is_done_is_started_again_as_often_as_it_may():
    desk = waiting(execution={"executions_a_day": 2, "duplicate_window": 0})
    for _ in range(2):
        signal(desk)
        desk.fill_all()
        assert state_of(desk) is PortfolioState.RUNNING
        signal(desk, "exit")
        desk.fill_all()
        desk.wait(10)
        desk.chain()

    facts = signal(desk)

    assert "was started 2 times today; its limit is 2 a day" in refusals(facts)[0]
    run = desk.state.books.portfolios[P1]
    assert run.execution == 2
    assert [one.net_quantity for one in run.legs] == [0, 0, 0, 0]


def test_what_a_signal_closes_says_so():
    desk = waiting()
    signal(desk)
    desk.fill_all()

    signal(desk, "leg exit", leg=1)
    signal(desk, "exit")
    desk.fill_all()

    run = desk.state.books.portfolios[P1]
    assert run.exit_reason is ExitReason.SIGNAL
    assert [one.exit_reason for one in run.legs] == [ExitReason.SIGNAL, ExitReason.SIGNAL]


def test_a_signal_for_a_portfolio_that_is_done_says_so():
    desk = waiting()
    signal(desk)
    desk.fill_all()
    signal(desk, "exit")
    desk.fill_all()

    desk.wait(60)

    assert "Test: it is done" in refusals(signal(desk, "exit"))[0]
    assert "its name or its word is wrong" in refusals(signal(desk, "exit", token="s3cret-wort"))[0]


# --- the secret word -------------------------------------------------------------------------------------------------


def test_the_journal_never_holds_the_word_and_the_signal_fits_all_the_same():
    desk = waiting(leg("SELL", "PE"))

    assert WORD.encode() not in b"".join(encode(fact) for fact in desk.facts)
    assert is_sealed(desk.run.portfolio.entry.token)
    assert not refusals(signal(desk))


def test_an_edit_with_the_same_word_changes_nothing_and_another_is_kept_as_a_hash():
    desk = waiting(leg("SELL", "PE"))

    same = edited_word(desk, WORD)
    other = edited_word(desk, "an0ther-word")

    assert "declared so already" in refusals(same)[0]
    (edit,) = [fact for fact in other if isinstance(fact, f.PortfolioEdited)]
    assert edit.changes == ("Enter › Secret word: changed",)
    assert b"an0ther-word" not in encode(edit)
    assert "its word is wrong" in refusals(signal(desk))[0]
    assert not refusals(signal(desk, token="an0ther-word"))


def edited_word(desk, word):
    entry = replace(desk.run.portfolio.entry, token=word)
    new = replace(desk.run.portfolio, entry=entry)
    return desk.say(c.EditPortfolio(at=desk.now, portfolio_id=desk.run.portfolio_id, portfolio=new))


def test_namesakes_share_a_salt_so_that_a_signal_is_hashed_once():
    desk = waiting(leg("SELL", "PE"))
    desk.wait(60)
    desk.add(desk.run.portfolio)

    words = {run.portfolio.entry.token for run in desk.state.books.portfolios.values()}

    assert len(words) == 1


def test_a_plain_word_of_an_older_version_is_hashed_when_the_next_session_begins():
    desk = waiting(leg("SELL", "PE"))
    entry = replace(desk.run.portfolio.entry, token=WORD)
    desk.run.portfolio = replace(desk.run.portfolio, entry=entry)

    facts = desk.open_session()

    (sealed,) = [fact for fact in facts if isinstance(fact, f.SecretWordSealed)]
    assert is_sealed(sealed.token)
    assert desk.run.portfolio.entry.token == sealed.token
    assert not [fact for fact in desk.open_session() if isinstance(fact, f.SecretWordSealed)]
