"""What this program is."""

import platform
import sqlite3
from importlib import metadata

from PySide6.QtCore import qVersion
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget

from desktop.composition.folders import data_folder
from desktop.windows.dialog import DeskDialog
from desktop.windows.panel import push_button

_LIBRARIES = ("PySide6-Essentials", "PySide6-QtAds", "pyqtgraph", "qasync", "numpy", "scipy", "SQLAlchemy", "TA-Lib")
"""Libraries whose versions a report of trouble should name."""


class AboutDialog(DeskDialog):
    """Name, licence, versions of what it stands on, and where the trader's files lie; all of it can be copied."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, "About Legwork")
        self.add_text(f"Legwork {version()}: a multi-leg options workstation for NSE and BSE index options.")
        self.add_text(
            "MIT licence. Inter and DejaVu fonts under their own open licences. This window trades with simulated "
            "money on a simulated or recorded market.",
            muted=True,
        )
        self.add_text(versions())
        self.column.addWidget(
            push_button("Copy", "Put these versions on the clipboard, for a report of trouble.", _copy_versions)
        )
        self.add_buttons(None, "Close")


def versions() -> str:
    """Return what a report of trouble should name: versions and folders, a line each."""
    lines = [
        f"Legwork {version()}",
        f"Python {platform.python_version()} on {platform.platform()}",
        f"Qt {qVersion()}, SQLite {sqlite3.sqlite_version}",
        *(f"{name} {metadata.version(name)}" for name in _LIBRARIES),
        f"Your files: {data_folder()}",
    ]
    return "\n".join(lines)


def _copy_versions() -> None:
    QGuiApplication.clipboard().setText(versions())


def version() -> str:
    """Return the installed version, or that it runs from a checkout."""
    try:
        return metadata.version("legwork")
    except metadata.PackageNotFoundError:
        return "from a checkout"
