"""Opens the settings window on any of its pages, and lets changes hold on the desk that runs."""

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import TypeVar

from PySide6.QtCore import QRect
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QWidget
from shiboken6 import isValid

from desktop.composition.display import Display
from desktop.composition.failures import EXPECTED
from desktop.composition.folders import data_folder, default_journal, free_megabytes
from desktop.composition.own_settings import NEW_PORTFOLIOS, PERFORMANCE, Performance
from desktop.composition.settings_file import SettingsFile
from desktop.viewmodels.palette import Entry, Kind
from desktop.windows.account_keeping import keep_limits
from desktop.windows.accounts_panel import AccountsPanel
from desktop.windows.alert_desk import AlertDesk
from desktop.windows.display_desk import DisplayDesk
from desktop.windows.live_form import LiveForm
from desktop.windows.notifications_page import NotificationsPage
from desktop.windows.palette_entries import place_entries
from desktop.windows.panel import Desk, Links
from desktop.windows.settings_pages import RiskPage, SettingsPage, actions_page, panels_page, paths_page
from desktop.windows.settings_window import SettingsWindow
from desktop.windows.tags_panel import TagsPanel
from desktop.workspace.frame_clock import FrameClock
from engine.domain.multileg.portfolio_defaults import PortfolioDefaults
from engine.domain.settings.account import Account
from engine.domain.settings.notifications import Notifications
from engine.domain.settings.risk_limits import RiskLimits
from engine.domain.settings.strategy_tag import StrategyTag
from engine.schema.declared import Declared

Kept = TypeVar("Kept", bound=Declared)

_KEY_ACTIONS = ("keys", "shortcuts", "command_palette")
_WORKSPACE_ACTIONS = (
    "autosave_workspaces",
    "lock_panels",
    "save_workspace",
    "save_workspace_as",
    "rename_workspace",
    "reset_workspace",
    "export_workspace",
    "import_workspace",
)

_FREE = "{free} MB are free there. Below 300 MB where the journal lies nothing new is opened; exits go on."


