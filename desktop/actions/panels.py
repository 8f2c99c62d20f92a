"""What the Panels menu offers: one entry for each kind of panel."""

from desktop.actions.spec import ActionSpec, Menu


def _panel(number: int | None, name: str, title: str, tip: str, symbol: str, other: str = "") -> ActionSpec:
    return ActionSpec(
        name=f"show_{name}",
        title=title,
        menu=Menu.PANELS,
        tip=tip,
        shortcut="; ".join(keys for keys in ("" if number is None else f"Ctrl+{number}", other) if keys),
        symbol=symbol,
    )


PANELS_ACTIONS: tuple[ActionSpec, ...] = (
    _panel(1, "portfolios", "&Portfolios", "Show the portfolios.", "portfolio"),
    _panel(2, "editor", "Multileg &editor", "Show the multileg editor.", "payoff", "F2"),
    _panel(3, "orders", "&Order book", "Show every order of the day.", "orders", "F3"),
    _panel(4, "positions", "Po&sitions", "Show positions with their Greeks.", "positions", "Alt+F6"),
    _panel(5, "chain", "Option &chain", "Show the option chain.", "chain", "F4"),
    _panel(6, "chart", "C&hart", "Show the candle chart.", "chart", "F6"),
    _panel(7, "premium", "Combined premi&um", "Show the combined premium of a portfolio.", "chart", "F7"),
    _panel(9, "accounts", "&Accounts", "Show the accounts, their limits and how their day stands.", "settings"),
    _panel(0, "tags", "Strategy &tags", "Show the strategy tags: in which accounts portfolios run.", "pin"),
    _panel(None, "latency", "&Latency", "Show how long requests take, stage by stage.", "clock"),
    _panel(
        None, "risk", "Ris&k console", "Show every limit with its use, and what stops trading.", "kill", "Ctrl+Shift+9"
    ),
    _panel(None, "trades", "T&rade history", "Show every closed trade and its statistics.", "log", "Ctrl+Shift+8"),
    _panel(None, "funds", "&Funds", "Show the money of one account and the margin of its portfolios.", "settings"),
    _panel(8, "messages", "&Message log", "Show what happened, and why.", "log", "F8"),
)
