"""The control of the practice server itself, under /sim/: its clock, its faults, what other people do."""

from collections.abc import Callable, Mapping
from typing import Any

from brokers.practice.zerodha.broker import PracticeBroker
from brokers.practice.zerodha.faults import NAMED_PLANS, FaultPlanError, plan_from_toml
from brokers.practice.zerodha.order_form import wish_of
from brokers.practice.zerodha.sockets import Hangup
from brokers.practice.zerodha.wire import Answer, ErrorType, KiteError, Request, bad_input, success
from engine.domain.instant import Instant, iso_text

Handler = Callable[[Request, Instant], Any]


class Control:
    """Answers what no real Kite has; needs no login, for the server listens on this machine only."""

    def __init__(self, broker: PracticeBroker) -> None:
        self._broker = broker
        self._handlers: Mapping[tuple[str, str], Handler] = {
            ("GET", "/sim/clock"): self._clock,
            ("GET", "/sim/faults"): self._faults,
            ("POST", "/sim/faults"): self._follow,
            ("POST", "/sim/request_token"): self._request_token,
            ("DELETE", "/sim/sessions"): self._end_sessions,
            ("DELETE", "/sim/sockets"): self._drop_sockets,
            ("POST", "/sim/orders"): self._order_by_hand,
            ("DELETE", "/sim/orders"): self._cancel_by_hand,
        }

    def answer(self, request: Request, now: Instant) -> Answer:
        """Answer a request. Raises KiteError."""
        handler = self._handlers.get((request.method, request.path))
        if handler is None:
            raise KiteError(404, ErrorType.GENERAL, "Route not found")
        return success(handler(request, now))

    def _clock(self, _request: Request, now: Instant) -> dict[str, Any]:
        return {"now": iso_text(now), "microseconds": int(now)}

    def _faults(self, _request: Request, _now: Instant) -> dict[str, Any]:
        struck = {kind.value: times for kind, times in self._broker.dice.injected.items()}
        return {"plans": sorted(NAMED_PLANS), "struck": struck}

    def _follow(self, request: Request, _now: Instant) -> str:
        name = request.fields().get("plan", "")
        text = request.body.decode("utf-8", errors="replace")
        try:
            plan = NAMED_PLANS[name] if name in NAMED_PLANS else plan_from_toml(text)
        except FaultPlanError as error:
            raise bad_input(str(error)) from error
        self._broker.dice.follow(plan)
        return f"{len(plan.faults)} faults"

    def _request_token(self, _request: Request, now: Instant) -> dict[str, str]:
        return {"request_token": self._broker.sessions.request_token(now)}

    def _end_sessions(self, _request: Request, _now: Instant) -> bool:
        self._broker.sessions.end_all()
        return True

    def _drop_sockets(self, _request: Request, now: Instant) -> int:
        lines = [line for line in self._broker.sockets if line.is_open]
        for line in lines:
            line.hang_up(Hangup(), now)
        return len(lines)

    def _order_by_hand(self, request: Request, now: Instant) -> dict[str, str]:
        """Place an order as if in the broker's own terminal: untagged, and without postbacks."""
        fields = {name: value for name, value in request.fields().items() if name != "tag"}
        order = self._broker.desk.place(wish_of(fields.get("variety", "regular"), fields), now, by_api=False)
        return {"order_id": order.order_id}

    def _cancel_by_hand(self, request: Request, now: Instant) -> bool:
        self._broker.desk.cancel(request.fields().get("order_id", ""), now)
        return True
