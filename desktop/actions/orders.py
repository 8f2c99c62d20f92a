"""What the Orders menu offers."""

from desktop.actions.spec import ActionSpec, Menu

ORDERS_ACTIONS: tuple[ActionSpec, ...] = (
    ActionSpec(
        name="cancel_orders",
        title="&Cancel the selected orders",
        short="Cancel",
        menu=Menu.ORDERS,
        tip="Cancel what the selected orders still have open.",
        shortcut="Shift+F3",
        symbol="close",
        danger=True,
    ),
    ActionSpec(
        name="modify_order",
        title="&Modify the limit…",
        short="Modify…",
        menu=Menu.ORDERS,
        tip="Give the selected order another limit.",
        shortcut="Ctrl+M",
    ),
    ActionSpec(
        name="order_details",
        title="&Details of the order",
        short="Details",
        menu=Menu.ORDERS,
        tip="Show every step in the life of the selected order, with its reason.",
        shortcut="Ctrl+I",
    ),
)
