"""`legwork contracts`: what an exchange lists and allows for an underlying on a date, and how sure we are of it."""

from collections.abc import Callable
from datetime import date
from typing import Annotated, Any

import typer

from desktop.commands.leaving import print_json, sentences
from desktop.commands.options import AsJson
from desktop.composition.failures import MisuseError
from engine.domain.charges import RATE_NAMES
from engine.domain.instrument import Exchange, Kind
from engine.domain.market_rules import MarketRules
from engine.domain.money import plain_text
from engine.domain.trading_calendar import Session


def register(app: typer.Typer, rules: Callable[[], MarketRules], today: Callable[[], date]) -> None:
    """Add the command ``contracts`` to ``app``; ``rules`` and ``today`` are asked when it runs."""

    @app.command("contracts")
    def contracts(
        underlying: Annotated[str, typer.Argument(metavar="UNDERLYING", help="For example NIFTY or SENSEX.")],
        on: Annotated[
            str | None, typer.Option("--on", metavar="DATE", help="Like 2026-08-18; today without it.")
        ] = None,
        as_json: AsJson = False,
    ) -> None:
        """Show expiries, lots, steps, ticks, freeze quantity, hours and charges of an underlying on a date."""
        with sentences(as_json=as_json):
            document = contracts_document(rules(), underlying.upper(), parsed_date(on) if on else today())
        if as_json:
            print_json(document)
        else:
            typer.echo(contracts_text(document))


def parsed_date(text: str) -> date:
    """Answer a date written like 2026-08-18. Raises MisuseError."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise MisuseError(f"{text!r} is not a date; write it like 2026-08-18") from None


def contracts_document(rules: MarketRules, underlying: str, on: date) -> dict[str, Any]:
    """Answer everything known about an underlying on a date as plain values, prices as decimal strings in ₹.

    Raises UnknownRuleError where no rule reaches the date.
    """
    rule = rules.contract_rule(underlying, on)
    day = rules.trading_day(rule.exchange, on)
    return {
        "underlying": underlying,
        "on": on.isoformat(),
        "exchange": rule.exchange.value,
        "spot": f"{rule.spot_exchange.value}:{rule.spot_symbol}",
        "strike_step": plain_text(rule.strike_step),
        "tick_size": plain_text(rule.tick_size),
        "future_tick_size": plain_text(rule.future_tick_size),
        "freeze_quantity": rule.freeze_quantity,
        "quantity_scale": rule.quantity_scale,
        "confirmed": rule.confirmed,
        "unconfirmed": list(rule.unconfirmed),
        "day": {
            "sessions": [_session(session) for session in day.sessions],
            "note": day.note,
            "confirmed": day.confirmed,
        },
        "expiries": [_expiry(rules, underlying, on, expiry) for expiry in rules.expiries(underlying, on)],
        "charges": {
            name: _rates(rules, rule.exchange, kind, on)
            for name, kind in (("options", Kind.CALL), ("futures", Kind.FUTURE))
        },
        "live_refusal": rules.live_refusal(underlying, on),
    }


def _expiry(rules: MarketRules, underlying: str, on: date, expiry: date) -> dict[str, Any]:
    rule = rules.contract_rule(underlying, on, expiry)
    return {
        "date": expiry.isoformat(),
        "monthly": rules.is_monthly(underlying, expiry),
        "lot_size": rule.lot_size,
        "confirmed": rule.confirmed,
    }


def _rates(rules: MarketRules, exchange: Exchange, kind: Kind, on: date) -> dict[str, Any]:
    rates = rules.charge_rates(exchange, kind, on)
    percent = rates.brokerage.percent
    return {
        "from": rates.since.isoformat(),
        "confirmed": rates.confirmed,
        "source": rates.source,
        "brokerage_per_order": f"{rates.brokerage.flat:f}",
        "brokerage_percent": None if percent is None else f"{percent:f}",
        **{f"{name}_percent": f"{getattr(rates, name):f}" for name in RATE_NAMES},
    }


def _session(session: Session) -> dict[str, str]:
    return {"open": session.open.strftime("%H:%M"), "close": session.close.strftime("%H:%M")}


def contracts_text(document: dict[str, Any]) -> str:
    """Answer the document of ``contracts_document`` as lines for a person; ``?`` marks what is not confirmed."""
    day = document["day"]
    hours = ", ".join(f"{session['open']}-{session['close']}" for session in day["sessions"]) or "closed"
    lines = [
        f"{document['underlying']} on {document['on']} ({document['exchange']}, spot {document['spot']})",
        f"  hours            {hours}{_mark(day)}" + (f"  ({day['note']})" if day["note"] else ""),
        f"  strike step      {document['strike_step']}",
        f"  tick             {document['tick_size']} options, {document['future_tick_size']} futures",
        f"  freeze quantity  {document['freeze_quantity'] or 'none'}"
        + ("?" if "freeze quantity" in document["unconfirmed"] else ""),
        "  expiries",
    ]
    for expiry in document["expiries"]:
        cycle = "monthly" if expiry["monthly"] else "weekly"
        lines.append(f"    {expiry['date']}  {cycle:8}lot {expiry['lot_size']}{_mark(expiry)}")
    for name, rates in document["charges"].items():
        lines.append(f"  charges of {name} since {rates['from']}{_mark(rates)}")
        lines.extend(f"    {label}" for label in _rate_lines(rates))
    if document["live_refusal"]:
        lines.append(f"  {document['live_refusal']}")
    return "\n".join(lines)


def _rate_lines(rates: dict[str, Any]) -> list[str]:
    percent = rates["brokerage_percent"]
    cap = f" or {percent} % where that is less" if percent else ""
    lines = [f"brokerage ₹{rates['brokerage_per_order']} per order{cap}"]
    for name in RATE_NAMES:
        value = rates[f"{name}_percent"]
        if value != "0":
            lines.append(f"{name.replace('_', ' ')} {value} %")
    return lines


def _mark(part: dict[str, Any]) -> str:
    return "" if part["confirmed"] else "?"
