"""The paper broker moves positions between products, refuses in its own words, and remembers."""

from brokers.definition import Surroundings
from brokers.paper.faults import FaultPlan
from brokers.paper.gateway import PaperBroker
from engine.domain.instant import SECOND
from engine.domain.order import Product, Side
from engine.domain.reports import ConversionReport
from engine.ports.broker import ConvertPosition
from tests.unit.brokers.paper_world import ACCOUNT, CE, CONTRACTS, PaperWorld

MIS, NRML = Product.INTRADAY, Product.CARRY_FORWARD


def convert(world, quantity=-65, before=MIS, after=NRML, wait=SECOND):
    """Ask for a conversion of the call and answer what came back."""
    world.broker.convert(
        ConvertPosition(
            account=ACCOUNT, reference="R1", instrument=CE.id, quantity=quantity, before=before, after=after
        )
    )
    return [one for one in world.wait(wait) if isinstance(one, ConversionReport)]


def held(broker):
    return {(row.product): row.net_quantity for row in broker.positions if row.instrument == CE.id}


def sold(**more):
    world = PaperWorld(**more)
    world.trade(CE, Side.SELL, 65, "99.50")
    return world


def test_a_position_moves_to_the_other_product_and_no_money_moves(tmp_path):
    path = tmp_path / "paper.books"
    world = sold(books_file=path)
    cash = world.broker.cash

    reports = convert(world)

    assert [(one.reference, one.done) for one in reports] == [("R1", True)]
    assert held(world.broker) == {MIS: 0, NRML: -65}
    assert world.broker.cash == cash
    reopened = PaperBroker(Surroundings(account=ACCOUNT, contracts=CONTRACTS, books_file=path))
    assert held(reopened) == {MIS: 0, NRML: -65}


def test_what_is_not_held_is_not_converted_and_the_words_say_so():
    world = sold()

    more, other = convert(world, -130), convert(world, -65, NRML, MIS)

    assert [one.done for one in (*more, *other)] == [False, False]
    assert more[0].wording == "BOOKS: -65 are held in MIS, -130 cannot be converted"
    assert other[0].wording == "BOOKS: +0 are held in NRML, -65 cannot be converted"


def test_a_closed_market_converts_nothing():
    world = sold()
    world.wait(7 * 3_600 * SECOND)

    assert convert(world)[0].wording.startswith("MARKET_CLOSED: ")


def test_a_lost_answer_is_told_as_unanswered_and_converts_all_the_same():
    world = sold(faults=FaultPlan(lost_answer=10_000))

    reports = convert(world, wait=60 * SECOND)

    assert [one.done for one in reports] == [None]
    assert held(world.broker)[NRML] == -65
