"""Signals that are sent at set times, for runs without a window."""

from datetime import date, time
from typing import Annotated

from engine.domain.instant import Instant, ist_instant
from engine.domain.multileg.states import SignalAction
from engine.schema.declared import Declared
from engine.schema.field import ask


class TimedSignal(Declared, frozen=True, kw_only=True):
    """Signal."""

    at: Annotated[time, ask("Time", "Indian time of day at which it arrives.")]
    on: Annotated[date | None, ask("Date", "Off: the first day of the run.")] = None
    name: Annotated[str, ask("Portfolio", "Name of the portfolio that it is for.", ge=1, le=50)]
    token: Annotated[str, ask("Secret word", "The word that the portfolio expects.", ge=1, le=128)]
    action: Annotated[SignalAction, ask("Action", "What it asks for.")] = SignalAction.START
    leg: Annotated[int | None, ask("Leg", "Number of the leg, for the actions of legs.", ge=1, le=200)] = None
    key: Annotated[str, ask("Key", "Makes two deliveries of one signal the same.", le=100)] = ""

    def instant(self, first_day: date) -> Instant:
        """Answer when it arrives in a run that begins on a day."""
        return ist_instant(self.on or first_day, self.at)


class SignalFile(Declared, frozen=True, kw_only=True):
    """Signals of a run."""

    signals: Annotated[tuple[TimedSignal, ...], ask("Signals", "In any order.", ge=1, le=10_000)]
