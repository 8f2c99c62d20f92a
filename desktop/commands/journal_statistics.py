"""`legwork journal statistics`: what the closed trades of a journal came to, by the figures of the trade history."""

import sys
from collections.abc import Iterator, Sequence
from datetime import date
from enum import Enum
from typing import Annotated, Any

import msgspec
import typer

from desktop.commands.journal_filter import belonging
from desktop.commands.leaving import print_json, sentences
from desktop.commands.options import AsJson
from desktop.composition.failures import FailureError, MisuseError
from desktop.composition.folders import default_journal
from desktop.composition.journals import ChainedEntry, open_for_reading
from desktop.composition.rules import market_rules
from engine.domain.facts import AnyFact
from engine.domain.facts.codec import decode
from engine.domain.instant import SECOND, iso_text
from engine.domain.money import plain_text
from engine.views.amounts import rupees_text
from engine.views.trade_statistics import Bucket, TradeStatistics, trade_statistics
from engine.views.trades import TradeRow, TradeWriter


class Breakdown(Enum):
    """By what the trades are summed up besides."""

    DAY = "day"
    WEEKDAY = "weekday"
    HOUR = "hour"
    REASON = "reason"


def show_statistics(
    journal: Annotated[
        str | None,
        typer.Argument(metavar="[JOURNAL]", help="A journal file or postgresql:// URL; the workstation's own."),
    ] = None,
    portfolio: Annotated[str | None, typer.Option("--portfolio", help="Only this portfolio, by name or id.")] = None,
    account: Annotated[str | None, typer.Option("--account", help="Only trades in this account.")] = None,
    tag: Annotated[str | None, typer.Option("--tag", help="Only trades of this strategy tag.")] = None,
    since: Annotated[
        str | None, typer.Option("--from", metavar="DATE", help="Only trades closed from this date on: 2026-08-19.")
    ] = None,
    until: Annotated[
        str | None, typer.Option("--until", metavar="DATE", help="Only trades closed up to this date.")
    ] = None,
    by: Annotated[Breakdown, typer.Option("--by", help="Sums that are printed below the figures.")] = Breakdown.DAY,
    as_json: AsJson = False,
) -> None:
    """Show profit, charges, rates of winning, drawdown and ratios of the closed trades of a journal.

    Every closed execution of a leg is a trade; wins and losses are after charges. Sharpe and Sortino are of the net
    profit of days with a trade, annualised with 252 days. --json has every trade and every sum.
    """
    with sentences(as_json=as_json):
        first, last = _date("--from", since), _date("--until", until)
        with open_for_reading(journal or str(default_journal())) as reader:
            wanted = None if portfolio is None else belonging(reader.rows(0), portfolio).portfolios
            trades = list(_trades(reader.rows(0)))
        chosen = [
            row
            for row in trades
            if (wanted is None or row.portfolio_id in wanted)
            and (account is None or row.account == account)
            and (tag is None or row.tag == tag)
            and (first is None or row.day >= first)
            and (last is None or row.day <= last)
        ]
        found = trade_statistics(chosen)
    if as_json:
        print_json({"statistics": document(found), "trades": [trade_document(row) for row in chosen]})
    else:
        sys.stdout.write("\n".join([*_lines(found), "", *_sums(found, by)]) + "\n")


def _trades(rows: Iterator[ChainedEntry]) -> list[TradeRow]:
    """Answer the trades of a journal's facts. Raises FailureError for a fact that this program cannot read."""
    found = {row.key: row for row in TradeWriter(market_rules()).rows(_facts(rows))}
    return list(found.values())


def _facts(rows: Iterator[ChainedEntry]) -> Iterator[AnyFact]:
    for row in rows:
        try:
            yield decode(row.entry.body)
        except msgspec.MsgspecError as error:
            raise FailureError(
                f"Fact {row.seq} of the journal cannot be read ({error}). Run legwork journal verify, or use the newer "
                "program that wrote it"
            ) from error


def _date(option: str, text: str | None) -> date | None:
    try:
        return None if text is None else date.fromisoformat(text)
    except ValueError:
        raise MisuseError(f"{option} {text} is no date: write it like 2026-08-19.") from None


