"""Margins of portfolios add up as the model says, and charges of a day are those of its orders."""

from engine.domain.charges import order_charges
from engine.domain.instant import ist_date
from engine.domain.margin import Holding, blocked_margin, margin_parts
from engine.domain.money import Money, Price
from engine.views.desk import Desk
from engine.views.funds import account_margin, charges_of_day
from engine.views.orders import OrderRow
from engine.views.portfolios import PortfolioRow
from tests.helpers.simulated_desk import DAY, PAPER, facts_of, rules, run_at


def told(run, kind):
    return [one for one in Desk(rules()).everything(facts_of(run), run.state) if isinstance(one, kind)]


def last_price_of(run):
    def last(row: int) -> Price | None:
        return Price(int(run.state.board.values[row, 0])) or None

    return last


def test_the_margin_of_a_portfolio_is_that_of_the_model_over_its_open_legs() -> None:
    run = run_at(9, 45)
    state = run.state

    found = account_margin(PAPER, told(run, PortfolioRow), state.master, last_price_of(run))

    held = {name: quantity for name, quantity in state.books.net_quantity.items() if quantity}
    holdings = [Holding(state.master.by_id(name), quantity) for name, quantity in held.items()]
    prices = {name: Price(int(state.board.values[state.master.row(name), 0])) for name in held}
    spot = state.master.row(state.master.spot("NIFTY").id)
    spots = {"NIFTY": Price(int(state.board.values[spot, 0]))}
    (one,) = found.portfolios
    assert found.parts.total == one.parts.total == blocked_margin(holdings, prices, spots)
    assert (one.legs, found.benefit) == (len(held), 0)
    assert one.option_value == sum(prices[name] * quantity for name, quantity in held.items())


def test_what_is_blocked_is_scan_and_exposure_together() -> None:
    run = run_at(9, 45)
    master = run.state.master
    name = next(name for name, quantity in run.state.books.net_quantity.items() if quantity < 0)
    naked = [Holding(master.by_id(name), -130)]
    spots = {"NIFTY": Price(24_000 * 10_000)}

    parts = margin_parts(naked, {}, spots)

    # Two percent of the underlying's value is the exposure of a naked index option (MarginRules).
    assert parts.exposure == 24_000 * 10_000 * 130 * 2 // 100
    assert parts.scan > 0
    assert parts.total == blocked_margin(naked, {}, spots)


def test_another_account_has_no_margin() -> None:
    run = run_at(9, 45)

    found = account_margin("OTHER", told(run, PortfolioRow), run.state.master, last_price_of(run))

    assert (found.parts.total, found.portfolios) == (0, ())


def test_the_charges_of_a_day_are_those_of_its_executed_orders() -> None:
    run = run_at(9, 45)
    state = run.state

    found = charges_of_day(PAPER, told(run, OrderRow), state.master, rules(), DAY)

    total = Money(0)
    for order in state.books.orders.values():
        contract = state.master.by_id(order.instrument)
        rates = rules().charge_rates(contract.exchange, contract.kind, ist_date(order.requested_at))
        total += order_charges(rates, order.side, order.value).total
    assert abs(found - total * 10_000) < 100
