"""Where things lie: what is installed with the program, and what belongs to the trader."""

import os
from pathlib import Path

_INSTALLED = Path(__file__).resolve().parents[2]


def resources_folder() -> Path:
    """Answer the read-only folder of market rules, fonts, themes and Help."""
    return _INSTALLED / "resources"


def layouts_folder() -> Path:
    """Answer the read-only folder of shipped workspaces and portfolio templates."""
    return _INSTALLED / "layouts"


def data_folder() -> Path:
    """Answer the trader's own folder: LEGWORK_HOME where it is set, else the platform's application-data folder."""
    home = os.environ.get("LEGWORK_HOME")
    if home:
        return Path(home)
    from platformdirs import user_data_path

    return user_data_path("legwork", appauthor=False)


def default_journal() -> Path:
    """Answer where the workstation keeps its own journal."""
    return data_folder() / "journal.sqlite"
