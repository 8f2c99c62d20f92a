"""Put a contract of today's list into the editor as a leg."""

from desktop.windows.panel import Desk, Links
from engine.domain.instrument import Instrument
from engine.domain.money import plain_text
from engine.domain.order import Side


def add_contract(desk: Desk, links: Links, contract: Instrument, side: Side) -> None:
    """Add one lot of an option to the portfolio in the editor, and show it; what cannot be is said."""
    editor = desk.editor
    held = editor.draft().get("underlying")
    if editor.draft().get("legs") and held != contract.underlying:
        links.say(f"The editor holds a {held} portfolio; choose {contract.underlying} in it first, then add its legs.")
        return
    if contract.strike is None or contract.expiry is None:
        return
    editor.add_leg(
        {
            "side": side.value,
            "kind": contract.kind.value,
            "strike": {"type": "fixed", "strike": plain_text(contract.strike)},
            "expiry": {"type": "date", "on": contract.expiry.isoformat()},
            "lots": 1,
        }
    )
    links.act("show_editor")
    links.say(f"{side.value} 1 lot {contract.symbol} was added to the editor.")
