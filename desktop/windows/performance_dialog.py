"""How the workstation uses the machine, as the trader changes it; it counts from the next start."""

from collections.abc import Callable

from PySide6.QtWidgets import QWidget

from desktop.composition.failures import EXPECTED
from desktop.composition.performance import Performance, load_performance, save_performance
from desktop.windows.panel import Desk
from desktop.windows.settings_dialog import SettingsDialog
from engine.schema.declared import Declared

_SIZE = (640, 220)


def ask_performance(window: QWidget, desk: Desk, say: Callable[[str], None]) -> None:
    """Open the form; ``say`` shows a sentence where what was kept cannot be read, and what is kept now."""

    def keep(performance: Declared) -> None:
        assert isinstance(performance, Performance)
        if desk.keeps_settings:
            save_performance(performance)
        if performance != found:
            say("Kept. The engine runs the way you chose when Legwork is started again.")

    try:
        found = load_performance() if desk.keeps_settings else Performance()
    except EXPECTED as error:
        say(str(error))
        return
    note = (
        f"The engine runs {desk.bridge.way} now. In its own process nothing on the screen keeps an order waiting; it "
        "takes a second longer to start and some 150 MB more. What is chosen here counts from the next start."
    )
    dialog = SettingsDialog(window, "Performance", Performance, found, keep, note)
    dialog.resize(*_SIZE)
    dialog.open()
