"""Portfolios as TOML text: what the library, the command line and the editor read and write."""

from collections.abc import Mapping
from typing import Any

import tomli_w

from engine.domain.multileg.portfolio import MultilegPortfolio
from engine.schema.documents import DocumentError, document_from_toml
from engine.schema.load import DeclarationError, FieldError, dump, load
from engine.schema.migrate import DocumentVersionError, Step, migrate

STEPS: tuple[Step, ...] = ()
"""What turns each older version of a document into the next one."""

VERSION = len(STEPS) + 1
"""The version that is written."""


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
