"""The steps of the tour: where each points, what it says, and when it was done."""

from collections.abc import Callable, Mapping

import msgspec
from PySide6.QtWidgets import QWidget

from desktop.bridge import EngineBridge
from desktop.windows.kill_switch_dialog import KillSwitchDialog
from desktop.workspace.docking import DockHost
from engine.domain.multileg.states import KillLevel

KILL_BUTTON = "kill"

Done = Callable[[], bool]


class Toured(msgspec.Struct, frozen=True, eq=False):
    """What a step looks at to know whether it was done."""

    window: QWidget
    host: DockHost
    bridge: EngineBridge


class TourStep(msgspec.Struct, frozen=True, kw_only=True):
    """One step.

    Attributes:
        title: Its heading.
        text: What to see or to do; ``{action:name}`` is an action with its key of now.
        panel: The panel it points at; empty for the status bar, KILL_BUTTON for the button in it.
        deed: An action that a button of the step carries out; empty for none.
        watch: Answers what tells that the step was done, asked when it begins; None where there is nothing to do.
    """

    title: str
    text: str
    panel: str = ""
    deed: str = ""
    watch: Callable[[Toured], Done] | None = None


def _any_portfolio(desk: Toured) -> Done:
    bridge = desk.bridge
    before = len(bridge.portfolios)
    return lambda: len(bridge.portfolios) > before


def _stop_moved(desk: Toured) -> Done:
    def stops() -> Mapping[tuple[str, int], object]:
        return {
            (row.portfolio_id, leg.leg_id): leg.stop
            for row in desk.bridge.portfolios.values()
            for leg in row.legs
            if leg.net_quantity
        }

    before = stops()
    return lambda: any(place in before and before[place] != stop for place, stop in stops().items())


def _panel_detached(desk: Toured) -> Done:
    before = len(desk.host.floating_windows())
    return lambda: len(desk.host.floating_windows()) > before


def _kill_switch_seen(desk: Toured) -> Done:
    seen = False

    def done() -> bool:
        nonlocal seen
        is_open = any(one.isVisible() for one in desk.window.findChildren(KillSwitchDialog))
        status = desk.bridge.status
        seen = seen or is_open or (status is not None and status.kill_level is not KillLevel.OFF)
        return seen and not is_open

    return done


STEPS: tuple[TourStep, ...] = (
    TourStep(
        title="A market of its own",
        text=(
            "Everything here is simulated: the market, the broker and the money. Its clock, feed and broker stand in "
            "this line, and it is always a trading time. Nothing you do now can cost anything."
        ),
    ),
    TourStep(
        title="Start the demonstration",
        text=(
            "A hedged short straddle on NIFTY with stops, a combined stop and a profit lock. "
            "{action:start_demonstration} asks once, then arms it."
        ),
        panel="portfolios",
        deed="start_demonstration",
        watch=_any_portfolio,
    ),
    TourStep(
        title="See why it waits",
        text=(
            "Select its line: the reasons beside the grid tell every condition that is not met, with its value of now "
            "and the value it needs. Once it runs they tell how far each stop is. {action:start_selected} enters now, "
            "whatever the time."
        ),
        panel="portfolios",
    ),
    TourStep(
        title="Move a stop",
        text=(
            "Unfold the portfolio and select a sold leg. Below the reasons stand its stop and target: type another "
            "stop and press Set. It holds from then on, and a restart keeps it. Is none open yet? Go on and come back."
        ),
        panel="portfolios",
        watch=_stop_moved,
    ),
    TourStep(
        title="Detach a panel",
        text=(
            "Drag this tab out of the window, onto another monitor if you have one, or press {key:float_panel}. "
            "{action:dock_back} brings it home. Where everything stands is kept."
        ),
        panel="messages",
        deed="float_panel",
        watch=_panel_detached,
    ),
    TourStep(
        title="Every decision is written down",
        text=(
            "The message log tells what was decided, when and why. Behind it stands the journal: it is on the disk "
            "before an order leaves, so that a crash loses nothing. legwork journal show reads it; Settings, page "
            "Paths, says where it lies."
        ),
        panel="messages",
        deed="show_messages",
    ),
    TourStep(
        title="Stop everything",
        text=(
            "{action:kill_switch} works in every window, also while a question is open, as does the button in this "
            "line. It says in numbers what each level would do. Open it, look, and leave it."
        ),
        panel=KILL_BUTTON,
        deed="kill_switch",
        watch=_kill_switch_seen,
    ),
    TourStep(
        title="Find anything",
        text=(
            "{action:command_palette} finds every action, contract, portfolio and setting. {action:help_here} explains "
            "what has the focus, {action:keys} lists the keys, {action:settings} has all settings. The Help menu shows "
            "this tour again."
        ),
        panel="editor",
    ),
)
