"""Views of tables under names of their own: filter, grouping, sort and columns, kept in the trader's folder."""

import tomllib
from collections.abc import Callable
from pathlib import Path

import msgspec
import tomli_w

from desktop.composition.whole_file import set_aside, write_whole
from desktop.viewmodels.table_look import TableLook
from desktop.widgets.column_header import ColumnLayout
from desktop.workspace.workspace import LayoutError

FILE = "views.toml"
LONGEST_NAME = 48
MOST_VIEWS = 100
_FORMAT = 1
_LARGEST_FILE = 1_000_000


class SavedView(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """One view of one table.

    Attributes:
        name: What the trader calls it.
        table: Kind of the table's panel.
        look: Filter, grouping and sort.
        columns: From left to right.
        context: What else the panel chooses by, e.g. the days of the order book.
    """

    name: str
    table: str
    look: TableLook = TableLook()
    columns: list[ColumnLayout] = []
    context: dict[str, str] = {}


class _Document(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    format: int
    views: list[SavedView] = []


class ViewFile:
    """The views of one kind of table; every change is written at once, whole or not at all."""

    def __init__(self, own_folder: Path, table: str, *, keeps: bool = True) -> None:
        """Where ``keeps`` is false views live only as long as the program."""
        self._path, self._table, self._keeps = own_folder / FILE, table, keeps
        self._unkept: list[SavedView] = []

    def views(self) -> list[SavedView]:
        """Return the views of the table by name. Raises LayoutError with a sentence where they cannot be read."""
        return sorted((one for one in self._all() if one.table == self._table), key=lambda one: one.name.casefold())

    def find(self, name: str) -> SavedView | None:
        """Return the view of a name, whatever its case. Raises LayoutError."""
        return next((one for one in self.views() if one.name.casefold() == name.casefold()), None)

    def save(self, view: SavedView) -> str:
        """Keep a view in place of the one of its name; return a sentence where a damaged file was set aside.

        Raises LayoutError.
        """
        return self._change(lambda views: [*_without(views, self._table, view.name), view])

    def rename(self, old: str, new: str) -> str:
        """Give a view another name. Raises LayoutError where that name is taken."""
        if old.casefold() != new.casefold() and self.find(new) is not None:
            raise LayoutError(f'There is a view "{new}" already; choose another name, or delete that one first.')
        return self._change(
            lambda views: [
                msgspec.structs.replace(one, name=new) if _is(one, self._table, old) else one for one in views
            ]
        )

    def delete(self, name: str) -> str:
        """Forget a view. Raises LayoutError."""
        return self._change(lambda views: _without(views, self._table, name))

    def _change(self, change: Callable[[list[SavedView]], list[SavedView]]) -> str:
        said = ""
        try:
            before = self._all()
        except LayoutError as error:
            before, said = [], str(error)
        views = change(before)
        if len(views) > MOST_VIEWS:
            raise LayoutError(f"There are {MOST_VIEWS} views already; delete one that is not used any more.")
        if not self._keeps:
            self._unkept = views
            return said
        document = msgspec.to_builtins(_Document(format=_FORMAT, views=views))
        try:
            if said and self._path.exists():
                said = f"{said} It is kept as {set_aside(self._path).name}."
            write_whole(self._path, tomli_w.dumps(document))
        except OSError as e:
            raise LayoutError(f"The views cannot be written to {self._path}: {e.strerror}.") from e
        return said

    def _all(self) -> list[SavedView]:
        if not self._keeps or not self._path.exists():
            return self._unkept
        try:
            with self._path.open("rb") as file:
                content = file.read(_LARGEST_FILE + 1)
            if len(content) > _LARGEST_FILE:
                raise LayoutError(
                    f"The views in {self._path} cannot be used: the file is too large to be one of views."
                )
            document = tomllib.loads(content.decode("utf-8"))
            if document.get("format") != _FORMAT:
                raise LayoutError(f"The views in {self._path} are of another version of the program.")
            return msgspec.convert(document, _Document).views
        except OSError as e:
            raise LayoutError(f"The views in {self._path} cannot be read: {e.strerror}.") from e
        except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError, msgspec.ValidationError) as e:
            raise LayoutError(f"The views in {self._path} cannot be used: {e}.") from e


def refused_name(name: str) -> str | None:
    """Return why a view cannot be called so, or None."""
    if not name:
        return "A view needs a name."
    if len(name) > LONGEST_NAME:
        return f"A name has at most {LONGEST_NAME} letters; this one has {len(name):,}."
    return None if name.isprintable() else "A name has letters, digits and signs, no control characters."


def _is(view: SavedView, table: str, name: str) -> bool:
    return view.table == table and view.name.casefold() == name.casefold()


def _without(views: list[SavedView], table: str, name: str) -> list[SavedView]:
    return [one for one in views if not _is(one, table, name)]
