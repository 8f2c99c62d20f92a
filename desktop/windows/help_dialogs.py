"""What this program is."""

from importlib import metadata

from PySide6.QtWidgets import QWidget

from desktop.windows.dialog import DeskDialog


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
