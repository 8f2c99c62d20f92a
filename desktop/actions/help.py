"""What the Help menu offers."""

from desktop.actions.spec import ActionSpec, Menu

HELP_ACTIONS: tuple[ActionSpec, ...] = (
    ActionSpec(name="keys", title="All &keys", menu=Menu.HELP, tip="List every key of the workstation.", shortcut="F1"),
    ActionSpec(name="shortcuts", title="&Change keys…", menu=Menu.HELP, tip="Give actions the keys you are used to."),
    ActionSpec(name="about", title="&About Legwork", menu=Menu.HELP, tip="Say which version this is."),
)
