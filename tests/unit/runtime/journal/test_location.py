"""Doubtful places for a journal are named."""

import os
from pathlib import Path

import pytest

from engine.runtime.journal import location
from engine.runtime.journal.location import journal_location, location_warnings


def test_a_local_folder_gives_no_warning(tmp_path, monkeypatch):
    monkeypatch.setattr(location, "LOW_SPACE_BYTES", 0)

    assert location_warnings(str(tmp_path / "journal.sqlite")) == ()


@pytest.mark.parametrize("cloud", ["Dropbox", "OneDrive - Acme", "iCloud Drive", "Nextcloud"])
def test_a_synchronised_folder_is_named(tmp_path, cloud):
    warnings = location_warnings(str(tmp_path / cloud / "journal.sqlite"))

    assert any(f"lies in {cloud}, which is synchronised" in warning for warning in warnings)


@pytest.mark.skipif(os.name == "nt", reason="mounts are listed otherwise")
def test_a_network_file_system_is_named(tmp_path, monkeypatch):
    mounts = tmp_path / "mounts"
    mounts.write_text(f"/dev/sda1 / ext4 rw 0 0\nserver:/share {tmp_path} nfs4 rw 0 0\n")
    monkeypatch.setattr(location, "_MOUNTS", mounts)

    assert any("lies on nfs4" in warning for warning in location_warnings(str(tmp_path / "journal.sqlite")))


def test_a_nearly_full_disk_is_named(tmp_path, monkeypatch):
    monkeypatch.setattr(location, "LOW_SPACE_BYTES", 1 << 80)

    assert any("MB are free" in warning for warning in location_warnings(str(tmp_path / "new" / "journal.sqlite")))


def test_a_server_is_named_without_its_password():
    found = journal_location("postgresql://trader:secret@db.example:5433/legwork")

    assert found.name == "postgresql://trader@db.example:5433/legwork"
    assert location_warnings("postgresql://db.example/legwork") == ()


def test_a_path_and_its_url_are_the_same_place(tmp_path):
    assert journal_location(f"sqlite:///{tmp_path}/a.sqlite") == journal_location(str(Path(tmp_path) / "a.sqlite"))
