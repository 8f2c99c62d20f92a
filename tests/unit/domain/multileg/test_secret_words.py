"""Secret words of signals are kept as salted hashes and compared without being known."""

import hashlib

import pytest

from engine.domain.multileg.portfolio import MultilegPortfolio
from engine.domain.multileg.secret_words import (
    fits,
    is_sealed,
    plain_word,
    salt_from,
    salt_of,
    sealed,
    with_sealed_word,
)
from engine.schema.diff import diff
from engine.schema.load import dump, load

SALT = "00112233445566778899aabbccddeeff"
WORD = "s3cret-word"


def declared(token=WORD, **entry):
    leg = {"side": "SELL", "kind": "CE"}
    return load({"name": "A", "entry": {"type": "signal", "token": token, **entry}, "legs": [leg]}, MultilegPortfolio)


def test_the_hash_is_scrypt_of_rfc_7914_over_its_own_salt():
    digest = hashlib.scrypt(WORD.encode(), salt=bytes.fromhex(SALT), n=4096, r=8, p=1, dklen=32).hex()

    assert sealed(WORD, SALT) == f"scrypt:{SALT}:{digest}"


def test_only_the_word_itself_fits_a_sealed_one():
    stored = sealed(WORD, SALT)

    assert fits(stored, WORD)
    assert not fits(stored, "s3cret-wort")
    assert not fits(stored, sealed(stored, SALT))
    assert not fits(stored, "scrypt:" + "0" * 96)


def test_a_signal_from_inside_may_carry_the_stored_form_and_an_old_word_is_compared_plain():
    assert fits(sealed(WORD, SALT), sealed(WORD, SALT))
    assert fits(WORD, WORD)
    assert not fits(WORD, sealed(WORD, SALT))


@pytest.mark.parametrize(
    "word", ["", "scrypt:", "scrypt:00:11", f"scrypt:{SALT}:{'g' * 64}", f"bcrypt:{SALT}:{'0' * 64}"]
)
def test_what_only_looks_like_a_hash_is_a_word(word):
    assert not is_sealed(word)


def test_a_sealed_portfolio_is_valid_and_is_not_sealed_twice():
    once = with_sealed_word(declared(), SALT)

    assert load(dump(once), MultilegPortfolio) == once
    assert with_sealed_word(once, salt_from("other")) is once
    assert (plain_word(declared()), plain_word(once), salt_of(once)) == (WORD, None, SALT)


def test_no_difference_ever_says_the_word():
    changes = diff(declared(), declared("another-w0rd", at_most=3))
    exchanged = diff(load({**dump(declared()), "entry": "manual"}, MultilegPortfolio), declared())

    assert changes == ["Enter › Secret word: changed", "Enter › Signals a day: off → 3"]
    assert "Secret word kept secret" in exchanged[0]
    assert WORD not in " ".join(exchanged)
