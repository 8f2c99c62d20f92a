"""A leg is moved from one product of the broker to another: asked once, answered by him or by his books."""

from engine.domain import commands as c
from engine.domain import facts as f
from engine.domain.identifiers import LegId
from engine.domain.order import OrderStatus, Product
from engine.domain.reports import BookPosition, BooksReport, ConversionReport
from engine.views.portfolios import portfolio_row
from tests.helpers.action_desk import again, running
from tests.helpers.core_desk import ACCOUNT, LOT, P1, leg, symbol

CALL = symbol(24850, "CE")
NRML, MIS = Product.CARRY_FORWARD, Product.INTRADAY


def refusal(facts):
    """The sentence of a refusal, empty where there is none."""
    return next((fact.sentence for fact in facts if isinstance(fact, f.CommandRefused)), "")


def convert(desk, product=NRML, leg_id=1):
    return desk.say(c.ConvertLeg(at=desk.now, portfolio_id=P1, leg_id=LegId(leg_id), product=product))


def answer(desk, *, done, words=""):
    asked = desk.of(f.ConversionRequested)[-1]
    return desk.say(ConversionReport(at=desk.now, account=ACCOUNT, reference=asked.reference, done=done, wording=words))


def books(desk, **products):
    """Show what the broker holds of the call in each product."""
    rows = tuple(
        BookPosition(instrument=CALL, product=Product[name], net_quantity=quantity)
        for name, quantity in products.items()
    )
    report = BooksReport(at=desk.now, account=ACCOUNT, read_at=desk.now, fresh=True, orders=(), positions=rows)
    return desk.say(report)


def square_off(desk):
    return desk.say(c.SquareOffLeg(at=desk.now, portfolio_id=P1, leg_id=LegId(1)))


def test_a_converted_leg_is_closed_in_its_new_product():
    desk = running(leg("SELL", "CE"))

    convert(desk)
    answer(desk, done=True)
    square_off(desk)

    assert [one.product for one in desk.requests()] == [MIS, NRML]
    assert portfolio_row(desk.state, desk.run).legs[0].product is NRML


def test_a_refusal_is_told_in_the_brokers_words_and_leaves_the_product():
    desk = running(leg("SELL", "CE"))

    convert(desk)
    facts = answer(desk, done=False, words="MARGIN: ₹4,000.00 are missing")
    square_off(desk)

    assert [one.why for one in facts] == ["MARGIN: ₹4,000.00 are missing"]
    assert desk.requests()[-1].product is MIS
    assert "MARGIN" in portfolio_row(desk.state, desk.run).legs[0].conversion


def test_a_lost_answer_is_found_in_the_books_after_a_restart_and_not_asked_again():
    desk = running(leg("SELL", "CE"))

    convert(desk)
    desk.wait(10)
    again(desk)
    books(desk, CARRY_FORWARD=-LOT)

    assert [fact.product for fact in desk.of(f.LegConverted)] == [NRML]
    assert len(desk.of(f.ConversionRequested)) == 1


def test_books_that_stay_as_they_were_say_that_nothing_was_converted():
    desk = running(leg("SELL", "CE"))

    convert(desk)
    answer(desk, done=None)
    desk.wait(10)
    early = books(desk, INTRADAY=-LOT)
    desk.wait(25)
    late = books(desk, INTRADAY=-LOT)

    assert not [fact for fact in early if isinstance(fact, f.ConversionFact)]
    assert [type(fact) for fact in late if isinstance(fact, f.ConversionFact)] == [f.ConversionRefused]


def test_books_that_fit_neither_way_raise_an_alarm_in_the_end():
    desk = running(leg("SELL", "CE"))

    convert(desk)
    desk.wait(200)
    facts = books(desk, INTRADAY=-3 * LOT, CARRY_FORWARD=2 * LOT)

    assert [fact.code for fact in facts if isinstance(fact, f.AlarmRaised)] == ["CONVERSION"]


def test_an_exit_waits_a_moment_for_the_answer_and_then_goes():
    desk = running(leg("SELL", "CE"))

    convert(desk)
    square_off(desk)
    waiting = desk.pending()
    desk.timer(5)

    assert not waiting
    assert [one.product for one in desk.pending()] == [MIS]


def test_an_exit_goes_at_once_in_the_right_product_when_the_answer_comes():
    desk = running(leg("SELL", "CE"))

    convert(desk)
    square_off(desk)
    answer(desk, done=True)

    assert [one.product for one in desk.pending()] == [NRML]


def test_a_conversion_that_makes_no_sense_is_refused():
    desk = running(leg("SELL", "CE"), leg("SELL", "PE", lots=2))

    assert "is MIS already" in refusal(convert(desk, MIS))
    convert(desk)
    assert "is being converted to NRML" in refusal(convert(desk))
    desk.say(c.PartExitLeg(at=desk.now, portfolio_id=P1, leg_id=LegId(2), lots=1))
    assert "is being closed" in refusal(convert(desk, NRML, 2))
    desk.report(desk.pending()[0].order_id, OrderStatus.OPEN)
    assert desk.run.legs[1].net_quantity == -2 * LOT
