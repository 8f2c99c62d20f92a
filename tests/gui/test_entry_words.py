"""What is said before an entry reads as a sentence."""

from desktop.composition.folders import layout_path
from desktop.viewmodels.entry_words import entry_sentences
from engine.domain.multileg.entry import Manual
from engine.domain.multileg.templates import template_from_toml
from engine.schema.declared import replace

STRADDLE = template_from_toml(layout_path("multileg", "short_straddle.toml").read_text(encoding="utf-8")).portfolio


def test_the_question_before_an_entry_says_where_and_when():
    at_a_time = entry_sentences(STRADDLE, None, None, [])[0]
    by_hand = entry_sentences(replace(STRADDLE, entry=Manual()), None, None, [])[0]

    assert "enters on NIFTY from 09:20:00 and squares off at" in at_a_time
    assert "enters on NIFTY now and squares off at" in by_hand
