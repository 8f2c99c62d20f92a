"""Whatever stands in the palette and whatever is typed: nothing is lost, hidden or listed twice."""

from hypothesis import given
from hypothesis import strategies as st

from desktop.viewmodels.palette import Deed, Entry, Kind, PaletteIndex

WORD = st.text(st.sampled_from("abcdef24"), min_size=1, max_size=5)
TITLE = st.lists(WORD, min_size=1, max_size=4).map(" ".join)
WHY_NOT = st.sampled_from(["", "not now"])
DEEDS = st.lists(st.builds(Deed, name=WORD, title=TITLE, why_not=WHY_NOT), max_size=2, unique_by=lambda deed: deed.name)


@st.composite
def indexes(draw):
    drawn = draw(
        st.lists(st.tuples(st.sampled_from(list(Kind)), TITLE, WHY_NOT, DEEDS), min_size=1, max_size=8),
    )
    entries = [
        Entry(id=f"e{n}", kind=kind, title=title, why_not=why, deeds=tuple(deeds), act=str)
        for n, (kind, title, why, deeds) in enumerate(drawn)
    ]
    return entries, PaletteIndex(entries)


TYPED = st.lists(WORD, max_size=3).map(" ".join)


@given(indexes(), TYPED)
def test_no_find_is_listed_twice_and_the_impossible_ones_come_last(made, typed):
    _entries, index = made

    hits = index.search(typed).hits

    assert len({hit.id for hit in hits}) == len(hits)
    reasons = [bool(hit.why_not) for hit in hits]
    assert reasons == sorted(reasons)


@given(indexes(), st.data())
def test_every_entry_is_found_by_its_whole_title_in_any_letters(made, data):
    entries, index = made
    wanted = data.draw(st.sampled_from(entries))

    found = {hit.id for hit in index.search(wanted.title.upper()).hits}

    assert wanted.id in found


@given(indexes(), TYPED, WORD)
def test_another_word_never_finds_another_entry(made, typed, word):
    entries, _index = made
    # Of the thousands of contracts those that lack every typed word are not looked at, whatever can be done to them.
    index = PaletteIndex(entry for entry in entries if entry.kind is not Kind.CONTRACT)

    before = {hit.entry.id for hit in index.search(typed or word).hits}
    after = {hit.entry.id for hit in index.search(f"{typed} {word}").hits}

    assert after <= before


@given(indexes(), TYPED, st.integers(0, 5))
def test_a_short_list_is_the_head_of_the_long_one(made, typed, most):
    _entries, index = made

    whole, head = index.search(typed), index.search(typed, most=most)

    assert [hit.id for hit in head.hits] == [hit.id for hit in whole.hits][:most]
    assert len(head.hits) + head.left_out == len(whole.hits)


@given(indexes(), st.text(max_size=12))
def test_nothing_that_can_be_typed_is_too_odd(made, typed):
    _entries, index = made

    assert index.search(typed).left_out == 0
