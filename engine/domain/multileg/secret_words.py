"""Secret words of signals: kept as salted hashes, so that nobody reads them out of a journal, a file or a screen."""

from functools import lru_cache
from hashlib import scrypt, sha256
from hmac import compare_digest

from engine.domain.multileg.entry import OnSignal
from engine.domain.multileg.portfolio import MultilegPortfolio
from engine.schema.declared import replace

_SEAL = "scrypt:"
_COST, _BLOCK, _LENGTH = 2**12, 8, 32
"""About ten milliseconds and four megabytes a word (RFC 7914): dear for who tries many, little for one signal."""

_SALT_DIGITS = 32


def is_sealed(word: str) -> bool:
    """Say whether a stored word is a hash already: ``scrypt:salt:hash``, both in hexadecimal digits."""
    mark, salt, digest = (*word.split(":"), "", "")[:3]
    digits = f"{salt}{digest}"
    right_length = (len(salt), len(digest)) == (_SALT_DIGITS, 2 * _LENGTH)
    return f"{mark}:" == _SEAL and right_length and not digits.strip("0123456789abcdef")


def salt_from(*parts: object) -> str:
    """Answer a salt that belongs to one portfolio of one journal; it need not be secret, only its own."""
    return sha256("|".join(map(str, parts)).encode()).hexdigest()[:_SALT_DIGITS]


@lru_cache(maxsize=64)
def sealed(word: str, salt: str) -> str:
    """Answer a word as it is kept. A sealed word is sealed again: whoever shows a hash does not know the word."""
    digest = scrypt(word.encode("utf-8", "replace"), salt=bytes.fromhex(salt), n=_COST, r=_BLOCK, p=1, dklen=_LENGTH)
    return f"{_SEAL}{salt}:{digest.hex()}"


def fits(stored: str, said: str) -> bool:
    """Say whether a signal's word is the stored one, compared in constant time.

    Inside this program a signal may carry the stored form itself, as one that is sent by hand does; a door to the
    outside hands on ``sealed`` of whatever it was given. A word that an older version stored plain is compared plain.
    """
    shown = said.encode("utf-8", "replace")
    if not is_sealed(stored) or is_sealed(said):
        return compare_digest(stored.encode(), shown)
    return compare_digest(stored, sealed(said, stored.split(":")[1]))


def plain_word(portfolio: MultilegPortfolio) -> str | None:
    """Answer the secret word of a portfolio that is not sealed yet; None where there is none."""
    entry = portfolio.entry
    return entry.token if isinstance(entry, OnSignal) and not is_sealed(entry.token) else None


def salt_of(portfolio: MultilegPortfolio) -> str | None:
    """Answer the salt of a portfolio's sealed word; None where it has none."""
    entry = portfolio.entry
    return entry.token.split(":")[1] if isinstance(entry, OnSignal) and is_sealed(entry.token) else None


def with_sealed_word(portfolio: MultilegPortfolio, salt: str) -> MultilegPortfolio:
    """Answer a portfolio without a plain word."""
    word = plain_word(portfolio)
    if word is None:
        return portfolio
    done: MultilegPortfolio = replace(portfolio, entry=replace(portfolio.entry, token=sealed(word, salt)))
    return done
