"""What runs in the engine's process under a window: the same run as in the window's own."""

from collections.abc import Callable

from desktop.composition.asides import AsideEars
from desktop.composition.desk_choice import DeskChoice
from desktop.composition.desk_run import DeskRun
from desktop.composition.failures import EXPECTED, FailureError, MisuseError, is_misuse
from desktop.composition.rules import market_rules
from engine.runtime.run import SimulatedRun


class DeskProgram:
    """Opens in the engine's process what the window was asked to stand on.

    Only the choice crosses to that process. Whatever is expected to go wrong crosses back as misuse or as a failure,
    with its sentence.
    """

    expected: tuple[type[Exception], ...] = (MisuseError, FailureError)

    def __init__(self, choice: DeskChoice) -> None:
        self._choice = choice
        self._run: DeskRun | None = None
        self._ears: AsideEars | None = None

    def open_run(self, aside: Callable[[bytes], None]) -> SimulatedRun:
        """Open the run; ``aside`` takes what it says besides. Raises MisuseError and FailureError."""
        self._ears = AsideEars(aside)
        try:
            self._run = DeskRun(self._choice, market_rules(), self._ears)
            return self._run.open()
        except EXPECTED as error:
            raise (MisuseError if is_misuse(error) else FailureError)(str(error)) from error

    def close(self) -> None:
        """Close broker, curves and journal; what goes wrong is passed on."""
        if self._run is None or self._ears is None:
            return
        try:
            self._run.close()
        except EXPECTED as error:
            self._ears.fail_to_close(str(error))
