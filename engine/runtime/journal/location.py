"""Where a journal lies: reading its address, and what is doubtful about a place."""

import shutil
from pathlib import Path, PureWindowsPath
from urllib.parse import urlsplit

import msgspec

from engine.runtime.journal.errors import BadJournalAddressError

CLOUD_FOLDERS = (
    "onedrive",
    "dropbox",
    "google drive",
    "googledrive",
    "icloud drive",
    "nextcloud",
    "owncloud",
    "pcloud",
)
NETWORK_FILE_SYSTEMS = frozenset(
    {"nfs", "nfs4", "cifs", "smb3", "smbfs", "fuse.sshfs", "afs", "ceph", "glusterfs", "9p"}
)
LOW_SPACE_BYTES = 1_000_000_000
_MOUNTS = Path("/proc/mounts")


class SqliteLocation(msgspec.Struct, frozen=True):
    """A journal in one file of ours."""

    path: Path

    @property
    def name(self) -> str:
        """The path as the user would write it."""
        return str(self.path)


class ServerLocation(msgspec.Struct, frozen=True):
    """A journal on a PostgreSQL server; ``url`` is for SQLAlchemy, with the driver named."""

    url: str
    name: str


def journal_location(address: str) -> SqliteLocation | ServerLocation:
    """Answer the place that a path, ``sqlite:///path`` or ``postgresql://user@host/database`` means.

    Raises BadJournalAddressError for anything else.
    """
    if not address.strip():
        raise BadJournalAddressError(
            "The journal's path is empty: give a file, or a URL like postgresql://user@host/database."
        )
    if "\0" in address:
        raise BadJournalAddressError("The journal's path holds a NUL character, which no file name may have.")
    scheme, separator, rest = address.partition("://")
    if not separator:
        return _file(address)
    if scheme == "sqlite":
        return _file(rest.removeprefix("/"))
    if scheme in {"postgresql", "postgresql+psycopg"}:
        return _server(rest)
    raise BadJournalAddressError(
        f"Journals in {scheme}:// are not known: give a file, sqlite:///FILE or postgresql://user@host/database."
    )


def _file(path: str) -> SqliteLocation:
    """Answer the file, with links followed, so that one file has one lock whatever it is called."""
    if not path or path == ":memory:":
        raise BadJournalAddressError("The journal needs a file: give a path, or sqlite:///FILE.")
    return SqliteLocation(Path(path).expanduser().resolve())


def _server(rest: str) -> ServerLocation:
    """Answer the server's address, named without its password."""
    try:
        parts = urlsplit(f"postgresql://{rest}")
        port = f":{parts.port}" if parts.port else ""
    except ValueError as error:
        raise BadJournalAddressError(
            f"The journal's URL cannot be read ({error}): write postgresql://user@host/database."
        ) from error
    if not parts.path.strip("/"):
        raise BadJournalAddressError("The journal's URL names no database: write postgresql://user@host/database.")
    user = f"{parts.username}@" if parts.username else ""
    return ServerLocation(
        f"postgresql+psycopg://{rest}", f"postgresql://{user}{parts.hostname or ''}{port}{parts.path}"
    )


def location_warnings(address: str) -> tuple[str, ...]:
    """Answer sentences on what makes a place unwise for a journal; empty when nothing does.

    Raises BadJournalAddressError.
    """
    location = journal_location(address)
    if isinstance(location, ServerLocation):
        return ()
    found = (_cloud_warning(location.path), _network_warning(location.path), _space_warning(location.path))
    return tuple(warning for warning in found if warning is not None)


def _cloud_warning(path: Path) -> str | None:
    """Answer a warning where a synchronising program may take the file away under us."""
    for part in path.parts[:-1]:
        if any(part.lower().startswith(cloud) for cloud in CLOUD_FOLDERS):
            return (
                f"The journal {path} lies in {part}, which is synchronised and may damage it: "
                "move it to a local folder."
            )
    return None


def _network_warning(path: Path) -> str | None:
    """Answer a warning where locks and flushes may not mean what they say."""
    windows = PureWindowsPath(str(path))
    kind = "a network share" if windows.drive.startswith("\\\\") else _network_file_system(path)
    if kind is None:
        return None
    return f"The journal {path} lies on {kind}, where locks and flushes cannot be relied on: move it to a local disk."


def _network_file_system(path: Path) -> str | None:
    """Answer the kind of network file system that holds the path, where the system tells."""
    try:
        lines = _MOUNTS.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return None
    mounts = [(fields[1], fields[2]) for line in lines if len(fields := line.split()) > 2]
    holding = [(point, kind) for point, kind in mounts if path.is_relative_to(point.replace("\\040", " "))]
    _, kind = max(holding, key=lambda mount: len(mount[0]), default=("", ""))
    return kind if kind in NETWORK_FILE_SYSTEMS else None


def _space_warning(path: Path) -> str | None:
    """Answer a warning when the disk is nearly full."""
    folder = next((parent for parent in path.parents if parent.is_dir()), None)
    if folder is None:
        return None
    free = shutil.disk_usage(folder).free
    if free >= LOW_SPACE_BYTES:
        return None
    return f"Only {free // 1_000_000} MB are free where the journal {path} lies: make room before trading."
