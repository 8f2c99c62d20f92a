"""Keys are given, taken away, kept and read back; emergencies never lose theirs."""

import pytest

from desktop.composition.failures import FailureError, MisuseError
from desktop.composition.keys_file import read_keys, write_keys
from desktop.viewmodels.key_words import KeyRefusedError
from desktop.viewmodels.keymap import KeyedAction, KeyMap

ACTIONS = (
    KeyedAction("edit", "Edit…", ("Ctrl+E",)),
    KeyedAction("editor", "Multileg editor", ("Ctrl+2", "F2")),
    KeyedAction("about", "About Legwork", ()),
    KeyedAction("kill", "Kill switch…", ("Ctrl+Shift+K",), never_without=True),
)


@pytest.fixture
def keymap():
    return KeyMap(ACTIONS, {"Alt+D": "it opens the menu Desk"})


def test_a_key_that_is_given_is_taken_from_its_owner(keymap, qtbot):
    with qtbot.waitSignal(keymap.changed):
        keymap.give("about", ["ctrl+e"])

    assert keymap.keys("about") == ("Ctrl+E",)
    assert keymap.keys("edit") == ()
    assert keymap.table() == {"about": ["Ctrl+E"], "edit": []}


def test_a_conflict_is_named_before_anything_is_changed(keymap):
    assert keymap.conflict("about", "F2") == "editor"
    assert keymap.conflict("editor", "F2") is None
    assert keymap.keys("editor") == ("Ctrl+2", "F2")


@pytest.mark.parametrize(
    ("key", "why"),
    [
        ("E", "typed into fields"),
        ("Shift+E", "typed into fields"),
        ("Tab", "fields and tables"),
        ("Return", "fields and tables"),
        ("Ctrl+C", "copy and paste"),
        ("Ctrl+Left", "move and to select"),
        ("Alt+D", "opens the menu Desk"),
        ("Alt+F4", "desktop"),
        ("Nonsense+Q", "is no key"),
        ("", "is no key"),
        ("Shift", "is no key"),
        ("Ctrl+K, Ctrl+S", "a row of keys"),
        ("Ctrl+Shift+K", "only key of Kill switch"),
    ],
)
def test_a_key_that_belongs_to_others_is_refused_and_nothing_changes(keymap, key, why):
    with pytest.raises(KeyRefusedError, match=why):
        keymap.give("edit", [key])

    assert keymap.table() == {}


def test_an_emergency_key_can_be_changed_but_not_removed(keymap):
    keymap.give("kill", ["F12"])
    with pytest.raises(KeyRefusedError, match="never be without"):
        keymap.give("kill", [])
    keymap.give("about", ["Ctrl+Shift+K"])

    assert keymap.keys("kill") == ("F12",)
    assert keymap.keys("about") == ("Ctrl+Shift+K",)


def test_both_keys_of_an_emergency_cannot_be_taken_at_once(keymap):
    keymap.give("kill", ["F11", "F12"])

    with pytest.raises(KeyRefusedError, match="emergencies"):
        keymap.give("about", ["F11", "F12"])

    assert keymap.keys("kill") == ("F11", "F12")


def test_three_keys_are_too_many(keymap):
    with pytest.raises(KeyRefusedError, match="2 keys, not 3"):
        keymap.give("about", ["F9", "F10", "F11"])


def test_one_action_and_all_actions_are_reset(keymap):
    keymap.give("about", ["Ctrl+E"])
    keymap.give("editor", ["F9"])

    keymap.reset("edit")
    after_one = keymap.table()
    keymap.reset_all()

    assert after_one == {"about": [], "editor": ["F9"]} or after_one == {"editor": ["F9"]}
    assert keymap.table() == {}
    assert keymap.keys("edit") == ("Ctrl+E",)


def test_what_is_written_is_read_back(keymap, tmp_path):
    keymap.give("about", ["Ctrl+E"])
    keymap.give("kill", ["F12"])
    keymap.give("editor", ["Ctrl+Shift+K", "Ctrl+2"])
    write_keys(tmp_path / "keys.toml", keymap.table())

    again = KeyMap(ACTIONS)
    sentences = again.load(read_keys(tmp_path / "keys.toml"))

    assert sentences == []
    assert [again.keys(name) for name in again.names()] == [keymap.keys(name) for name in keymap.names()]


@pytest.mark.parametrize(
    ("name", "keys", "sentence"),
    [
        ("nobody", ["F9"], "no such action"),
        ("about", "F9", "list of texts"),
        ("about", [7], "list of texts"),
        ("about", ["Hello"], "is no key"),
        ("about", ["F9", "F10", "F11"], "2 keys, not 3"),
        ("about", ["Q"], "typed into fields"),
        ("about", ["Ctrl+Shift+K"], "kept for Kill switch"),
        ("kill", [], "never be without"),
    ],
)
def test_a_bad_entry_is_kept_out_with_a_sentence_and_written_again(keymap, name, keys, sentence):
    sentences = keymap.load({name: keys, "edit": ["Ctrl+Alt+E"]})

    assert len(sentences) == 1
    assert sentence in sentences[0]
    assert keymap.keys("edit") == ("Ctrl+Alt+E",)
    assert keymap.keys("kill") == ("Ctrl+Shift+K",)
    assert keymap.table() == {name: keys, "edit": ["Ctrl+Alt+E"]}


def test_of_two_entries_with_one_key_the_action_declared_first_has_it(keymap):
    sentences = keymap.load({"about": ["F9"], "edit": ["F9"]})

    assert "F9 is given to Edit… as well" in sentences[0]
    assert keymap.owner("F9") == "edit"


def test_an_own_key_comes_before_a_declared_one(keymap):
    assert keymap.load({"about": ["Ctrl+E"]}) == []
    assert keymap.keys("edit") == ()


def test_without_a_file_there_are_no_own_keys(tmp_path):
    assert read_keys(tmp_path / "keys.toml") == {}


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"format = 2\n[keys]\n", "newer version"),
        (b"[keys]\n", "does not say format"),
        (b"format = true\n[keys]\n", "does not say format"),
        (b'format = 1\nkeys = "x"\n', "must be a table"),
        (b"format = 1\nother = 1\n", "not known: other"),
        (b"format = [", "not valid TOML"),
        (b"\xff\xfe", "not valid TOML"),
        (b"#" * 300_000, "too large"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_with_a_sentence_and_stays(tmp_path, content, sentence):
    path = tmp_path / "keys.toml"
    path.write_bytes(content)

    with pytest.raises(MisuseError, match=sentence):
        read_keys(path)

    assert path.read_bytes() == content


def test_a_folder_that_cannot_be_written_is_said(tmp_path):
    (tmp_path / "file").write_text("")

    with pytest.raises(FailureError, match="hold until Legwork is closed"):
        write_keys(tmp_path / "file" / "keys.toml", {})


def test_the_file_before_is_kept_beside_the_new_one(tmp_path):
    path = tmp_path / "keys.toml"
    write_keys(path, {"edit": ["F9"]})

    write_keys(path, {"edit": ["F10"]})

    assert read_keys(path) == {"edit": ["F10"]}
    assert read_keys(tmp_path / "keys.toml.bak") == {"edit": ["F9"]}
