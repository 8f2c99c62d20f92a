"""Whether the trader was shown around already: a small file in the trader's folder."""

from contextlib import suppress

from desktop.composition.folders import data_folder
from desktop.composition.whole_file import write_whole

_FILE = "tour.toml"


def tour_is_known() -> bool:
    """Answer whether the tour was taken or left before on this trader's folder."""
    return (data_folder() / _FILE).exists()


def note_tour() -> None:
    """Remember that the tour was shown; a disk that refuses only means that it is offered once more."""
    with suppress(OSError):
        write_whole(data_folder() / _FILE, "# The tour was shown; the Help menu shows it again.\nshown = true\n")
