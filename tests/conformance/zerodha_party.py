"""The words of the conversations for Zerodha: what the venue can do, in its own moves."""

from collections.abc import Callable

from engine.domain.reports import Report
from tests.conformance.kite_answers import DOUBTS, REFUSALS
from tests.conformance.zerodha_desk import ACCOUNT, LISTED, ZerodhaDesk

_BEHAVIOURS = {
    "accepts",
    "accepts-silently",
    "accepts-slowly",
    "accepts-hangs-up",
    "accepts-late",
    "accepts-doubt",
    "accepts-garbage",
    "silent",
    "hangs-up",
    "half",
    "redirects",
    "doubt",
    "refuses",
    "bare",
    "success-without-number",
    "sliced",
}


class ZerodhaParty:
    """A Zerodha gateway and its venue, for one conversation."""

    def __init__(self) -> None:
        self._desk = ZerodhaDesk()
        self.gateway = self._desk.gateway
        self.account = ACCOUNT
        self.instrument = LISTED.id

    def call(self, action: Callable[..., None], *arguments: object) -> None:
        self._desk.call(action, *arguments)

    def wait(self, seconds: int) -> list[Report]:
        return self._desk.wait(seconds)

    def log_in(self, token: str) -> None:
        self._desk.log_in(token)

    def hurry(self) -> None:
        self._desk.call(self.gateway.hurry, True)

    def sent(self, what: str) -> int:
        return self._desk.venue.sent[what]

    def notices(self) -> list[str]:
        return self._desk.heard.notices

    def close(self) -> None:
        self._desk.close()

    def venue_does(self, words: list[str]) -> None:
        venue, run = self._desk.venue, self._desk.loop.play
        match words:
            case [behaviour, *detail] if behaviour in _BEHAVIOURS:
                assert not detail or detail[0] in {*REFUSALS, *DOUBTS, "502", "429", "410", "413"}, words
                venue.will(behaviour, *detail)
            case ["shows", bid, bid_quantity, ask, ask_quantity]:
                self.call(venue.show, bid, int(bid_quantity), ask, int(ask_quantity))
            case ["fills", number, quantity, price, *quietly]:
                self.call(lambda: venue.fill(number, int(quantity), price, tell=not quietly))
            case ["ends", number, status, *message]:
                quietly = message[:1] == ["quietly"]
                words_of = " ".join(message[quietly:]) or None
                self.call(lambda: venue.finish(number, status, words_of, tell=not quietly))
            case ["becomes", number, *status]:
                self.call(lambda: venue.finish(number, " ".join(status)))
            case ["repeats", number, *changes]:
                row = dict(venue.orders[number])
                for name, text in zip(changes[::2], changes[1::2], strict=True):
                    row[name] = int(text) if text.isdigit() else text.replace("_", " ")
                self.call(venue.tell, row)
            case ["foreign", quantity, price, *quietly]:
                self.call(lambda: venue.foreign(LISTED.symbol, int(quantity), price, tell=not quietly))
            case ["says", *text]:
                self.call(venue.say, " ".join(text))
            case ["tells", "twice"]:
                venue.twice = True
            case ["mute"]:
                venue.mute = True
            case ["speaks"]:
                venue.mute = False
            case ["news", "without", "tags"]:
                venue.news_without_tags = True
            case ["no", "ticks"]:
                venue.ticks = False
            case ["ticks", "again"]:
                venue.ticks = True
            case ["forgets", number]:
                del venue.orders[number]
            case ["untags", number]:
                venue.orders[number] |= {"tag": None, "tags": []}
            case ["damages", number, field, value]:
                venue.orders[number][field] = value
            case ["books", "freeze"]:
                venue.frozen_books = [dict(row) for row in venue.orders.values()]
            case ["books", "thaw"]:
                venue.frozen_books = None
            case ["books", "fail"]:
                venue.books_fail = True
            case ["books", "work"]:
                venue.books_fail = False
            case ["session", "dies"]:
                venue.takes_session = False
            case ["session", "lives"]:
                venue.takes_session = True
            case ["vanishes"]:
                run(venue.vanish())
            case ["returns"]:
                run(venue.listen())
            case ["breaks", "feed"]:
                run(venue.break_feed())
            case ["fills", "before", "cancel"]:
                venue.fills_before_cancel = True
            case ["carries", quantity, product]:
                venue.carried[product] = int(quantity)
            case ["holds", symbol, exchange, product, quantity]:
                row = {"exchange": exchange, "tradingsymbol": symbol, "product": product, "quantity": int(quantity)}
                venue.extra_positions.append(row)
            case _:
                raise ValueError(words)
