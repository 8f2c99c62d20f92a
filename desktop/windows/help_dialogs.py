"""The list of keys, and what this program is."""

from importlib import metadata

from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QTreeWidget, QTreeWidgetItem, QWidget

from desktop.actions import ACTIONS, Menu, keys_of
from desktop.windows.dialog import DeskDialog

_CHAIN_KEYS = (
    ("B", "Option chain: add the contract under the cursor as a bought leg"),
    ("S", "Option chain: add the contract under the cursor as a sold leg"),
    ("C", "Option chain: bring the money into the middle"),
    ("Space", "Grids: fold or unfold a line"),
    ("Ctrl+C", "Grids and tables: copy the selected lines as a table"),
)


class KeysDialog(DeskDialog):
    """Every key with what it does."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, "Keys")
        self.resize(640, 620)
        tree = QTreeWidget(self)
        tree.setAccessibleName("Keys")
        tree.setHeaderLabels(["Key", "What it does"])
        tree.setColumnWidth(0, 190)
        for menu in Menu:
            group = QTreeWidgetItem(tree, [menu.value.replace("&", "")])
            for spec in ACTIONS:
                keys = ", ".join(key.toString(QKeySequence.SequenceFormat.NativeText) for key in keys_of(spec))
                if spec.menu is menu and keys:
                    QTreeWidgetItem(group, [keys, spec.tip])
            group.setExpanded(True)
        panels = QTreeWidgetItem(tree, ["In panels"])
        for keys, tip in _CHAIN_KEYS:
            QTreeWidgetItem(panels, [keys, tip])
        panels.setExpanded(True)
        self.column.addWidget(tree)
        self.add_buttons(None, "Close")


class AboutDialog(DeskDialog):
    """Name, version and licence."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, "About Legwork")
        self.add_text(f"Legwork {version()}: a multi-leg options workstation for NSE and BSE index options.")
        self.add_text(
            "MIT licence. Inter and DejaVu fonts under their own open licences. This window trades with simulated "
            "money on a simulated or recorded market.",
            muted=True,
        )
        self.add_buttons(None, "Close")


def version() -> str:
    """Return the installed version, or that it runs from a checkout."""
    try:
        return metadata.version("legwork")
    except metadata.PackageNotFoundError:
        return "from a checkout"
