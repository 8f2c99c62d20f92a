"""The written field reference says what the declarations say now."""

import pytest
import typer
from typer.testing import CliRunner

from desktop.commands import help_pages
from engine.schema.reference import field_reference
from tests.unit.schema.garden import Garden


@pytest.mark.parametrize("name", help_pages.PAGES)
def test_the_written_page_is_not_stale(name):
    written = help_pages.page_path(name).read_text(encoding="utf-8")

    assert written == help_pages.page_text(name), "run: legwork help --write"


def test_no_page_is_left_from_an_earlier_declaration():
    folder = help_pages.page_path("portfolio").parent

    assert {path.stem for path in folder.glob("*.md")} >= set(help_pages.PAGES)


@pytest.mark.parametrize(
    "row",
    [
        "# All about gardens",
        "## Plant",
        "One kind of plant.",
        '## Round bed (`type = "round"`)',
        "No fields.",
        "| Name | `name` | text, 1 to 10 characters | must be given | Its name. |",
        "| Open | `open` | `true` or `false` | `true` | Whether one may enter. |",
        "| Since | `since` | date, or `off` | off | When it was laid out. |",
        "| Bed | `bed` | one of `round`, `square` | Square bed | The shape of its bed. |",
        "| Plants | `plants` | list of “Plant”, at most 3 | 0 items | What grows. |",
        "| Colours | `colours` | several of `red`, `blue` | red | Wanted colours. |",
        "| Water | `water` | fields of “Watering”, or `off` | off | When it is watered. |",
        "| Radius | `radius` | decimal number, above 0 and at most 100 m | must be given | Half its width. |",
        "| Count | `count` | whole number, 1 to 9 plants | 1 plants | How many. |",
        "| Colour | `colour` | `red`, `blue` | `red` | Of its flowers. |",
    ],
)
def test_every_shape_has_its_row(row):
    assert row in field_reference(Garden, "All about gardens").splitlines()


def run(*arguments: str):
    app = typer.Typer()
    help_pages.register(app)
    return CliRunner().invoke(app, list(arguments))


def test_the_command_lists_and_shows_pages():
    assert "portfolio" in run().stdout
    assert run("portfolio").stdout.startswith("# Multi-leg portfolio")


def test_an_unknown_page_is_refused_with_the_known_ones():
    refused = run("gardens")

    assert refused.exit_code == 2
    assert "choose one of index, first-steps" in refused.stderr
    assert "risk-limits, notifications" in refused.stderr


def test_pages_are_written_anew(tmp_path, monkeypatch):
    monkeypatch.setattr(help_pages, "resource_path", lambda *parts: tmp_path.joinpath(*parts))

    written = run("--write")

    assert written.exit_code == 0
    assert (tmp_path / "help" / "portfolio.md").read_text(encoding="utf-8") == help_pages.page_text("portfolio")


def test_a_folder_that_cannot_be_written_is_named(tmp_path, monkeypatch):
    (tmp_path / "help").write_text("in the way", encoding="utf-8")
    monkeypatch.setattr(help_pages, "resource_path", lambda *parts: tmp_path.joinpath(*parts))

    refused = run("--write")

    assert refused.exit_code == 1
    assert "cannot be written" in refused.stderr


def test_the_guide_is_shown_and_searched_in_the_terminal(tmp_path, monkeypatch):
    monkeypatch.setenv("LEGWORK_HOME", str(tmp_path))

    assert "`Ctrl+Shift+K`" in run("kill-switch").stdout
    assert "All keys" in run("all-keys").stdout
    assert "Freak protection" in run("--search", "freak protection").stdout
    nothing = run("--search", "quetzalcoatl")
    assert (nothing.exit_code, "no page of Help holds" in nothing.stderr) == (1, True)


def test_the_guide_names_the_traders_own_keys(tmp_path, monkeypatch):
    monkeypatch.setenv("LEGWORK_HOME", str(tmp_path))
    (tmp_path / "keys.toml").write_text('format = 1\n[keys]\nkill_switch = ["Ctrl+F12"]\n', encoding="utf-8")

    assert "`Ctrl+F12`" in run("kill-switch").stdout
    (tmp_path / "keys.toml").write_text("format = 99\n", encoding="utf-8")
    assert "`Ctrl+Shift+K`" in run("kill-switch").stdout
