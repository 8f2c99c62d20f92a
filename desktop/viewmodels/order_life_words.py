"""The life of an order in lines of text, for its dialog and for the clipboard."""

from collections.abc import Iterable

from desktop.presentation import formats
from desktop.viewmodels.order_columns import day_text, price_text, status_text
from desktop.viewmodels.times import latency_text, time_text
from engine.domain.instant import ist_date
from engine.views.orders import OrderRow


def life_lines(order: OrderRow) -> list[tuple[str, str]]:
    """Return what an order is, as titles with their texts."""
    filled = f"{formats.quantity(order.filled)} of {formats.quantity(order.quantity)}"
    if order.average_price is not None:
        filled += f" at ₹{formats.price(order.average_price)} on average"
    trigger = "" if order.trigger_price is None else f", trigger ₹{formats.price(order.trigger_price, order.tick_size)}"
    rests = "" if order.rests_for is None else f", rests at the broker for its leg's {order.rests_for.value}"
    latencies = (
        (order.send_latency, "sent after"),
        (order.acknowledge_latency, "first answer"),
        (order.fill_latency, "last fill"),
    )
    timed = [f"{words} {latency_text(latency)}" for latency, words in latencies if latency is not None]
    terms = f"{order.side.value} {formats.quantity(order.quantity)} {order.contract}, {price_text(order)}{trigger}"
    number = f"broker's number {order.broker_order_id or 'not given yet'}"
    tries = f"no. {order.number} of its leg, {order.retries} refused before it, changed {order.modifications} times"
    day = f"{day_text(ist_date(order.requested_at))} {time_text(order.requested_at, milliseconds=True)}"
    owner = f"{order.portfolio} ({order.portfolio_id}), leg {order.leg_id}, cycle {order.cycle}"
    return [
        ("Order", f"{terms}, {order.product.value}{rests}"),
        ("Why", order.why),
        ("Status", status_text(order)),
        ("Filled", filled),
        ("Belongs to", f"{owner}, account {order.account}"),
        ("Our tag", f"{order.order_id}, {number}, {tries}"),
        ("Broker says", order.wording or formats.MISSING),
        ("Times", f"{day}: {', '.join(timed)}" if timed else day),
    ]


def step_lines(order: OrderRow) -> list[str]:
    """Return the steps of an order: when, how long after the step before, who, what, and why or the broker's words."""
    lines = []
    before = None
    for step in order.steps:
        after = "" if before is None else f"+{latency_text(step.at - before)}"
        detail = f": {step.detail}" if step.detail else ""
        lines.append(f"{time_text(step.at, milliseconds=True)}   {after:>9}   {step.who}: {step.words}{detail}")
        before = step.at
    return lines


def brothers_of(order: OrderRow, orders: Iterable[OrderRow]) -> list[OrderRow]:
    """Return the other orders for the same of a leg: its slices and retries, oldest first."""
    same = (order.portfolio_id, order.leg_id, order.cycle, order.purpose)
    return [
        one
        for one in orders
        if (one.portfolio_id, one.leg_id, one.cycle, one.purpose) == same and one.order_id != order.order_id
    ]


def brother_line(one: OrderRow) -> str:
    """Return another order for the same of a leg in a line."""
    filled = f"{formats.quantity(one.filled)} of {formats.quantity(one.quantity)} filled"
    said = f": {one.wording}" if one.wording else ""
    return f"{one.order_id}   no. {one.number}   {one.side.value} {filled}, {status_text(one)}{said}"


def life_text(order: OrderRow, brothers: Iterable[OrderRow]) -> str:
    """Return everything about an order as text."""
    lines = [f"{title}: {text}" for title, text in life_lines(order)]
    lines += ["", *step_lines(order)]
    told = [brother_line(one) for one in brothers]
    return "\n".join([*lines, *(["", "Other orders for the same of its leg:", *told] if told else [])])
