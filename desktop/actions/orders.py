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
        name="cancel_shown_orders",
        title="Cancel all s&hown orders…",
        short="Cancel all shown…",
        menu=Menu.ORDERS,
        tip="Cancel every working order that the order book shows, after one question with the numbers.",
        danger=True,
    ),
    ActionSpec(
        name="cancel_all_orders",
        title="Cancel &all working orders…",
        short="Cancel all…",
        menu=Menu.ORDERS,
        tip="Cancel every working order of every portfolio and account, after one question with the numbers.",
        shortcut="Ctrl+Shift+F3",
        danger=True,
    ),
    ActionSpec(
        name="square_off_order",
        title="&Square off what was filled…",
        short="Square off…",
        menu=Menu.ORDERS,
        tip="Close the legs that the selected orders filled, after one question with the numbers.",
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
    ActionSpec(
        name="order_portfolio",
        title="Go to its &portfolio",
        short="Go to its portfolio",
        menu=Menu.ORDERS,
        tip="Make the portfolio of the selected order the one that is meant everywhere, and show it.",
    ),
    ActionSpec(
        name="order_views",
        title="&Views of the order book…",
        short="Views…",
        menu=Menu.ORDERS,
        tip="Choose, rename or delete a saved view of the order book: filter, grouping, sort and columns.",
        separator_before=True,
    ),
    ActionSpec(
        name="save_order_view",
        title="Sav&e as a view…",
        short="Save as a view…",
        menu=Menu.ORDERS,
        tip="Keep filter, grouping, sort and columns of the order book under a name.",
    ),
)
