"""The margin of a whole basket is checked before its first order, and never after it."""

from engine.domain import commands as c
from engine.domain import facts as f
from engine.domain.denial import DenialReason
from engine.domain.money import money_of
from engine.domain.multileg.states import LegState, PortfolioState
from engine.domain.order import OrderStatus
from engine.domain.settings.risk_limits import RiskLimits
from tests.helpers.core_desk import P1, Desk, leg, portfolio

STRANGLE = (leg("SELL", "CE"), leg("SELL", "PE"))
CONDOR = (leg("BUY", "CE", 4), leg("BUY", "PE", -4), leg("SELL", "CE"), leg("SELL", "PE"))


def desk_with(free, **limits):
    """A desk on an account with so many free rupees."""
    desk = Desk(RiskLimits(**limits))
    desk.state.margin_free = None if free is None else money_of(free)
    return desk


# By the model's statement, in ₹: one sale blocks (2485 + 497) × 65, two (2485 + 2 × 497) × 65, each brings 120 × 65;
# 5 % more must be free.
ONE_SALE, TWO_SALES = "195331.50", "221061.75"
A_PAISA_LESS = "221061.74"


def test_a_basket_that_the_funds_do_not_cover_sends_nothing_at_all():
    desk = desk_with(A_PAISA_LESS)

    desk.add(portfolio(*STRANGLE))

    assert desk.requests() == []
    assert desk.run.state is PortfolioState.REJECTED
    assert [one.reason for one in desk.of(f.OrderDenied)] == [DenialReason.MARGIN]
    assert {one.state for one in desk.run.legs} == {LegState.ENTRY_FAILED}


def test_the_refusal_says_what_is_needed_and_what_is_free():
    desk = desk_with("10000")

    desk.add(portfolio(leg("SELL", "CE")))

    (denied,) = desk.of(f.OrderDenied)
    assert denied.detail == f"about ₹{ONE_SALE} needed, ₹10000.00 free"
    assert desk.run.exit_why.endswith(denied.detail)


def test_no_policy_for_failed_legs_lets_a_part_of_the_basket_through():
    for policy in ("keep placed legs", "exit placed legs", "automatic", "resize shorts to the filled wings"):
        desk = desk_with("10000")  # Enough for one wing alone.

        desk.add(portfolio(*CONDOR, execution={"on_leg_failure": policy}))

        assert desk.requests() == [], policy
        assert desk.run.state is PortfolioState.REJECTED, policy


def test_a_basket_that_the_funds_cover_goes_out():
    desk = desk_with(TWO_SALES)

    desk.add(portfolio(*STRANGLE))

    assert len(desk.requests()) == 2
    assert not desk.of(f.OrderDenied)


def test_a_hedge_makes_the_basket_cheaper():
    naked, hedged = desk_with("50000"), desk_with("50000")

    naked.add(portfolio(*STRANGLE))
    hedged.add(portfolio(*CONDOR))

    assert naked.requests() == []
    assert len(hedged.requests()) == 2


def test_once_begun_a_basket_is_left_to_the_broker():
    desk = desk_with(TWO_SALES)
    desk.add(portfolio(*CONDOR))
    desk.state.margin_free = money_of("0")

    desk.fill_all()

    assert len(desk.requests()) == 4
    assert desk.run.state is PortfolioState.RUNNING


def test_an_exit_needs_no_margin():
    desk = desk_with(TWO_SALES)
    desk.add(portfolio(*STRANGLE))
    desk.fill_all()
    desk.state.margin_free = money_of("0")

    facts = desk.say(c.SquareOffPortfolio(at=desk.now, portfolio_id=P1))

    assert len(desk.requests(facts)) == 2


def test_nothing_is_refused_while_the_funds_are_not_known_or_the_check_is_off():
    for desk in (desk_with(None), desk_with("1", check_margin=False)):
        desk.add(portfolio(*STRANGLE))

        assert len(desk.requests()) == 2


def test_what_is_held_already_is_counted_on():
    desk = desk_with(TWO_SALES)
    desk.add(portfolio(leg("SELL", "CE")))
    desk.fill_all()
    desk.state.margin_free = money_of("25730.25")

    desk.add(portfolio(leg("SELL", "PE"), name="Other"))

    # One side only can be in the money: new is the put's exposure less its premium, (497 − 120) × 65 × 105 %.
    assert [desk.state.books.orders[one.order_id].status for one in desk.requests()][1:] == [OrderStatus.NEW]