def document(found: TradeStatistics) -> dict[str, Any]:
    """Answer statistics as plain data: money as text in ₹, ratios as numbers, lengths of time in seconds."""
    fall = found.drawdown
    return {
        **{name: getattr(found, name) for name in ("trades", "winners", "losers", "uncharged")},
        **{name: plain_text(getattr(found, name)) for name in ("gross", "charges", "net")},
        **{name: _money(getattr(found, name)) for name in _AVERAGES},
        **{name: getattr(found, name) for name in _RATIOS},
        "longest_losing_streak": found.longest_losing_streak,
        "longest_winning_streak": found.longest_winning_streak,
        "drawdown": {
            "amount": plain_text(fall.amount),
            "began_at": None if fall.began_at is None else iso_text(fall.began_at),
            "lowest_at": None if fall.lowest_at is None else iso_text(fall.lowest_at),
            "days": fall.days,
            "regained_at": None if fall.regained_at is None else iso_text(fall.regained_at),
            "recovery_days": fall.recovery_days,
        },
        "winning_days": found.winning_days,
        "average_held_seconds": None if found.average_held is None else found.average_held // SECOND,
        "slippage": plain_text(found.slippage),
        "slipped": found.slipped,
        "annualised_with_days": 252,
        **{name: [_sum(one) for one in getattr(found, name)] for name in ("days", "weekdays", "hours", "reasons")},
    }


_AVERAGES = ("average_win", "average_loss", "expectancy", "largest_win", "largest_loss")
_RATIOS = ("win_rate", "profit_factor", "payoff_ratio", "recovery_factor", "sharpe", "sortino")


def trade_document(row: TradeRow) -> dict[str, Any]:
    """Answer a trade as plain data: money and prices as text in ₹, times as ISO 8601."""
    return {
        "portfolio": row.portfolio,
        "portfolio_id": row.portfolio_id,
        "leg": row.leg_id,
        "cycle": row.cycle,
        "account": row.account,
        "tag": row.tag,
        "symbol": row.instrument,
        "side": row.side.value,
        "quantity": row.quantity,
        "lots": row.lots,
        "entry_time": iso_text(row.entered_at),
        "entry_price": plain_text(row.entry_average),
        "exit_time": iso_text(row.closed_at),
        "exit_price": plain_text(row.exit_average),
        "exit_reason": row.exit_reason.value,
        "gross": plain_text(row.gross),
        "charges": _money(row.charges),
        "net": plain_text(row.net),
        "slippage": _money(row.slippage),
    }


def _money(amount: int | None) -> str | None:
    return None if amount is None else plain_text(amount)


def _sum(one: Bucket) -> dict[str, Any]:
    return {
        "name": one.name,
        "trades": one.trades,
        "winners": one.winners,
        **{name: plain_text(getattr(one, name)) for name in ("gross", "charges", "net")},
    }


def _lines(found: TradeStatistics) -> Iterator[str]:
    fall = found.drawdown
    yield f"{found.trades:,} trades, {found.winners:,} won and {found.losers:,} lost{_share(found.win_rate)}"
    rows: Sequence[tuple[str, str]] = (
        ("gross", rupees_text(found.gross)),
        ("charges", rupees_text(found.charges)),
        ("net", rupees_text(found.net)),
        ("average win", _amount(found.average_win)),
        ("average loss", _amount(found.average_loss)),
        ("largest win", _amount(found.largest_win)),
        ("largest loss", _amount(found.largest_loss)),
        ("expectancy", f"{_amount(found.expectancy)} a trade"),
        ("profit factor", _ratio(found.profit_factor)),
        ("payoff ratio", _ratio(found.payoff_ratio)),
        ("longest losing streak", str(found.longest_losing_streak)),
        ("max drawdown", rupees_text(fall.amount) + ("" if fall.days is None else f" in {fall.days} days")),
        ("recovery", "–" if fall.recovery_days is None else f"{fall.recovery_days} days"),
        ("recovery factor", _ratio(found.recovery_factor)),
        ("Sharpe (252 days)", _ratio(found.sharpe)),
        ("Sortino (252 days)", _ratio(found.sortino)),
        ("exit slippage", f"{rupees_text(found.slippage)} in {found.slipped} trades"),
    )
    yield from (f"  {name:<22}{text:>18}" for name, text in rows)
    if found.uncharged:
        yield f"  The charges of {found.uncharged} trades are not known; they count as free."


def _sums(found: TradeStatistics, by: Breakdown) -> Iterator[str]:
    buckets: dict[Breakdown, Sequence[Bucket]] = {
        Breakdown.DAY: found.days,
        Breakdown.WEEKDAY: found.weekdays,
        Breakdown.HOUR: found.hours,
        Breakdown.REASON: found.reasons,
    }
    yield f"  {by.value:<16}{'trades':>8}{'won':>8}{'gross':>18}{'charges':>14}{'net':>18}"
    for one in buckets[by]:
        amounts = f"{rupees_text(one.gross):>18}{rupees_text(one.charges):>14}{rupees_text(one.net):>18}"
        yield f"  {one.name:<16}{one.trades:>8,}{one.winners:>8,}{amounts}"


def _share(rate: float | None) -> str:
    return "" if rate is None else f" ({rate:.1%})"


def _amount(amount: int | None) -> str:
    return "–" if amount is None else rupees_text(amount)


def _ratio(value: float | None) -> str:
    return "–" if value is None else f"{value:.2f}"
