"""Zerodha under the numbered conversations, over loopback on virtual time."""

import pytest

from tests.conformance.conversation import Case, Conversation, cases
from tests.conformance.zerodha_party import ZerodhaParty

CASES = list(cases())


@pytest.mark.parametrize("case", CASES, ids=[case.title for case in CASES])
def test_conversation(case: Case) -> None:
    party = ZerodhaParty()

    try:
        Conversation(party).play(case)
    finally:
        party.close()


def test_there_are_enough_conversations() -> None:
    assert len(CASES) >= 60
