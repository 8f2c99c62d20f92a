"""TOML text as plain data, and every reason why a document cannot be used."""

import tomllib
from decimal import Decimal, InvalidOperation
from typing import Any

from engine.schema.declared import FieldError

LARGEST_DOCUMENT = 1024 * 1024
"""Bytes; a portfolio of 24 legs needs about ten thousand."""

_MOST_SENTENCES = 20


class DocumentError(ValueError):
    """A document cannot be used. ``errors`` names everything that is wrong; the message joins it, one per line."""

    def __init__(self, errors: list[FieldError]) -> None:
        self.errors = errors
        lines = [str(error) for error in errors[:_MOST_SENTENCES]]
        if len(errors) > _MOST_SENTENCES:
            lines.append(f"and {len(errors) - _MOST_SENTENCES} more")
        super().__init__("\n".join(lines))


def document_from_toml(text: str) -> dict[str, Any]:
    """Answer TOML text as plain data, fractions as Decimal.

    Raises DocumentError for text over 1 MiB, for what is not TOML, and for TOML made to break a reader.
    """
    if len(text.encode("utf-8", errors="replace")) > LARGEST_DOCUMENT:
        raise _refusal(f"the document is larger than {LARGEST_DOCUMENT // 1024:,} KiB; a portfolio is much smaller")
    try:
        return tomllib.loads(text, parse_float=_decimal)
    except tomllib.TOMLDecodeError as error:
        raise _refusal(f"the document is not TOML: {error}") from error
    except RecursionError as error:
        raise _refusal("the document is nested far deeper than any portfolio") from error
    except ValueError as error:
        # tomllib lets Python's own refusal of whole numbers with thousands of digits through.
        raise _refusal("the document has a number that is beyond any sensible size") from error


def _decimal(text: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation:
        raise ValueError(f"{text[:40]} is beyond any sensible size") from None


def _refusal(sentence: str) -> DocumentError:
    return DocumentError([FieldError("", sentence)])
