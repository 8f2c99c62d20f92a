"""What the Help menu offers."""

from desktop.actions.spec import ActionSpec, Menu

HELP_ACTIONS: tuple[ActionSpec, ...] = (
    ActionSpec(name="help", title="&Guide", menu=Menu.HELP, tip="Open Help: the guide, every field, every key."),
    ActionSpec(
        name="help_here",
        title="&Help on this",
        menu=Menu.HELP,
        tip="Open the page of Help about the field, panel or dialog that has the focus.",
        shortcut="Shift+F1",
    ),
    ActionSpec(
        name="tour",
        title="Take the &tour",
        menu=Menu.HELP,
        tip="Be shown around on the panels themselves, step by step, on the simulated market.",
    ),
    ActionSpec(
        name="keys",
        title="All &keys",
        menu=Menu.HELP,
        tip="List every key of the workstation.",
        shortcut="F1",
        separator_before=True,
    ),
    ActionSpec(name="shortcuts", title="&Change keys…", menu=Menu.HELP, tip="Give actions the keys you are used to."),
    ActionSpec(
        name="about",
        title="&About Legwork",
        menu=Menu.HELP,
        tip="Say which version this is.",
        separator_before=True,
    ),
)
