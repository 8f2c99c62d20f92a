"""Old documents are brought to the newest version, newer ones refused."""

import pytest

from engine.schema.migrate import DocumentVersionError, migrate


def renamed(document):
    return {**{key: value for key, value in document.items() if key != "lotz"}, "lots": document["lotz"]}


def doubled(document):
    return {**document, "lots": document["lots"] * 2}


STEPS = (renamed, doubled)


@pytest.mark.parametrize(
    "document", [{"lotz": 2}, {"schema": 1, "lotz": 2}, {"schema": 2, "lots": 2}, {"schema": 3, "lots": 4}]
)
def test_every_version_ends_up_the_same(document):
    assert migrate(document, STEPS) == {"lots": 4}


def test_the_given_document_is_left_alone():
    document = {"schema": 1, "lotz": 2}

    migrate(document, STEPS)

    assert document == {"schema": 1, "lotz": 2}


@pytest.mark.parametrize("version", [0, -1, "1", 1.5, None, True, [], pytest.param(-(10**6000), id="huge")])
def test_a_version_that_is_none_is_refused(version):
    with pytest.raises(DocumentVersionError, match="schema must be a whole number, and 3 is the newest"):
        migrate({"schema": version}, STEPS)


@pytest.mark.parametrize(
    ("version", "shown"), [(4, "version 4,"), pytest.param(10**6000, "version a huge number,", id="huge")]
)
def test_a_newer_document_asks_for_an_update(version, shown):
    with pytest.raises(DocumentVersionError, match=rf"{shown} newer than this Legwork reads \(3\); update Legwork"):
        migrate({"schema": version}, STEPS)
