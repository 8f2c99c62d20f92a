"""What the Risk menu offers."""

from desktop.actions.spec import ActionSpec, Menu

RISK_ACTIONS: tuple[ActionSpec, ...] = (
    ActionSpec(
        name="kill_switch",
        title="&Kill switch…",
        menu=Menu.RISK,
        tip="Stop openings, cancel orders, or flatten everything.",
        shortcut="Ctrl+Shift+K",
        symbol="kill",
        danger=True,
        everywhere=True,
    ),
)
