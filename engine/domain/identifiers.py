"""Names of things, one type each, so that they cannot be mixed up."""

from typing import NewType

PLAIN_NAME = r"[^|~\x00-\x1f\u202a-\u202e\u2066-\u2069]+"
"""Names that a trader gives.

Nothing that separates fields, controls a terminal, or turns the direction of what is read after it.
"""

AccountId = NewType("AccountId", str)
"""A broker account as the trader calls it, for example ``"PAPER"``."""

InstrumentId = NewType("InstrumentId", str)
"""Exchange and exchange symbol: ``"NFO:NIFTY26AUG24850CE"``."""

PortfolioId = NewType("PortfolioId", str)
"""One run of a portfolio in one journal: ``"P1"``, ``"P2"`` …; a counter of the engine's state."""

LegId = NewType("LegId", int)
"""The running number of a leg inside its portfolio, from 1."""

OrderId = NewType("OrderId", str)
"""Our own order tag: letters and digits, at most 20, unique per account and day."""

BrokerOrderId = NewType("BrokerOrderId", str)
"""The order number that a broker gave."""
