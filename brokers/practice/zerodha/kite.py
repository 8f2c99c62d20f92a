"""The practice Kite without a network: requests in, answers out, frames when they are due; the caller says the time."""

from collections.abc import Callable, Iterable, Mapping
from urllib.parse import parse_qs

from brokers.practice.zerodha.broker import PracticeBroker
from brokers.practice.zerodha.calls import Calls
from brokers.practice.zerodha.control import Control
from brokers.practice.zerodha.faults import FaultPlan, Kind
from brokers.practice.zerodha.limits import too_many
from brokers.practice.zerodha.login_pages import LoginPages
from brokers.practice.zerodha.market import FrameSource, PracticeMarket
from brokers.practice.zerodha.records import Line
from brokers.practice.zerodha.routes import Match, find_route
from brokers.practice.zerodha.session import bad_token
from brokers.practice.zerodha.settings import PracticeSettings
from brokers.practice.zerodha.sockets import Hangup, SocketLine
from brokers.practice.zerodha.troubles import Troubles
from brokers.practice.zerodha.updates import Postback
from brokers.practice.zerodha.wire import Answer, ErrorType, KiteError, Request, bad_input, failure, request_of, success
from engine.domain.instant import Instant
from engine.domain.market_rules import MarketRules

_SHORTEST_DELAY = 15_000


class PracticeKite:
    """The whole API on one account. Times given to it may stand still but never go back.

    ``source`` is the market as it plays; ``lines`` are those of a state file. The first call is ``begin``.
    """

    def __init__(
        self,
        source: FrameSource,
        rules: MarketRules,
        settings: PracticeSettings | None = None,
        plan: FaultPlan | None = None,
        *,
        seed: int = 1,
        lines: Iterable[Line] = (),
    ) -> None:
        self.settings = settings or PracticeSettings()
        market = PracticeMarket(source, rules, seed)
        self.broker = PracticeBroker(market, self.settings, plan or FaultPlan(), seed, lines)
        self._calls = Calls(self.broker)
        self._troubles = Troubles(self.broker)
        self._pages = LoginPages(self.settings, self.broker.sessions)
        self._control = Control(self.broker)

    def begin(self, at: Instant) -> str:
        """Open for business at an instant; answer a request token that is good once."""
        self.broker.begin(at)
        return self.broker.sessions.request_token(at, for_ever=self.settings.first_token_never_ends)

    def answer(
        self,
        method: str,
        target: str,
        headers: Mapping[str, str],
        body: bytes,
        now: Instant,
        peer: str = "127.0.0.1",
    ) -> Answer:
        """Answer one request; ``target`` is path and query. Nothing that a client can send raises."""
        self.broker.advance(now)
        request = request_of(method, target, headers, body, peer)
        if request.path.startswith(("/connect/login", "/sim/")):
            return self._beside(request, now)
        try:
            found = find_route(request.method, request.path)
        except KiteError as error:
            return failure(error)
        if found.moved_to is not None:
            query = f"?{request.query}" if request.query else ""
            return Answer(status=307, headers={"Location": found.moved_to + query})
        return self._called(found, request, now)

    def connect(self, target: str, now: Instant) -> SocketLine | Answer:
        """Open a WebSocket; ``target`` holds api_key and access_token. Answers the refusal where it cannot be."""
        self.broker.advance(now)
        try:
            token = self._admitted(target, now)
        except KiteError as error:
            return failure(error)
        broker = self.broker
        line = SocketLine(token, broker.market, broker.packets, broker.dice, self.settings, now)
        broker.sockets.append(line)
        if broker.dice.strikes("connect", Kind.DROPPED_SOCKET) is not None:
            line.hang_up(Hangup(), now)
        return line

    def advance(self, now: Instant) -> None:
        """Let everything happen that is due up to ``now``."""
        self.broker.advance(now)

    def next_due(self) -> Instant | None:
        """Answer when something happens, or is to be sent, next; None where nothing ever will."""
        return self.broker.next_due()

    def take_changes(self) -> list[Line]:
        """Answer what has to be written down before anything else is answered, and forget it."""
        taken = list(self.broker.changes)
        self.broker.changes.clear()
        return taken

    def take_postbacks(self) -> list[Postback]:
        """Answer the postbacks that are to be sent, and forget them."""
        taken, self.broker.updates.postbacks = self.broker.updates.postbacks, []
        return taken

    def _admitted(self, target: str, now: Instant) -> str:
        """Answer the access token of a WebSocket that may be opened. Raises KiteError."""
        given = parse_qs(target.partition("?")[2])
        fault = self.broker.dice.strikes("connect", Kind.REFUSED_SOCKET)
        if fault is not None:
            raise KiteError(fault.status, ErrorType.NETWORK, "Service unavailable")
        key, token = given.get("api_key", [""])[-1], given.get("access_token", [""])[-1]
        self.broker.sessions.check_pair(key, token, now)
        if not self.settings.has_data_plan and self.settings.updates_need_data_plan:
            raise KiteError(403, ErrorType.PERMISSION, "Insufficient permission for that call.")
        self.broker.sockets = [line for line in self.broker.sockets if line.is_open]
        most = self.settings.connections
        if most is not None and len(self.broker.sockets) >= most:
            raise too_many()
        return token

    def _beside(self, request: Request, now: Instant) -> Answer:
        """Answer what is not the API: the login pages, and the control of the practice server itself."""
        answer: Callable[[Request, Instant], Answer] = self._pages.answer
        if request.path.startswith("/sim/"):
            answer = self._control.answer
        try:
            return answer(request, now)
        except KiteError as error:
            return failure(error)

    def _called(self, found: Match, request: Request, now: Instant) -> Answer:
        call = found.route.call
        before = self._troubles.before(call, request, now)
        if before is not None:
            return before
        try:
            self._gate(found, request, now)
            self._troubles.refuse(call, request, now)
            data = self._troubles.later(call, found, request, now, self._calls)
            answer = data if isinstance(data, Answer) else success(self._troubles.bent(call, request, data))
        except KiteError as error:
            answer = failure(error)
        return self._troubles.after(call, answer, self._delay())

    def _gate(self, found: Match, request: Request, now: Instant) -> None:
        """Raise KiteError where a request may not come in."""
        route = found.route
        if self.settings.needs_version and "x-kite-version" not in request.headers:
            raise bad_input("Missing header `X-Kite-Version`.")
        self.broker.limits.count(route.call, now)
        is_free = route.is_open or (route.call == "instruments" and not self.settings.instruments_need_login)
        if not is_free:
            authorization = request.headers.get("authorization", "")
            if not authorization:
                raise bad_token()
            self.broker.sessions.check(authorization, now)
        if route.is_data and not self.settings.has_data_plan:
            raise KiteError(403, ErrorType.PERMISSION, "Insufficient permission for that call.")

    def _delay(self) -> int:
        longest = self.settings.answer_delay
        return self.broker.dice.between(min(_SHORTEST_DELAY, longest), longest)
