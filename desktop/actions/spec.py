"""What an action of the workstation is, and in which menu it stands."""

from enum import Enum

import msgspec


class Menu(Enum):
    """Where an action stands; the order is that of the menu bar."""

    DESK = "&Desk"
    PORTFOLIO = "&Portfolio"
    ORDERS = "&Orders"
    PANELS = "P&anels"
    WINDOW = "&Window"
    RISK = "&Risk"
    HELP = "&Help"


class ActionSpec(msgspec.Struct, frozen=True, kw_only=True):
    """One thing the trader can ask for.

    Attributes:
        name: Lasting name; handlers are found by it.
        title: Text of the menu entry, with its mnemonic.
        short: Text of its button and in menus where it is plain what is meant; empty for the title.
        menu: Menu it stands in.
        tip: One sentence: what happens.
        shortcut: Declared keys in Qt's portable spelling, apart by semicolons; empty for none. The trader may change
            them.
        symbol: Bundled symbol; empty for none.
        danger: Drawn in the colour of a loss.
        everywhere: Its keys work in every window and dialog of the program.
        checkable: It is on or off, and shows which.
        separator_before: A line stands above it.
    """

    name: str
    title: str
    menu: Menu
    tip: str
    short: str = ""
    shortcut: str = ""
    symbol: str = ""
    danger: bool = False
    everywhere: bool = False
    checkable: bool = False
    separator_before: bool = False

    @property
    def plain_title(self) -> str:
        """The title without its mnemonic."""
        return self.title.replace("&", "")

    @property
    def keys(self) -> tuple[str, ...]:
        """The declared keys, the first one shown in menus."""
        return tuple(keys.strip() for keys in self.shortcut.split(";") if keys.strip())
