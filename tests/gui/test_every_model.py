"""Qt's own tester looks at every model of the program."""

from pathlib import Path

import pytest
from PySide6.QtCore import QAbstractItemModel

from desktop.presentation.theme import built_in_theme
from desktop.viewmodels.accounts import AccountsModel, TagsModel
from desktop.viewmodels.orders import ORDER_COLUMNS
from desktop.viewmodels.palette import Entry, Kind, PaletteIndex
from desktop.widgets.column_header import Heading, HeadingModel
from desktop.windows.command_palette import HitModel
from tests.gui.engine_desk import standing_desk
from tests.gui.every_class import classes_of

GUI_TESTS = Path(__file__).parent
BASES = {"RowTableModel"}
"""Only derived from."""


def entry(number):
    return Entry(id=f"entry {number}", kind=Kind.ACTION, title=f"Entry {number}", act=lambda _deed: None)


@pytest.fixture
def bridge(qapp):
    _, bridge = standing_desk()
    yield bridge
    bridge.deleteLater()


def checked(model, qtmodeltester):
    qtmodeltester.check(model)
    yield model
    model.deleteLater()


@pytest.fixture
def hits(qapp, qtmodeltester):
    yield from checked(HitModel(), qtmodeltester)


@pytest.fixture
def headings(qapp, qtmodeltester):
    found = [Heading(key=one.key, header=one.header, width=one.width) for one in ORDER_COLUMNS[:5]]
    yield from checked(HeadingModel(found), qtmodeltester)


@pytest.fixture
def accounts(bridge, qtmodeltester):
    yield from checked(AccountsModel(bridge, built_in_theme("dark")), qtmodeltester)


@pytest.fixture
def tags(bridge, qtmodeltester):
    yield from checked(TagsModel(bridge, built_in_theme("dark")), qtmodeltester)


def test_finds_of_the_palette_are_a_sound_model(hits):
    for count in (3, 1, 0, 5):
        hits.show_hits(PaletteIndex(entry(number) for number in range(count)).search("entry").hits)

        assert hits.rowCount() == count


def test_headings_are_a_sound_model(headings):
    assert (headings.rowCount(), headings.columnCount()) == (0, 5)


def test_accounts_and_tags_are_sound_models(accounts, tags, bridge):
    bridge.status_changed.emit(bridge.status)

    assert accounts.rowCount() == len(bridge.status.accounts)
    assert tags.rowCount() == len(bridge.status.tags)


def test_no_model_of_the_program_is_left_out():
    texts = [path.read_text(encoding="utf-8") for path in sorted(GUI_TESTS.glob("test_*.py"))]
    testing = [text for text in texts if "qtmodeltester" in text or "QAbstractItemModelTester" in text]

    unchecked = {name for name in classes_of(QAbstractItemModel) if not any(name in text for text in testing)}

    assert unchecked - BASES == set()
