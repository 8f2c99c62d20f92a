"""Templates of the trader's own: saved whole, renamed, deleted, and never in the way when a file is broken."""

import pytest

from desktop.composition.failures import MisuseError
from desktop.composition.own_templates import OwnTemplates
from engine.domain.multileg.portfolio import MultilegPortfolio
from engine.schema.load import load

CONDOR = load(
    {
        "name": "My condor",
        "underlying": "NIFTY",
        "legs": [{"side": "SELL", "kind": "CE", "strike": {"type": "atm", "steps": 4}, "lots": 2}],
        "stop": {"type": "loss", "amount": 5000},
    },
    MultilegPortfolio,
)


@pytest.fixture
def own(tmp_path):
    return OwnTemplates(tmp_path)


def test_a_saved_template_brings_everything_back(own):
    own.save(CONDOR, "Condor, quiet days")

    (found,) = own.listed()
    assert found.name == "Condor, quiet days"
    assert found.portfolio.legs == CONDOR.legs
    assert found.portfolio.stop == CONDOR.stop
    assert own.is_own(found)


def test_names_in_any_script_have_files_of_their_own(own):
    for name in ("Straddle", "straddle!", "सोमवार", "मंगलवार", "A" * 60):
        own.save(CONDOR, name)

    assert len(own.listed()) == 5


def test_a_renamed_template_is_there_once_and_a_taken_name_is_refused(own):
    first = own.save(CONDOR, "One")
    own.save(CONDOR, "Two")

    with pytest.raises(MisuseError, match="already"):
        own.rename(first, "two")
    own.rename(first, "Three")

    assert [one.name for one in own.listed()] == ["Three", "Two"]


def test_a_deleted_template_stays_in_a_file_beside(own, tmp_path):
    own.delete(own.save(CONDOR, "Gone"))

    assert not own.listed()
    assert list(tmp_path.glob("*.kept-1"))


@pytest.mark.parametrize("name", ["", "   ", "x" * 61, "a\nb"])
def test_a_name_that_cannot_be_is_refused_with_a_sentence(own, name):
    with pytest.raises(MisuseError):
        own.save(CONDOR, name)


def test_a_broken_file_is_named_and_the_others_are_there(own, tmp_path):
    own.save(CONDOR, "Good")
    (tmp_path / "bad.toml").write_text("legs = [")
    (tmp_path / "worse.toml").write_bytes(b"\xff\xfe")

    assert [one.name for one in own.listed()] == ["Good"]
    assert len(own.troubles) == 2
