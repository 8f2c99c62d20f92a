"""What commands read from their arguments: times, portfolios, speeds."""

import tomllib
from datetime import datetime
from pathlib import Path

from desktop.composition.failures import FailureError, MisuseError
from desktop.composition.folders import layout_path
from engine.domain.instant import IST, Instant, instant_of
from engine.domain.multileg.documents import portfolio_from_toml
from engine.domain.multileg.portfolio import MultilegPortfolio
from engine.domain.multileg.signals import SignalFile, TimedSignal
from engine.domain.multileg.templates import template_from_toml
from engine.schema.documents import DocumentError, document_from_toml
from engine.schema.load import DeclarationError, FieldError, load

_FIRST_YEAR, _LAST_YEAR = 1990, 2100
"""Years outside are typing errors: there was no exchange, and no calendar reaches there."""

_SLOWEST, _FASTEST = 0.01, 1_000_000
"""Times life; slower, a minute lasts longer than anybody waits."""

LARGEST_DOCUMENT = 1_048_576
"""Bytes of a portfolio document; a larger one is some other file."""


def read_instant(text: str | None, option: str) -> Instant | None:
    """Answer the instant in ISO 8601; without a zone it is Indian time. Raises MisuseError."""
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=IST)
        at = instant_of(moment)
    except (ValueError, OverflowError):
        raise MisuseError(
            f"{option} {text!r} is not a date and time; write it like 2026-08-19T09:15 or 2026-08-19T09:15:00+05:30"
        ) from None
    if not _FIRST_YEAR <= moment.year <= _LAST_YEAR:
        raise MisuseError(f"{option} {text!r}: no market data reaches the year {moment.year}; check the date")
    return at


def read_speed(text: str, option: str = "--speed") -> float | None:
    """Answer how many times faster than life; None for ``max``. Raises MisuseError."""
    if text == "max":
        return None
    try:
        speed = float(text)
    except ValueError:
        speed = 0.0
    if not _SLOWEST <= speed <= _FASTEST:
        raise MisuseError(f"{option} {text!r} must be a number from {_SLOWEST} to {_FASTEST}, or max")
    return speed


def read_portfolio(path: Path) -> MultilegPortfolio:
    """Answer the portfolio in a TOML file. Raises MisuseError with every wrong field, FailureError for the disk."""
    portfolio, errors = read_document(path)
    if portfolio is None:
        raise MisuseError(f"{path}: {DocumentError(errors)}")
    return portfolio


def read_signals(path: Path) -> tuple[TimedSignal, ...]:
    """Answer the signals in a TOML file. Raises MisuseError with every wrong field, FailureError for the disk."""
    text = read_text(path, "name a file of signals in TOML")
    try:
        return load(tomllib.loads(text), SignalFile).signals
    except (tomllib.TOMLDecodeError, DeclarationError) as error:
        raise MisuseError(f"{path}: {error}; write each as [[signals]] with at, name, token and action") from None


def read_document(path: Path) -> tuple[MultilegPortfolio | None, list[FieldError]]:
    """Answer the portfolio in a TOML file, a template too, or everything that is wrong with the document.

    Raises MisuseError where there is no such text file, FailureError for the disk.
    """
    text = read_text(path, "name a portfolio in TOML")
    try:
        is_template = "template" in document_from_toml(text)
        return (template_from_toml(text).portfolio if is_template else portfolio_from_toml(text)), []
    except DocumentError as error:
        return None, error.errors


def read_text(path: Path, advice: str) -> str:
    """Answer the text of a small file. Raises MisuseError with ``advice`` at its end, FailureError for the disk."""
    try:
        with path.open("rb") as file:
            raw = file.read(LARGEST_DOCUMENT + 1)
    except FileNotFoundError:
        raise MisuseError(f"There is no file {path}; {advice}") from None
    except IsADirectoryError:
        raise MisuseError(f"{path} is a folder; {advice}") from None
    except ValueError:
        raise MisuseError(f"{str(path)!r} is not a name that a file can have; {advice}") from None
    except OSError as error:
        raise FailureError(f"{path} cannot be read: {error.strerror}") from error
    if len(raw) > LARGEST_DOCUMENT:
        raise MisuseError(f"{path} is larger than a portfolio can be (1 MiB); {advice}")
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise MisuseError(f"{path} is not text in UTF-8 (byte {error.start}); {advice}") from None


def demonstration() -> MultilegPortfolio:
    """Answer the portfolio that runs when none is named: a hedged short straddle on NIFTY."""
    return read_portfolio(layout_path("multileg", "demonstration.toml"))
