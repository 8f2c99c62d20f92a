"""The portfolios that the trader saved, and what they and the day say about one that is to start."""

import os
import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from pathlib import Path

from desktop.composition.folders import data_folder
from engine.domain.market_rules import MarketRules
from engine.domain.multileg.documents import portfolio_from_toml
from engine.domain.multileg.market_cautions import market_cautions
from engine.domain.multileg.other_portfolios import names_others, rings, unknown_portfolios
from engine.domain.multileg.portfolio import MultilegPortfolio
from engine.domain.multileg.secret_words import plain_word, sealed
from engine.schema.documents import LARGEST_DOCUMENT, DocumentError
from engine.schema.load import FieldError

_MOST_SAVED = 500
"""Files that are looked at; a folder with more holds something else."""


def saved_portfolios() -> dict[str, MultilegPortfolio]:
    """Answer the trader's saved portfolios by name; a file that cannot be used is not one of them."""
    found = {}
    for file in _saved_files():
        try:
            if file.stat().st_size <= LARGEST_DOCUMENT:
                portfolio = portfolio_from_toml(file.read_text(encoding="utf-8"))
                found[portfolio.name] = portfolio
        except (OSError, UnicodeDecodeError, DocumentError):
            continue  # Opening it says what is wrong; here only names are looked for.
    return found


def desk_cautions(
    rules: MarketRules, today: Callable[[], date], running: Callable[[], Iterable[MultilegPortfolio]]
) -> Callable[[MultilegPortfolio], list[FieldError]]:
    """Answer what tells the warnings of a draft that need the day's rules and the trader's other portfolios.

    The saved files are only read for a draft that names another portfolio.
    """

    def found(portfolio: MultilegPortfolio) -> list[FieldError]:
        others = all_portfolios(running()) if names_others(portfolio) else {}
        return [
            *market_cautions(portfolio, rules, today()),
            *unknown_portfolios(portfolio, others),
            *rings(portfolio, others),
        ]

    return found


def all_portfolios(more: Iterable[MultilegPortfolio]) -> Mapping[str, MultilegPortfolio]:
    """Answer the saved portfolios and some more by name; of one name the saved one yields."""
    return {**saved_portfolios(), **{one.name: one for one in more}}


def without_plain_word(text: str) -> str:
    """Answer a portfolio in TOML with its secret word as a salted hash; the text itself where there is no plain one.

    Nothing else of it is touched, comments and order neither. Raises DocumentError for a text that is no portfolio.
    """
    portfolio = portfolio_from_toml(text)
    word = plain_word(portfolio)
    if word is None:
        return text
    token = sealed(word, os.urandom(16).hex())
    quoted = re.compile(rf"""(\btoken\s*=\s*)(["']){re.escape(word)}\2""")
    changed = quoted.sub(lambda found: f'{found[1]}"{token}"', text)
    return changed if plain_word(portfolio_from_toml(changed)) is None else text


def seal_saved_words() -> list[str]:
    """Take plain secret words out of the saved portfolios; answer a sentence for each file where that did not work."""
    problems = []
    for file in _saved_files():
        try:
            if file.stat().st_size > LARGEST_DOCUMENT or "token" not in (text := file.read_text(encoding="utf-8")):
                continue
            changed = without_plain_word(text)
            if changed != text:
                _replace(file, changed)
            elif plain_word(portfolio_from_toml(text)) is not None:
                problems.append(f"{file} holds a secret word that anybody can read: open it and save it again")
        except OSError as error:
            problems.append(f"The secret word in {file} is not hashed, the file cannot be written: {error.strerror}")
        except (UnicodeDecodeError, DocumentError):
            continue  # Opening it says what is wrong.
    return problems


def _replace(file: Path, text: str) -> None:
    """Write a file, whole or not at all."""
    unfinished = file.with_name(f"{file.name}.unfinished")
    unfinished.write_text(text, encoding="utf-8")
    unfinished.replace(file)


def _saved_files() -> list[Path]:
    return sorted((data_folder() / "multileg").glob("*.toml"))[:_MOST_SAVED]
