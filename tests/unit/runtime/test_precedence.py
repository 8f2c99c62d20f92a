"""The engine keeps the interpreter through a turn, and asks for it impatiently whenever it had to let it go."""

import gc
import sys
from collections.abc import Iterator

import pytest

from engine.runtime.precedence import KEPT, SHARED, Precedence


@pytest.fixture(autouse=True)
def interval() -> Iterator[None]:
    before = sys.getswitchinterval()
    yield
    sys.setswitchinterval(before)
    gc.enable()


def _interval() -> float:
    return sys.getswitchinterval()


def test_a_turn_keeps_the_interpreter_until_it_ends() -> None:
    precedence = Precedence()

    precedence.keep()
    assert _interval() == pytest.approx(KEPT)

    precedence.share()
    assert _interval() == pytest.approx(SHARED)


def test_the_wait_for_the_disk_is_impatient_and_the_turn_goes_on_after_it() -> None:
    precedence = Precedence()
    precedence.keep()

    with precedence.waiting():
        assert _interval() == pytest.approx(SHARED)

    assert _interval() == pytest.approx(KEPT)


def test_a_wait_outside_of_a_turn_begins_none() -> None:
    precedence = Precedence()

    with precedence.waiting():
        pass

    assert _interval() == pytest.approx(SHARED)


def test_a_turn_goes_on_after_a_disk_that_failed() -> None:
    precedence = Precedence()
    precedence.keep()

    with pytest.raises(OSError, match="full"), precedence.waiting():
        raise OSError("full")

    assert _interval() == pytest.approx(KEPT)


def test_nothing_is_collected_in_a_turn() -> None:
    precedence = Precedence()

    precedence.keep()
    assert not gc.isenabled()

    precedence.share()
    assert gc.isenabled()
