"""GridLog.csv: the columns that scrapers read, a folder for each day, and nothing that shifts a field."""

import csv
from collections.abc import Iterator
from datetime import date, time
from pathlib import Path

import pytest

from desktop.composition.failures import FailureError, MisuseError
from desktop.composition.grid_log import (
    HEADER,
    GridLog,
    MessageLog,
    grid_log_path,
    load_message_log,
    save_message_log,
)
from engine.domain.identifiers import AccountId, PortfolioId
from engine.domain.instant import Instant, ist_instant
from engine.views.messages import MessageLevel, MessageRow

DAY = date(2026, 8, 19)
AT = Instant(ist_instant(DAY, time(9, 43, 28)) + 759_000)


def message(sentence: str = "Strategy Tag: 5 not found!", **fields: object) -> MessageRow:
    values: dict[str, object] = {
        "number": 1,
        "at": AT,
        "level": MessageLevel.ERROR,
        "kind": "command_refused",
        "sentence": sentence,
        "account": AccountId("USER1"),
        "tag": "",
        "portfolio_id": PortfolioId("P1"),
        "portfolio": "SHORT5 COPY3",
        "strategy_tag": "5",
    }
    return MessageRow(**{**values, **fields})  # type: ignore[arg-type]


class Written:
    """A log in a folder of its own, and what it complained of."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.troubles: list[str] = []
        self.log = GridLog(folder, MessageLog(), self.troubles.append)

    def lines(self, day: date = DAY) -> list[list[str]]:
        self.log.close()
        path = grid_log_path(self.folder, day)
        text = path.read_text(encoding="utf-8") if path.exists() else ""
        return list(csv.reader(text.splitlines()))


@pytest.fixture
def written(tmp_path: Path) -> Iterator[Written]:
    found = Written(tmp_path)
    yield found
    found.log.close()


def test_a_message_is_a_line_in_the_columns_of_the_file(written: Written) -> None:
    written.log.take([message()])

    assert written.lines() == [
        list(HEADER),
        ["09:43:28:759", "ERROR", "Strategy Tag: 5 not found!", "USER1", "5", "SHORT5 COPY3"],
    ]
    assert (written.folder / "logs" / "19-Aug-2026" / "GridLog.csv").exists()


def test_fields_stay_in_place_for_who_splits_at_commas_from_the_right(written: Written) -> None:
    written.log.take([message("Margin short, 5 needed\nand more", portfolio='Iron, "wide"', strategy_tag="A,B")])

    header, line = written.lines()
    text = (written.folder / "logs" / "19-Aug-2026" / "GridLog.csv").read_text(encoding="utf-8").splitlines()[1]
    assert line[2:] == ["Margin short, 5 needed and more", "USER1", "A B", "Iron 'wide'"]
    assert text.split(",")[-3:] == line[3:]
    assert header == list(HEADER)


def test_every_day_has_its_own_file_and_a_header_once(written: Written) -> None:
    tomorrow = Instant(ist_instant(date(2026, 8, 20), time(9, 15)))

    written.log.take([message()])
    written.log.take([message(), message(at=tomorrow)])

    assert [len(written.lines()), len(written.lines(date(2026, 8, 20)))] == [3, 2]


def test_only_what_this_session_told_is_added_when_it_begins(written: Written) -> None:
    old, opened = message("of before"), message("opened", kind="session_opened")

    written.log.begin([old, opened, old, opened, message("of now"), message("untold", told=False)])

    assert [line[2] for line in written.lines()[1:]] == ["opened", "of now"]


def test_switched_off_nothing_is_written(written: Written) -> None:
    written.log.use(MessageLog(grid_log=False))

    written.log.take([message()])

    assert written.lines() == []


def test_a_disk_that_refuses_is_said_once(tmp_path: Path) -> None:
    (tmp_path / "logs").write_text("in the way")
    written = Written(tmp_path)

    written.log.take([message()])
    written.log.take([message()])
    written.log.close()

    (trouble,) = written.troubles
    assert "The journal has every message" in trouble


def test_the_choice_is_kept_and_a_wrong_file_is_a_sentence(tmp_path: Path) -> None:
    place = tmp_path / "message_log.toml"
    assert load_message_log(place) == MessageLog()

    save_message_log(MessageLog(grid_log=False), place)
    kept = load_message_log(place)
    place.write_text("grid_log = 3")

    assert not kept.grid_log
    with pytest.raises(MisuseError, match="GridLog"):
        load_message_log(place)
    with pytest.raises(FailureError):
        load_message_log(tmp_path)
