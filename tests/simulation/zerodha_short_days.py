"""An hour at Zerodha with chosen troubles: one portfolio from 09:20 to 09:50, and calm from 09:55 on."""

from typing import Any

import msgspec

from brokers.practice.zerodha.faults import Fault, FaultPlan, Kind
from desktop.composition.rules import market_rules
from desktop.verification.day import Outcome
from desktop.verification.draw import Draw
from desktop.verification.plan import day_plan
from desktop.verification.zerodha.day import ZerodhaDay
from desktop.verification.zerodha.troubles import Troubles, troubles
from engine.domain.instant import MINUTE, Instant
from tests.simulation.planted import stress

SCHEDULE = {"start": "09:20:00", "end": "09:45:00", "square_off": "09:50:00"}
CALL = {"side": "SELL", "kind": "CE", "lots": 2}
PUT = {"side": "BUY", "kind": "PE", "lots": 2}


class ShortDay(ZerodhaDay):
    """The hour of a seed under these faults, and these answers to Kite's open questions."""

    lasts = 75 * MINUTE

    def __init__(self, seed: int, *faults: Fault, legs: Any = (CALL, PUT), deeds: Any = (), **settings: Any) -> None:
        self._chosen, self._answers = FaultPlan(faults=faults), settings
        plays = stress.playing(*deeds, legs=list(legs), schedule=SCHEDULE)
        super().__init__(plays(day_plan(seed, market_rules())), market_rules())

    def _troubles(self, draw: Draw, number: int) -> Troubles:
        drawn = troubles(draw, self.plan, number)
        settings = msgspec.structs.replace(drawn.settings, **self._answers)
        return msgspec.structs.replace(drawn, settings=settings, faults=self._chosen, cuts=(), kills=())

    def _faults_end(self) -> Instant:
        return Instant(self.plan.opens + 40 * MINUTE)


def lived(seed: int, *faults: Fault, **chosen: Any) -> Outcome:
    """What the hour of a seed comes to."""
    return ShortDay(seed, *faults, **chosen).run()


def often(kind: Kind, calls: str, chance: int = 6_000, **more: Any) -> Fault:
    """A fault that strikes often."""
    return Fault(kind=kind, calls=calls, chance=chance, **more)
