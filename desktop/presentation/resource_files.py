"""Find the read-only files that are installed beside the packages."""

from pathlib import Path

_INSTALLED = Path(__file__).resolve().parents[2]


def resource_path(*parts: str) -> Path:
    """Return the path of a file below ``resources/``, whether or not it exists."""
    return _INSTALLED.joinpath("resources", *parts)


def layout_path(*parts: str) -> Path:
    """Return the path of a file below ``layouts/``, whether or not it exists."""
    return _INSTALLED.joinpath("layouts", *parts)
