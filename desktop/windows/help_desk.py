"""Opens Help: at its first page, or at the page about the field, panel or dialog that has the focus."""

from collections.abc import Callable, Mapping

from PySide6.QtWidgets import QApplication, QWidget
from shiboken6 import isValid

from desktop.composition.failures import EXPECTED
from desktop.composition.manual import FIRST, KEYS, ActionWords, Manual, Page
from desktop.forms.field_input import FieldInput
from desktop.forms.field_menu import help_action
from desktop.presentation.theme import Theme
from desktop.viewmodels.key_words import shown_keys
from desktop.viewmodels.keymap import KeyMap
from desktop.windows.help_window import HelpWindow
from desktop.windows.key_sheet import KeyLine, key_lines
from engine.schema.describe import FieldSpec

PAGE_OF: Mapping[str, str] = {
    "AboutDialog": "first-steps",
    "AccountsPanel": "accounts",
    "ChartPanel": "charts",
    "CommandPalette": "keys",
    "CrashDialog": "after-a-crash",
    "EngineStoppedDialog": "after-a-crash",
    "FundsPanel": "funds",
    "HedgeDialog": "positions",
    "KeySheet": "keys",
    "KillStrip": "risk-console",
    "KillSwitchDialog": "kill-switch",
    "LatencyPanel": "latency",
    "LegStringDialog": "building",
    "LimitDialog": "orders",
    "MessagesPanel": "orders",
    "MultilegPanel": "building",
    "NameDialog": "workspaces",
    "OptionChainPanel": "option-chain",
    "OrderBookPanel": "orders",
    "OrderDetails": "orders",
    "PartDialog": "portfolios",
    "PartLegDialog": "positions",
    "PayoffDialog": "positions",
    "PortfoliosPanel": "portfolios",
    "PositionsPanel": "positions",
    "ProfitDialog": "portfolios",
    "QuestionsDialog": "questions",
    "RiskPanel": "risk-console",
    "RollDialog": "positions",
    "SettingsWindow": "settings",
    "ShortcutEditor": "keys",
    "TagsPanel": "accounts",
    "TemplateChooser": "building",
    "TourBalloon": "first-steps",
    "TradeHistoryPanel": "trades",
    "ViewNameDialog": "tables",
}
"""The page about a panel or dialog, by its class; a dialog that is not named has the page of what opened it."""


class HelpDesk:
    """Knows the one Help window of a main window, and which page is about what."""

    def __init__(self, window: QWidget, theme: Theme, keymap: KeyMap, say: Callable[[str], None]) -> None:
        self._window, self._theme, self._keymap, self._say = window, theme, keymap, say
        self._shown: HelpWindow | None = None
        self._manual: Manual | None = None
        keymap.changed.connect(self._keys_changed)

    def handlers(self) -> Mapping[str, Callable[[], None]]:
        """Return what carries out the declared actions."""
        return {"help": self.open_first, "help_here": self.open_here}

    def open_first(self) -> None:
        """Show the first page of Help."""
        self.open()

    def open(self, page_id: str = FIRST, mark: str = "") -> HelpWindow | None:
        """Show a page of Help; None, with a sentence, where Help cannot be read."""
        try:
            manual = self.manual()
        except EXPECTED as error:
            self._say(str(error))
            return None
        if self._shown is None or not isValid(self._shown):
            self._shown = HelpWindow(self._theme, manual)
            # The keys of emergencies work here too.
            self._shown.addActions([one for one in self._window.actions() if one.objectName() in _EVERYWHERE])
        self._shown.show_page(page_id if page_id in manual.pages else FIRST, mark)
        self._shown.show()
        self._shown.raise_()
        self._shown.activateWindow()
        return self._shown

    def open_here(self) -> None:
        """Show the page about what has the focus."""
        asked = self._asked()
        page_id = None if asked is None else self._page_of_field(asked)
        if asked is not None and page_id is not None:
            self.open(page_id, asked.ask.title)
            return
        self.open(*self.place_of(QApplication.focusWidget() or QApplication.activeWindow()))

    def place_of(self, widget: QWidget | None) -> tuple[str, str]:
        """Return the page about a widget, and the field on it that is meant; empty for none."""
        while widget is not None:
            asked = widget.asked if isinstance(widget, FieldInput) else None
            page_id = None if asked is None else self._page_of_field(asked)
            if asked is not None and page_id is not None:
                return page_id, asked.ask.title
            for kind in type(widget).__mro__:
                if kind.__name__ in PAGE_OF:
                    return PAGE_OF[kind.__name__], ""
            widget = widget.parentWidget()
        return FIRST, ""

    def manual(self) -> Manual:
        """Return the pages of Help. Raises FailureError where they cannot be read."""
        if self._manual is None:
            self._manual = Manual(self._words)
            self._manual.add(keys_page(key_lines(self._keymap)))
        return self._manual

    def close(self) -> None:
        """Take the Help window away with the window it belongs to."""
        if self._shown is not None and isValid(self._shown):
            self._shown.close()
            self._shown.deleteLater()
        self._shown = None

    def _asked(self) -> FieldSpec | None:
        """Return the field whose menu was opened; None where Help was opened otherwise."""
        opener = help_action(self._window)
        asked = opener.data() if opener is not None else None
        return asked if isinstance(asked, FieldSpec) else None

    def _page_of_field(self, asked: FieldSpec) -> str | None:
        try:
            return self.manual().page_of_field(asked)
        except EXPECTED:
            return None

    def _words(self, name: str) -> ActionWords:
        return ActionWords(self._keymap.title(name).rstrip("…"), shown_keys(self._keymap.keys(name)))

    def _keys_changed(self) -> None:
        if self._manual is None:
            return
        self._manual.add(keys_page(key_lines(self._keymap)))
        if self._shown is not None and isValid(self._shown):
            self._shown.renew(self._manual)


_EVERYWHERE = ("kill_switch", "panic_selected")


def keys_page(lines: list[KeyLine]) -> Page:
    """Return the page of Help that lists every key as it is now."""
    said, group = ["# All keys", "", "As they are now; {action:shortcuts} changes them."], ""
    for line in lines:
        if line.group != group:
            group = line.group
            said += ["", f"## {group}", "", "| Keys | Action | What happens |", "|---|---|---|"]
        cells = (f"`{line.keys}`", line.title or " ", line.tip)
        said.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    return Page(id=KEYS, title="All keys", text="\n".join(said))
