"""A draft is resolved on copies of quotes as the engine would resolve it, and priced before it enters."""

from datetime import date, time

import numpy as np
import pytest

from brokers.simulated.market import SimulatedMarket
from desktop.commands.reading import demonstration
from desktop.composition.rules import market_rules
from desktop.viewmodels.entry_estimate import estimate
from engine.domain.instant import SECOND, ist_instant
from engine.domain.money import price_of
from engine.domain.quote import COLUMNS, QuoteBoard
from engine.views.preview import PreviewDesk


@pytest.fixture(scope="module")
def morning():
    """The first frame of a simulated morning: rules, contracts, quotes and their instant."""
    rules = market_rules()
    market = SimulatedMarket(
        rules, start=ist_instant(date(2026, 8, 19), time(9, 20)), seed=1, underlyings=("NIFTY",), step=SECOND
    )
    frame = next(market.frames())
    board = QuoteBoard(len(market.master))
    board.take(frame)
    return rules, market.master, board, frame.at


def resolved(morning):
    rules, master, board, at = morning
    desk = PreviewDesk(master, rules)
    return desk.resolve(demonstration(), board.values[desk.rows_of("NIFTY")], at)


def test_the_demonstration_resolves_to_wings_around_the_money(morning):
    preview = resolved(morning)

    strikes = [leg.contract.strike for leg in preview.legs]
    money = strikes[2]
    assert strikes == [money - price_of(500), money + price_of(500), money, money]
    assert abs(money - preview.spot) <= price_of(25)
    assert preview.is_complete


def test_bought_legs_cost_the_ask_and_sold_ones_bring_the_bid(morning):
    _rules, master, board, _at = morning

    preview = resolved(morning)

    for leg in preview.legs:
        quote = board.quote(master.row(leg.contract.id))
        assert leg.price == (quote.ask if leg.quantity > 0 else quote.bid)


def test_without_quotes_every_leg_says_what_it_waits_for(morning):
    rules, master, _board, at = morning
    desk = PreviewDesk(master, rules)
    nothing = np.zeros((len(desk.rows_of("NIFTY")), COLUMNS), dtype=np.int64)

    preview = desk.resolve(demonstration(), nothing, at)

    assert not preview.is_complete
    assert {leg.why for leg in preview.legs} == {"NIFTY has no price yet"}


def test_a_row_caught_while_it_is_written_keeps_its_price(morning):
    rules, master, board, at = morning
    desk = PreviewDesk(master, rules)
    quotes = board.values[desk.rows_of("NIFTY")]
    before = desk.resolve(demonstration(), quotes, at)

    after = desk.resolve(demonstration(), np.zeros_like(quotes), at)

    assert [leg.price for leg in after.legs] == [leg.price for leg in before.legs]


def test_the_largest_loss_of_the_hedged_straddle_is_width_less_credit(morning):
    rules = morning[0]
    preview = resolved(morning)
    buy_put, buy_call, sell_call, sell_put = (leg.price / 10_000 for leg in preview.legs)
    credit = sell_call + sell_put - buy_call - buy_put

    found = estimate(preview, rules)

    assert found.summary.max_profit == pytest.approx(130 * credit)
    assert found.summary.max_loss == pytest.approx(130 * (credit - 500))
    assert found.summary.break_evens == pytest.approx(
        (preview.legs[2].contract.strike / 10_000 - credit, preview.legs[2].contract.strike / 10_000 + credit)
    )
    assert found.margin > 0
    assert found.charges > 0
