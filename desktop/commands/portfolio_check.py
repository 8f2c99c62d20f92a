"""What `legwork portfolio check` finds: everything wrong with portfolio files, alone and beside each other."""

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import msgspec

from desktop.commands.reading import read_document
from desktop.composition.accounts import load_hierarchy
from desktop.composition.clock import now
from desktop.composition.failures import FailureError, MisuseError
from desktop.composition.rules import market_rules
from desktop.composition.saved_portfolios import all_portfolios
from engine.domain.instant import ist_date
from engine.domain.instrument import Exchange
from engine.domain.market_rules import MarketRules
from engine.domain.multileg.cautions import cautions
from engine.domain.multileg.checks import refusals
from engine.domain.multileg.market_cautions import market_cautions
from engine.domain.multileg.other_portfolios import rings, unknown_portfolios, unknown_tag
from engine.domain.multileg.portfolio import MultilegPortfolio
from engine.schema.load import FieldError


class _Surroundings(msgspec.Struct, frozen=True):
    """What a file is judged beside: the market's rules, the trader's tags, and the portfolios there are."""

    rules: MarketRules
    day: date | None
    tags: tuple[str, ...]
    others: Mapping[str, MultilegPortfolio]


def check_files(files: Sequence[Path], day: date | None) -> list[dict[str, Any]]:
    """Answer what is found in each file, as plain data.

    A file that cannot be read is a finding of its own, and the others are checked all the same; where none can be
    read the first refusal is raised (MisuseError, FailureError). Without a day each is judged on its next session.
    """
    read: list[tuple[MultilegPortfolio | None, list[FieldError]]] = []
    unread: list[MisuseError | FailureError] = []
    for file in files:
        try:
            read.append(read_document(file))
        except (MisuseError, FailureError) as error:
            unread.append(error)
            read.append((None, [FieldError("", str(error))]))
    if len(unread) == len(files):
        raise unread[0]
    given = all_portfolios(portfolio for portfolio, _ in read if portfolio is not None)
    tags = tuple(tag.name for tag in load_hierarchy().tags)
    around = _Surroundings(market_rules(), day, tags, given)
    return [_found(file, *one, around) for file, one in zip(files, read, strict=True)]


def lines_of(found: dict[str, Any]) -> list[str]:
    """Answer what was found in one file, for people."""
    lines = [f"{found['file']}: {_verdict(found)}"]
    for mark, kind in (("✕", "errors"), ("⚠", "warnings")):
        lines += [f"  {mark} {_place(one)}{one['sentence']}" for one in found[kind]]
    return lines


def _found(
    file: Path, portfolio: MultilegPortfolio | None, errors: list[FieldError], around: _Surroundings
) -> dict[str, Any]:
    doubts: list[FieldError] = []
    day = around.day
    if portfolio is not None:
        day = day or _next_session(around.rules, portfolio.exchange)
        errors = [*refusals(portfolio, around.rules, None, day), *unknown_tag(portfolio, around.tags)]
        doubts = [
            *cautions(portfolio),
            *market_cautions(portfolio, around.rules, day),
            *unknown_portfolios(portfolio, around.others),
            *rings(portfolio, around.others),
        ]
    return {
        "file": str(file),
        "name": portfolio.name if portfolio else None,
        "on": day.isoformat() if portfolio and day else None,
        "errors": [_told(error) for error in errors],
        "warnings": [_told(doubt) for doubt in doubts],
    }


def _next_session(rules: MarketRules, exchange: Exchange) -> date:
    """Answer today, or the next trading day where today is none."""
    today = ist_date(now())
    return today if rules.is_trading_day(exchange, today) else rules.next_trading_day(exchange, today)


def _told(error: FieldError) -> dict[str, str]:
    return {"path": error.path, "sentence": error.reason}


def _place(one: dict[str, str]) -> str:
    return f"{one['path']}: " if one["path"] else ""


def _verdict(found: dict[str, Any]) -> str:
    count = len(found["errors"])
    return f"{count} error{'s' if count > 1 else ''}" if count else f"ready on {found['on']}, “{found['name']}”"