class SettingsDesk:
    """The settings of one main window.

    Attributes:
        more: Further pages, shown behind the others; add them before the window is opened.
    """

    def __init__(
        self,
        window: QWidget,
        desk: Desk,
        looks: DisplayDesk,
        alerts: AlertDesk,
        clock: FrameClock,
        links: Callable[[], Links],
        say: Callable[[str], None],
    ) -> None:
        """``links`` is asked when a page with panels is first shown: panels are made later than this."""
        self._window, self._desk, self._looks, self._alerts = window, desk, looks, alerts
        self._clock, self._links, self._say = clock, links, say
        self._shown: SettingsWindow | None = None
        self.more: list[SettingsPage] = []
        self._performance = self._loaded(PERFORMANCE)
        self._desk.editor.begins_with = self._loaded(NEW_PORTFOLIOS)
        clock.use_pace(self._performance.frames)

    def handlers(self) -> Mapping[str, Callable[[], None]]:
        """Return what carries out the declared actions."""
        return {
            "settings": self.open,
            "display": lambda: self.open("Display"),
            "notifications": lambda: self.open("Notifications"),
            "performance": lambda: self.open("Performance"),
        }

    def open(self, title: str = "", field: str = "") -> None:
        """Show a page, the one before where none is named, with the focus on a field where one is."""
        if self._shown is None or not isValid(self._shown):
            self._shown = SettingsWindow(self._window, self.pages())
        if title:
            self._shown.show_page(title, field)
        self._shown.show()
        self._shown.raise_()
        self._shown.activateWindow()

    def place(self) -> tuple[str, QRect] | None:
        """Return the page that is open and where its window stands; None while it is closed."""
        if self._shown is None or not isValid(self._shown) or not self._shown.isVisible():
            return None
        return self._shown.page(), self._shown.geometry()

    def reopen(self, place: tuple[str, QRect] | None) -> None:
        """Open the window where it stood on the window before this one."""
        if place is None:
            return
        self.open(place[0])
        if self._shown is not None:
            self._shown.setGeometry(place[1])
            page = self._shown.widget(place[0])
            if isinstance(page, LiveForm):
                page.say("The desk looks so from now on.")

    def entries(self) -> list[Entry]:
        """Return every page and setting, for the command palette."""
        places = [(page.title, f"Settings: {page.title}", page.words) for page in self.pages()]
        places += [
            (f"{page.title}|{name}", f"Settings: {page.title} › {title}", told)
            for page in self.pages()
            for name, title, told in page.fields()
        ]
        return place_entries(Kind.SETTING, places, self._open_place)

    def pages(self) -> list[SettingsPage]:
        """Return the pages in their order."""
        return [
            SettingsPage(
                title="Accounts",
                make=self._accounts_page,
                declarations=(Account, StrategyTag),
                words="accounts strategy tags broker multiplier",
            ),
            SettingsPage(
                title="New portfolios",
                make=self._defaults_page,
                declarations=(PortfolioDefaults,),
                words="trading defaults product order type square off tag",
            ),
            SettingsPage(
                title="Risk limits",
                make=lambda: RiskPage(self._desk.bridge, partial(keep_limits, self._desk)),
                declarations=(RiskLimits,),
                words="limits loss orders margin",
            ),
            SettingsPage(
                title="Notifications",
                make=self._notifications_page,
                declarations=(Notifications,),
                words="alerts popup sound messenger mail webhook",
            ),
            SettingsPage(
                title="Display", make=self._display_page, declarations=(Display,), words="theme colours text font rows"
            ),
            SettingsPage(title="Keys", make=self._keys_page, words="keys shortcuts keyboard"),
            SettingsPage(title="Workspaces", make=self._workspaces_page, words="workspaces layout panels arrangement"),
            SettingsPage(
                title="Performance",
                make=self._performance_page,
                declarations=(Performance,),
                words="speed frames engine process",
            ),
            SettingsPage(title="Paths", make=self._paths_page, words="files folders journal logs"),
            *self.more,
        ]

    # --- what stands on them ----------------------------------------------------------------------------------------

    def _accounts_page(self) -> QWidget:
        links = self._links()
        return panels_page(
            (("Accounts", AccountsPanel(self._desk, links)), ("Strategy tags", TagsPanel(self._desk, links)))
        )

    def _defaults_page(self) -> QWidget:
        def keep(declared: Declared) -> None:
            assert isinstance(declared, PortfolioDefaults)  # The form was drawn from it.
            self._save(NEW_PORTFOLIOS, declared)
            self._desk.editor.begins_with = declared

        note = (
            "What a new portfolio begins with where its template says nothing else. The times are for structures: a "
            "preset has its own."
        )
        return LiveForm(self._desk.editor.begins_with, keep, note)

    def _notifications_page(self) -> QWidget:
        return NotificationsPage(self._alerts.settings, self._alerts.keep)

    def _display_page(self) -> QWidget:
        note = "Panels, drafts and running portfolios stay as they are."
        return LiveForm(self._desk.display, self._looks.keep, note)

    def _performance_page(self) -> QWidget:
        def keep(declared: Declared) -> None:
            assert isinstance(declared, Performance)  # The form was drawn from it.
            self._save(PERFORMANCE, declared)
            self._performance = declared
            self._clock.use_pace(declared.frames)

        note = (
            f"The engine runs {self._desk.bridge.way} now; where it runs counts from the next start. Where drawing "
            "takes long, frames come more seldom by themselves."
        )
        return LiveForm(self._performance, keep, note)

    def _keys_page(self) -> QWidget:
        return actions_page("Every action can have other keys.", self._actions(_KEY_ACTIONS))

    def _workspaces_page(self) -> QWidget:
        return actions_page("Of the workspace that is open now.", self._actions(_WORKSPACE_ACTIONS))

    def _paths_page(self) -> QWidget:
        free = free_megabytes(data_folder())
        note = "" if free is None else _FREE.format(free=f"{free:,}")
        return paths_page(own_places(), note)

    def _actions(self, names: tuple[str, ...]) -> list[QAction]:
        by_name = {action.objectName(): action for action in self._window.actions()}
        return [by_name[name] for name in names]

    def _open_place(self, place: str) -> None:
        title, _, field = place.partition("|")
        self.open(title, field)

    def _loaded(self, file: SettingsFile[Kept]) -> Kept:
        if not self._desk.keeps_settings:
            return file.declaration()
        try:
            return file.load()
        except EXPECTED as error:
            self._say(str(error))
            return file.declaration()

    def _save(self, file: SettingsFile[Kept], declared: Kept) -> None:
        if self._desk.keeps_settings:
            file.save(declared)


def own_places() -> Mapping[str, Path]:
    """Return where the trader's files lie, by what they are."""
    folder = data_folder()
    return {
        "All your files": folder,
        "Journal, unless another is named": default_journal(),
        "Portfolios": folder / "multileg",
        "Workspaces": folder / "workspaces",
        "Reports of trouble": folder / "logs",
        "Accounts and tags": folder / "accounts.toml",
        "Notifications": folder / "notifications.toml",
        "Display": folder / "display.toml",
        "New portfolios": NEW_PORTFOLIOS.path(),
        "Keys": folder / "keys.toml",
    }
