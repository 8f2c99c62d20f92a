"""What the Desk menu offers."""

from desktop.actions.spec import ActionSpec, Menu

DESK_ACTIONS: tuple[ActionSpec, ...] = (
    ActionSpec(
        name="command_palette",
        title="&Command palette…",
        menu=Menu.DESK,
        tip="Find anything by words.",
        shortcut="Ctrl+K",
    ),
    ActionSpec(
        name="find",
        title="&Find in the panel",
        menu=Menu.DESK,
        tip="Go to the panel's line of words.",
        shortcut="Ctrl+F",
    ),
    ActionSpec(
        name="start_demonstration",
        title="Start the &demonstration…",
        menu=Menu.DESK,
        tip="Run the hedged short straddle on NIFTY from 09:20 to square-off, with simulated money.",
        shortcut="Ctrl+D",
        symbol="play",
    ),
    ActionSpec(
        name="save_screenshot",
        title="Save a &picture of the window…",
        menu=Menu.DESK,
        tip="Write what the window shows to a PNG file.",
        shortcut="Ctrl+Shift+P",
    ),
    ActionSpec(
        name="settings",
        title="S&ettings…",
        menu=Menu.DESK,
        tip="Choose everything that can be chosen: accounts, defaults, limits, notifications, display, keys and more.",
        shortcut="Ctrl+,",
        symbol="settings",
        separator_before=True,
    ),
    ActionSpec(
        name="notifications",
        title="&Notifications…",
        menu=Menu.DESK,
        tip="Choose which alerts pop up, sound, or are sent to a messenger, a mailbox or a webhook.",
        symbol="settings",
    ),
    ActionSpec(
        name="display",
        title="D&isplay…",
        menu=Menu.DESK,
        tip="Choose theme, colours of profit and loss, text size, room of rows and how large numbers are grouped.",
        symbol="settings",
    ),
    ActionSpec(
        name="performance",
        title="Pe&rformance…",
        menu=Menu.DESK,
        tip="Choose the frames a second, and whether the engine runs in a process of its own.",
        symbol="settings",
    ),
    ActionSpec(
        name="text_larger",
        title="&Larger text",
        menu=Menu.DESK,
        tip="Make all text a size larger.",
        shortcut="Ctrl++; Ctrl+=",
    ),
    ActionSpec(
        name="text_smaller",
        title="S&maller text",
        menu=Menu.DESK,
        tip="Make all text a size smaller.",
        shortcut="Ctrl+-",
    ),
    ActionSpec(
        name="quit",
        title="&Quit",
        menu=Menu.DESK,
        tip="Close the window and stop the engine; the journal keeps everything.",
        shortcut="Ctrl+Q",
        symbol="close",
        separator_before=True,
    ),
)
