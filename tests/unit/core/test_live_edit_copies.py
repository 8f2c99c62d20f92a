"""Edit all copies of a portfolio in the accounts of its tag at once: every one changes, or none."""

from engine.domain import commands as c
from engine.domain import facts as f
from engine.domain.money import price_of
from engine.domain.multileg.portfolio import MultilegPortfolio
from engine.schema.load import dump, load
from tests.helpers.core_desk import ACCOUNT, P1, leg, portfolio, stop
from tests.helpers.two_accounts import SECOND, TwoDesk


def refusal(facts):
    """The sentence of a refusal, empty where there is none."""
    return next((fact.sentence for fact in facts if isinstance(fact, f.CommandRefused)), "")


def wanted(facts):
    """What a confirmation is wanted for, empty where it is not."""
    return next((fact.sentence for fact in facts if isinstance(fact, f.ConfirmationWanted)), "")


def test_an_edit_of_the_parent_reaches_every_copy_with_its_own_lots():
    desk = TwoDesk()
    declared = portfolio(leg("SELL", "PE", stop_loss=stop(25)), tag="BOTH")
    desk.say(c.AddPortfolio(at=desk.now, portfolio=declared, start=True))
    desk.fill_all()
    legs = [{**dump(declared)["legs"][0], "stop_loss": stop(50)}, {**leg("BUY", "PE", -4), "idle": True}]
    new = load({**dump(declared), "legs": legs}, MultilegPortfolio)

    desk.say(c.EditPortfolio(at=desk.now, portfolio_id=P1, portfolio=new))

    copies = [desk.run_of(ACCOUNT), desk.run_of(SECOND)]
    assert [copy.legs[0].stop.value for copy in copies] == [price_of("180"), price_of("180")]
    assert [[one.leg.lots for one in copy.legs] for copy in copies] == [[1, 1], [3, 3]]


def two_copies():
    """Two copies of a short put with a stop, open in both accounts at 120."""
    desk = TwoDesk()
    declared = portfolio(leg("SELL", "PE", stop_loss=stop(25)), tag="BOTH")
    desk.say(c.AddPortfolio(at=desk.now, portfolio=declared, start=True))
    desk.fill_all()
    return desk


def edit_of_all(desk, stop_percent, *, confirmed=False):
    declared = dump(desk.run_of(ACCOUNT).portfolio)
    legs = [{**declared["legs"][0], "stop_loss": stop(stop_percent)}]
    new = load({**declared, "legs": legs}, MultilegPortfolio)
    return desk.say(c.EditPortfolio(at=desk.now, portfolio_id=P1, portfolio=new, confirmed=confirmed))


def versions(desk):
    return [desk.run_of(account).version for account in (ACCOUNT, SECOND)]


def test_where_one_copy_refuses_none_is_edited_and_it_is_named():
    desk = two_copies()
    desk.say(c.SquareOffPortfolio(at=desk.now, portfolio_id=desk.run_of(SECOND).portfolio_id))

    facts = edit_of_all(desk, 50)

    assert "no copy is changed: in SECOND: Test is being closed" in refusal(facts)
    assert versions(desk) == [1, 1]


def test_a_copy_that_is_done_stays_as_it_is_and_the_other_is_edited():
    desk = two_copies()
    desk.say(c.SquareOffPortfolio(at=desk.now, portfolio_id=desk.run_of(SECOND).portfolio_id))
    desk.fill_all()

    edit_of_all(desk, 50)

    assert versions(desk) == [2, 1]


def test_what_would_follow_in_each_account_is_asked_about_at_once():
    desk = two_copies()
    desk.chain(premium="140")

    facts = edit_of_all(desk, 10)

    assert len([fact for fact in facts if isinstance(fact, f.ConfirmationWanted)]) == 1
    assert f"in {ACCOUNT}: leg 1 would be closed at once" in wanted(facts)
    assert "in SECOND: leg 1 would be closed at once" in wanted(facts)
    assert versions(desk) == [1, 1]
    edit_of_all(desk, 10, confirmed=True)
    assert versions(desk) == [2, 2]


def test_a_copy_that_is_declared_so_already_is_not_edited_again():
    desk = two_copies()
    one = desk.run_of(ACCOUNT)
    legs = [{**dump(one.portfolio)["legs"][0], "stop_loss": stop(50)}]
    new = load({**dump(one.portfolio), "legs": legs}, MultilegPortfolio)
    desk.say(c.EditPortfolio(at=desk.now, portfolio_id=one.portfolio_id, portfolio=new))

    edit_of_all(desk, 50)

    assert versions(desk) == [2, 2]
