"""The main window: panels in their docks, menus, keys, status bar, and the deliberate way out."""

from collections.abc import Callable, Mapping
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction, QCloseEvent
from PySide6.QtWidgets import QMainWindow, QMenu, QWidget

from desktop.actions import Menu
from desktop.bridge import EngineBridge
from desktop.presentation.tones import Tone
from desktop.viewmodels.status import StatusModel
from desktop.widgets.keyed_tip import KeyedTip
from desktop.widgets.toast import ToastStack
from desktop.windows.action_reasons import ActionReasons
from desktop.windows.alert_desk import MOST_TOASTS_AT_ONCE, TOAST_TONES, AlertDesk
from desktop.windows.banner import Banner
from desktop.windows.broker_desk import BrokerDesk
from desktop.windows.crash_desk import CrashDesk
from desktop.windows.crash_dialog import WaysOut
from desktop.windows.dialog import ask
from desktop.windows.display_desk import DisplayDesk
from desktop.windows.help_desk import HelpDesk
from desktop.windows.help_dialogs import AboutDialog
from desktop.windows.key_desk import KeyDesk
from desktop.windows.live_actions import fill_menu_bar, make_actions
from desktop.windows.multileg_panel import MultilegPanel
from desktop.windows.order_book_panel import OrderBookPanel
from desktop.windows.order_desk import OrderDesk
from desktop.windows.palette_desk import PaletteDesk
from desktop.windows.panel import Desk, Panel
from desktop.windows.panel_keys import PanelKeys
from desktop.windows.panel_kinds import KIND_OF_ID
from desktop.windows.pictures import PictureSaver
from desktop.windows.portfolio_desk import PortfolioDesk
from desktop.windows.question_desk import QuestionDesk
from desktop.windows.settings_desk import SettingsDesk
from desktop.windows.status_bar import DeskStatusBar
from desktop.windows.table_export import TableExport
from desktop.windows.tour_desk import TourDesk
from desktop.windows.workspace_desk import WorkspaceDesk
from desktop.windows.workspace_menu import WorkspaceMenu
from desktop.workspace.docking import DockHost
from desktop.workspace.frame_clock import FrameClock
from desktop.workspace.workspace import Workspace
from engine.domain.identifiers import PortfolioId
from engine.views.messages import MessageRow


