"""Where things lie: what is installed with the program, and what belongs to the trader."""

import os
import shutil
from hashlib import sha256
from pathlib import Path

_INSTALLED = Path(__file__).resolve().parents[2]


def resource_path(*parts: str) -> Path:
    """Answer the path of a read-only file below ``resources/`` (rules, fonts, themes, Help), there or not."""
    return _INSTALLED.joinpath("resources", *parts)


def layout_path(*parts: str) -> Path:
    """Answer the path of a read-only file below ``layouts/`` (workspaces, portfolio templates), there or not."""
    return _INSTALLED.joinpath("layouts", *parts)


def data_folder() -> Path:
    """Answer the trader's own folder: LEGWORK_HOME where it is set, else the platform's application-data folder."""
    home = os.environ.get("LEGWORK_HOME")
    if home:
        return Path(home)
    from platformdirs import user_data_path

    return user_data_path("legwork", appauthor=False)


def default_journal(broker: str = "paper") -> Path:
    """Answer where the workstation keeps its own journal of a broker: real and practised trades never share one."""
    return data_folder() / ("journal.sqlite" if broker == "paper" else f"journal-{broker}.sqlite")


def free_megabytes(folder: Path) -> int | None:
    """Answer how much room the disk of a folder has; None where it cannot be asked."""
    try:
        return shutil.disk_usage(folder).free // 1_000_000
    except OSError:
        return None


def server_file(server: str, ending: str) -> Path:
    """Answer where this machine keeps a file that belongs to a journal on a server, named without its password."""
    return data_folder() / f"paper-{sha256(server.encode()).hexdigest()[:12]}.{ending}"
