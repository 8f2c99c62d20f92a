"""Planted mistakes in the Zerodha adapter: sending, answers, news, books, tags and sessions."""

from contextlib import AbstractContextManager
from typing import Any

import msgspec

from brokers.zerodha import books, conversions, order_news, order_routes, order_story, standing, words
from brokers.zerodha.answers import No, Refused, Unsure
from brokers.zerodha.freshness import Freshness
from brokers.zerodha.order_routes import OrderRoutes
from brokers.zerodha.standing import Line, Standing
from engine.domain.money import Money
from tests.simulation.planted.plant import Plant, patched

_send = OrderRoutes._send


def an_unanswered_request_is_sent_again() -> AbstractContextManager[None]:
    """A request of unknown outcome is sent a second time."""

    async def send(self: OrderRoutes, *request: Any) -> Any:
        outcome = await _send(self, *request)
        return await _send(self, *request) if isinstance(outcome.answer, Unsure) else outcome

    return patched((OrderRoutes, "_send", send))


def a_lost_answer_counts_as_a_refusal() -> AbstractContextManager[None]:
    """No reply is taken for a no."""

    async def send(self: OrderRoutes, *request: Any) -> Any:
        outcome = await _send(self, *request)
        if isinstance(outcome.answer, Unsure):
            refused = Refused(why=No.INVALID, message=outcome.answer.message)
            return msgspec.structs.replace(outcome, answer=refused)
        return outcome

    return patched((OrderRoutes, "_send", send))


def repeated_news_count_twice() -> AbstractContextManager[None]:
    """What an update says is filled is added to what was known, whichever way the update came."""

    merged = order_story._merged

    def added(known: Any, news: Any) -> Any:
        filled = min(known.filled + news.filled, news.quantity) if news.filled else known.filled
        return msgspec.structs.replace(merged(known, news), filled=filled)

    return patched((order_story, "_merged", added))


def a_postback_is_a_fill_of_its_own() -> AbstractContextManager[None]:
    """A postback of a filled order is taken for one lot more."""

    row = order_news.OrderNews.row

    def taken(self: Any, told: Any) -> bool:
        if isinstance(told, dict) and "checksum" in told and told.get("filled_quantity"):
            told = {**told, "filled_quantity": told["filled_quantity"] + 65}
        return row(self, told)

    return patched((order_news.OrderNews, "row", taken))


def the_tag_is_left_out() -> AbstractContextManager[None]:
    """Orders leave without their tags."""

    form = order_routes.place_form

    def untagged(order: Any) -> dict[str, str]:
        return {name: value for name, value in form(order).items() if name != "tag"}

    return patched((order_routes, "place_form", untagged))


def the_tag_is_cut() -> AbstractContextManager[None]:
    """Only the first letters of a tag leave."""

    form = order_routes.place_form

    def cut(order: Any) -> dict[str, str]:
        filled = form(order)
        return {**filled, "tag": filled["tag"][:4]}

    return patched((order_routes, "place_form", cut))


def every_book_is_believed() -> AbstractContextManager[None]:
    """A book counts as fresh, however old it is."""
    return patched((Freshness, "doubt", lambda *_: ""))


def bought_is_sold() -> AbstractContextManager[None]:
    """Kite's word for a side is the other one in books and news."""
    sides = {"BUY": words.Side.SELL, "SELL": words.Side.BUY}
    return patched((words, "SIDES", sides))


def the_value_of_fills_is_a_tick_off() -> AbstractContextManager[None]:
    """What fills cost is told a tick worse than it was."""

    value = books.value_of_fills

    def dearer(order: Any, contracts: Any) -> Money:
        return Money(value(order, contracts) + 500 * order.side.sign)

    return patched((books, "value_of_fills", dearer), (order_news, "value_of_fills", dearer))


def a_login_is_not_asked_for_on_a_line_that_is_down() -> AbstractContextManager[None]:
    """That the session ended is told only where the line was up."""

    def told_once(self: Any, detail: str, *, data_lost: bool = True) -> None:
        connected = self.line is Line.UP and not self._books_trouble
        self._login_told = True
        if connected is not self._told:
            tell(self, detail, data_lost=data_lost)

    tell = Standing._tell
    return patched((standing.Standing, "_tell", told_once))


def a_conversion_is_asked_for_until_it_is_answered() -> AbstractContextManager[None]:
    """A conversion of unknown outcome is sent again."""

    convert = OrderRoutes.convert

    async def again(self: OrderRoutes, *request: Any) -> Any:
        outcome = await convert(self, *request)
        return await convert(self, *request) if isinstance(outcome.answer, Unsure) else outcome

    return patched((conversions.OrderRoutes, "convert", again))


PLANTS: list[Plant] = [
    an_unanswered_request_is_sent_again,
    a_lost_answer_counts_as_a_refusal,
    repeated_news_count_twice,
    a_postback_is_a_fill_of_its_own,
    the_tag_is_left_out,
    the_tag_is_cut,
    every_book_is_believed,
    bought_is_sold,
    the_value_of_fills_is_a_tick_off,
    a_login_is_not_asked_for_on_a_line_that_is_down,
    a_conversion_is_asked_for_until_it_is_answered,
]
