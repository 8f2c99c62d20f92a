"""The palette finds what is meant: by words, beginnings, initials and letters, the likeliest first."""

import pytest

from desktop.viewmodels.palette import MOST_RECENT, Deed, Entry, Kind, PaletteIndex, Recency

SQUARE_OFF = Deed(name="square_off", title="Square off…", keys="Ctrl+Shift+Q")
RESUME = Deed(name="resume", title="Resume", why_not="only an entry that a restart caught is resumed")
LEGS = (Deed(name="", title="Show in the chart"), Deed(name="buy", title="Buy in the editor"))


def entry(title, kind=Kind.ACTION, **more):
    more.setdefault("act", str)
    return Entry(id=more.pop("id", title), kind=kind, title=title, **more)


def contract(title):
    return entry(title, Kind.CONTRACT, deeds=LEGS)


ENTRIES = (
    entry("Square off the selected portfolio…", more="close everything"),
    entry("Save a picture of the window…"),
    entry("Save the arrangement"),
    entry("Option chain", Kind.PANEL),
    entry("Morning straddle", Kind.PORTFOLIO, deeds=(SQUARE_OFF, RESUME)),
    entry("Iron condor", Kind.TEMPLATE, more="neutral"),
    entry("Modify the limit…", why_not="no order is selected"),
    entry("NIFTY", Kind.UNDERLYING),
    contract("NIFTY 25 Aug 24850 CE"),
    contract("NIFTY 25 Aug 24850 PE"),
    contract("NIFTY 01 Sep 24850 CE"),
    contract("BANKNIFTY 25 Aug 52800 CE"),
)


def titles(typed, recent=(), **more):
    return [hit.title for hit in PaletteIndex(ENTRIES).search(typed, recent, **more).hits]


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("square", "Square off the selected portfolio…"),
        ("SQ OFF", "Square off the selected portfolio…"),
        ("sotsp", "Square off the selected portfolio…"),
        ("sp", "Square off the selected portfolio…"),
        ("sapow", "Save a picture of the window…"),
        ("sta", "Save the arrangement"),
        ("oc", "Option chain"),
        ("chain", "Option chain"),
        ("condor", "Iron condor"),
        ("neutral", "Iron condor"),
        ("cndor", "Iron condor"),
        ("nifty", "NIFTY"),
        ("NIFTY 24850 CE", "NIFTY 25 Aug 24850 CE"),
        ("24850 ce sep", "NIFTY 01 Sep 24850 CE"),
        ("528", "BANKNIFTY 25 Aug 52800 CE"),
        ("morning", "Morning straddle"),
    ],
)
def test_the_likeliest_comes_first(typed, first):
    assert titles(typed)[0] == first


def test_a_word_of_the_title_counts_more_than_another_word():
    index = PaletteIndex([entry("Reports", more="close of the day"), entry("Close a part…")])

    assert [hit.title for hit in index.search("close").hits] == ["Close a part…", "Reports"]


def test_scattered_digits_find_no_strike():
    assert titles("2480") == []


def test_a_deed_is_found_by_the_words_that_its_entry_lacks():
    assert titles("24850 ce sep buy") == ["NIFTY 01 Sep 24850 CE › Buy in the editor"]


def test_what_an_entry_does_itself_is_found_by_its_words_and_listed_once():
    assert titles("24850 ce sep chart") == ["NIFTY 01 Sep 24850 CE › Show in the chart"]
    assert titles("24850 ce sep") == ["NIFTY 01 Sep 24850 CE", "NIFTY 01 Sep 24850 CE › Buy in the editor"]


def test_the_deeds_of_the_best_finds_stand_below_them():
    assert titles("morning straddle") == [
        "Morning straddle",
        "Morning straddle › Square off…",
        "Morning straddle › Resume",
    ]


def test_what_cannot_be_chosen_comes_last_and_is_never_hidden():
    found = titles("m")

    assert found[-2:] == ["Morning straddle › Resume", "Modify the limit…"]


def test_without_words_the_recent_choices_come_first_and_no_contract():
    found = titles("", ["Iron condor", "Morning straddle square_off", "gone"])

    assert found[:2] == ["Iron condor", "Morning straddle › Square off…"]
    assert found[-1] == "Modify the limit…"
    assert not [title for title in found if "Aug" in title]


def test_a_recent_contract_is_offered_without_words():
    assert titles("", ["NIFTY 01 Sep 24850 CE"])[0] == "NIFTY 01 Sep 24850 CE"


def test_a_recent_choice_wins_among_equals():
    assert titles("save")[0] == "Save a picture of the window…"
    assert titles("save", ["Save the arrangement"])[0] == "Save the arrangement"


def test_what_is_too_much_is_counted():
    found = PaletteIndex(ENTRIES).search("nifty", most=2)

    assert len(found.hits) == 2
    assert found.left_out > 0


def test_a_hit_carries_out_its_entry_or_its_deed():
    done = []
    index = PaletteIndex([entry("Morning straddle", Kind.PORTFOLIO, deeds=(SQUARE_OFF,), act=done.append)])

    for hit in index.search("morning").hits:
        hit.act()

    assert done == ["", "square_off"]


def test_choices_are_kept_once_newest_first_and_not_for_ever():
    recency = Recency()

    for number in range(MOST_RECENT + 5):
        recency.note(f"choice {number}")
    recency.note("choice 10")

    assert recency.ids()[:2] == ("choice 10", "choice 16")
    assert len(recency.ids()) == MOST_RECENT