class MainWindow(QMainWindow):
    """The workstation.

    Attributes:
        workspaces: The panels, and the workspace they belong to.

    Signals:
        closed: The window was closed for good; the program may stop the engine and end.
        start_again: Told before ``closed`` when the program is to be started anew after its end; carries the name of
            another broker to trade at, or an empty text.
        display_chosen: The Display the trader wants from now on; whoever built the window builds it anew.
    """

    closed = Signal()
    start_again = Signal(str)
    display_chosen = Signal(object)

    def __init__(self, desk: Desk, workspace: Workspace, own_folder: Path) -> None:
        super().__init__()
        self.setObjectName("main")
        self.desk, self._own_folder = desk, own_folder
        self._closing_agreed = False
        self.clock = FrameClock(self)
        self.toasts = ToastStack(desk.theme, self)
        self.portfolio_desk = PortfolioDesk(self, desk, self._say)
        self.question_desk = QuestionDesk(self, desk, self.toasts, self._say)
        self.pictures = PictureSaver(self, own_folder, self.clock.run_frame)
        self.alerts = AlertDesk(self, desk, self._say)
        self.looks = DisplayDesk(self, desk, self.display_chosen.emit, self._say)
        self.panel_keys = PanelKeys(self, lambda: self.host, lambda: self.panels, self._say)
        self.table_export = TableExport(self, self.panel_keys.current_panel, own_folder / "exports", self._say)
        self.key_desk = KeyDesk(self, own_folder / "keys.toml" if desk.keeps_settings else None, self._say)
        self.help_desk = HelpDesk(self, desk.theme, self.key_desk.keymap, self._say)
        self.broker_desk = BrokerDesk(self, desk, self._say, self._start_again)
        self.crash_desk = CrashDesk(self, desk, WaysOut(start_again=self._start_again, close=self.close_without_asking))
        self.settings_desk = SettingsDesk(
            self, desk, self.looks, self.alerts, self.clock, lambda: self.workspaces.links.links_of(""), self._say
        )
        self.workspaces = WorkspaceDesk(
            self,
            desk,
            own_folder,
            clock=self.clock,
            act=self.act,
            action=lambda name: self.actions_by_name[name],
            selected=self.portfolio_desk.select,
            say=self._say,
        )
        self.order_desk = OrderDesk(
            self._orders,
            lambda: self.workspaces.show_panel("orders"),
            self._go_to_portfolio,
        )
        self.tour = TourDesk(
            self,
            desk,
            self.key_desk.keymap,
            lambda: self.host,
            lambda: self.panels,
            self.workspaces.show_panel,
            self.act,
        )
        self.workspace_menu = WorkspaceMenu(self, self.workspaces, self.panel_keys.current, self._say)
        self.workspaces.opened.connect(lambda _name: self._show_title())
        self.actions_by_name: dict[str, QAction] = make_actions(self, desk.theme, self._handlers())
        self.key_desk.give_keys_to(self.actions_by_name)
        fill_menu_bar(self.menuBar(), self.actions_by_name)
        self.banner = Banner(desk.bridge, desk.theme, self)
        self.addToolBar(Qt.ToolBarArea.TopToolBarArea, self.banner)
        self.banner.login_asked.connect(self.broker_desk.log_in_account)
        self.host.floating_window_opened.connect(self._dress_floating)
        stands = self.workspaces.begin(workspace)
        self.workspace_menu.fill(self._menu(Menu.WINDOW), self.actions_by_name)
        self.status_model = StatusModel(desk.bridge, desk.broker, self)
        self.status = DeskStatusBar(self.status_model, desk.theme, self.portfolio_desk.open_kill_switch, self)
        self.setStatusBar(self.status)
        KeyedTip(self.status.kill_button, self.actions_by_name["kill_switch"])
        self.palette_desk = self._made_palette()
        self.palette_desk.sources.append(self.order_desk.view_entries)
        self.palette_desk.sources.append(self.settings_desk.entries)
        self.clock.health_changed.connect(self.status.show_frames)
        self.clock.subscribe(self.status, self.status_model.look)
        desk.bridge.messages_added.connect(self._show_messages)
        desk.bridge.alerts_raised.connect(self.alerts.take)
        desk.bridge.engine_stopped.connect(self.alerts.engine_stopped)
        # A stopped engine watches nothing, so there is nothing to warn of.
        desk.bridge.engine_stopped.connect(self._agree_to_close)
        desk.bridge.engine_stopped.connect(self.crash_desk.engine_stopped)
        if not stands:
            self.resize(1_600, 900)
            # A trading desk is looked at whole; the trader's own size is kept from the first close on.
            self.setWindowState(Qt.WindowState.WindowMaximized)
        self.clock.start()

    # --- panels -----------------------------------------------------------------------------------------------------

    @property
    def host(self) -> DockHost:
        """The docking area."""
        return self.workspaces.host

    @property
    def panels(self) -> dict[str, Panel]:
        """The panels of the open workspace by their ids."""
        return self.workspaces.panels

    @property
    def keep_arrangement(self) -> bool:
        """Whether where the panels stand is written to the trader's folder."""
        return self.workspaces.keep_arrangement

    @keep_arrangement.setter
    def keep_arrangement(self, keep: bool) -> None:
        self.workspaces.keep_arrangement = keep

    def act(self, name: str) -> None:
        """Carry out a declared action."""
        self.actions_by_name[name].trigger()

    def panel_of(self, kind: type[Panel], panel_id: str | None = None) -> Panel | None:
        """Return the panel of an id, or the first of a kind; None where the workspace has none."""
        return self.workspaces.panel_of(kind, panel_id)

    def select_portfolio(self, portfolio_id: PortfolioId | None) -> None:
        """Make a portfolio the one that keys and all panels mean; None for none."""
        self.workspaces.links.select_portfolio("", portfolio_id)

    # --- actions ----------------------------------------------------------------------------------------------------

    def _handlers(self) -> Mapping[str, Callable[[], None]]:
        desk = self.portfolio_desk
        show = {f"show_{name}": (lambda name=name: self.workspaces.show_panel(name)) for name in KIND_OF_ID}
        return {
            **show,
            **self.workspace_menu.handlers(),
            **desk.handlers(),
            **self.question_desk.handlers(),
            **self.broker_desk.handlers(),
            "clone_selected": self._clone_selected,
            "edit_selected": self._edit_selected,
            **self.panel_keys.handlers(),
            **self.table_export.handlers(),
            **self.help_desk.handlers(),
            **self.tour.handlers(),
            "command_palette": self._open_palette,
            "paste_legs": lambda: self._with_editor(lambda editor: editor.paste_legs()),
            "copy_legs": lambda: self._with_editor(lambda editor: editor.copy_legs()),
            "new_portfolio": lambda: self._with_editor(lambda editor: editor.choose_template()),
            "open_portfolio": lambda: self._with_editor(lambda editor: editor.files.open()),
            "save_portfolio": lambda: self._with_editor(lambda editor: editor.files.save()),
            "arm_edited": lambda: self._with_editor(lambda editor: editor.arm()),
            "save_template": lambda: self._with_editor(lambda editor: editor.save_template()),
            "ask_broker_margin": lambda: self._with_editor(lambda editor: editor.ask_broker_margin()),
            "pick_contract": lambda: self._with_editor(lambda editor: editor.pick_contract()),
            "undo": self._undo,
            "redo": self._redo,
            **self.order_desk.handlers(),
            "next_window": self._next_window,
            "save_screenshot": self.pictures.ask,
            **self.settings_desk.handlers(),
            "text_larger": lambda: self.looks.resize_text(1),
            "text_smaller": lambda: self.looks.resize_text(-1),
            "keys": self.key_desk.open_sheet,
            "shortcuts": self.key_desk.open_editor,
            "about": lambda: AboutDialog(self).open(),
            "quit": self._quit,
        }

    def _with_editor(self, act: Callable[[MultilegPanel], None]) -> None:
        self.workspaces.show_panel("editor")
        panel = self.panel_of(MultilegPanel)
        if isinstance(panel, MultilegPanel):
            act(panel)

    def _undo(self) -> None:
        done = self.desk.editor.undo()
        self._say(f"Undone: {done}." if done else "Nothing was edited in the editor.")

    def _redo(self) -> None:
        done = self.desk.editor.redo()
        self._say(f"Done again: {done}." if done else "Nothing was undone in the editor.")

    def _orders(self) -> OrderBookPanel | None:
        panel = self.panel_of(OrderBookPanel)
        return panel if isinstance(panel, OrderBookPanel) else None

    def _go_to_portfolio(self, portfolio_id: PortfolioId) -> None:
        self.workspaces.show_panel("portfolios")
        self.palette_desk.go_to_portfolio(portfolio_id)

    def _clone_selected(self) -> None:
        if self.portfolio_desk.clone_selected():
            self.workspaces.show_panel("editor")

    def _edit_selected(self) -> None:
        if self.portfolio_desk.changes.edit():
            self.workspaces.show_panel("editor")

    def _next_window(self) -> None:
        windows = [self, *self.host.floating_windows()]
        here = next((number for number, window in enumerate(windows) if window.isActiveWindow()), 0)
        following = windows[(here + 1) % len(windows)]
        following.raise_()
        following.activateWindow()

    def _dress_floating(self, window: object) -> None:
        if isinstance(window, QWidget):
            # A detached panel on another monitor is worked in like the main window.
            window.addActions(list(self.actions_by_name.values()))

    def _made_palette(self) -> PaletteDesk:
        reasons = ActionReasons(
            self.portfolio_desk.selected, self.desk.editor, self._orders, lambda panel: panel in self.host.panel_ids()
        )
        return PaletteDesk(
            self,
            self.desk,
            self.workspaces.links.links_of(""),
            self.host,
            self.panels,
            self.actions_by_name,
            reasons.against,
        )

    def _open_palette(self) -> None:
        self.palette_desk.open()

    # --- what is told -----------------------------------------------------------------------------------------------

    def _say(self, sentence: str, tone: Tone = Tone.ACCENT) -> None:
        self.toasts.show_message(sentence, tone)

    def _show_messages(self, messages: list[MessageRow]) -> None:
        # What belongs to a class of alerts is shown as the trader's notifications say.
        loud = [message for message in messages if message.level in TOAST_TONES and not message.alerts]
        for message in loud[-MOST_TOASTS_AT_ONCE:]:
            self._say(message.sentence, TOAST_TONES[message.level])

    # --- workspace and the way out ----------------------------------------------------------------------------------

    def workspace(self) -> Workspace:
        """Return the workspace as it stands now."""
        return self.workspaces.workspace()

    def save_workspace(self) -> None:
        """Keep the arrangement for the next start."""
        self.workspaces.save()

    def _show_title(self) -> None:
        self.setWindowTitle(f"Legwork · {self.desk.broker} trading · {self.workspaces.current.title}")

    def _menu(self, which: Menu) -> QMenu:
        """Return a menu of the menu bar."""
        bar = self.menuBar()
        found = next(menu for menu in bar.findChildren(QMenu) if menu.title() == which.value)
        assert isinstance(found, QMenu)
        return found

    def _quit(self) -> None:
        self.close()

    def close_without_asking(self) -> None:
        """Close even with open positions: the system is shutting down, or a test is over."""
        self._closing_agreed = True
        self.close()

    def _start_again(self, broker: str = "") -> None:
        self.start_again.emit(broker)
        self.close_without_asking()

    def closeEvent(self, event: QCloseEvent) -> None:
        """Ask once while positions are open, then save the arrangement and end."""
        open_legs = _open_legs(self.desk.bridge)
        if open_legs and not self._closing_agreed:
            event.ignore()
            ask(
                self,
                "Positions are open",
                [
                    f"{open_legs} legs are open. Without Legwork nothing watches their stops.",
                    "The journal keeps everything: the next start recovers them, protected as they are now.",
                ],
                "Close Legwork",
                self.close_without_asking,
                danger=True,
            )
            return
        self.workspaces.keep()
        self._stop()
        event.accept()
        self.closed.emit()

    def retire(self) -> None:
        """Leave the screen for good to another window of the same desk; nothing is asked, saved or ended."""
        self._stop()
        self.hide()
        self.deleteLater()

    def _stop(self) -> None:
        self.workspaces.close()
        self.help_desk.close()
        self.tour.close()
        self.clock.stop()
        for window in self.host.floating_windows():
            window.hide()

    def _agree_to_close(self, _stopped: object) -> None:
        self._closing_agreed = True


def _open_legs(bridge: EngineBridge) -> int:
    return sum(row.open_legs for row in bridge.portfolios.values())
