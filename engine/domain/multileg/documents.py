"""Portfolios as TOML text: what the library, the command line and the editor read and write."""

import tomllib
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

import tomli_w

from engine.domain.multileg.portfolio import MultilegPortfolio
from engine.schema.load import DeclarationError, FieldError, dump, load
from engine.schema.migrate import DocumentVersionError, Step, migrate

LARGEST_DOCUMENT = 1024 * 1024
"""Bytes; a portfolio of 24 legs needs about ten thousand."""

STEPS: tuple[Step, ...] = ()
"""What turns each older version of a document into the next one."""

VERSION = len(STEPS) + 1
"""The version that is written."""

_MOST_SENTENCES = 20


class DocumentError(ValueError):
    """A document cannot be used. ``errors`` names everything that is wrong; the message joins it, one per line."""

    def __init__(self, errors: list[FieldError]) -> None:
        self.errors = errors
        lines = [str(error) for error in errors[:_MOST_SENTENCES]]
        if len(errors) > _MOST_SENTENCES:
            lines.append(f"and {len(errors) - _MOST_SENTENCES} more")
        super().__init__("\n".join(lines))


def portfolio_from_toml(text: str) -> MultilegPortfolio:
    """Answer the portfolio that a TOML document describes.

    Raises DocumentError with every wrong field, or with the line and column where the text is not TOML.
    """
    return portfolio_from_data(document_from_toml(text))


def portfolio_from_data(document: Mapping[str, Any]) -> MultilegPortfolio:
    """Answer the portfolio of a parsed document of any version. Raises DocumentError."""
    try:
        return load(migrate(document, STEPS), MultilegPortfolio)
    except DocumentVersionError as error:
        raise DocumentError([FieldError("schema", str(error))]) from error
    except DeclarationError as error:
        raise DocumentError(error.errors) from error


def portfolio_to_toml(portfolio: MultilegPortfolio) -> str:
    """Answer a portfolio as a TOML document that portfolio_from_toml gives back, with its version in the first line."""
    return tomli_w.dumps({"schema": VERSION, **dump(portfolio)})


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
