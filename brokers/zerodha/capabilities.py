"""What Zerodha's interface allows, as the engine asks it."""

from brokers.zerodha.limits import Budgets
from brokers.zerodha.settings import ZerodhaSettings
from engine.ports.broker import Capabilities


def capabilities(settings: ZerodhaSettings) -> Capabilities:
    """Answer what Zerodha allows under these settings."""
    return Capabilities(
        name="zerodha",
        is_live=True,
        market_orders=True,
        orders_per_second=settings.orders_per_second,
        modifications_per_order=Budgets().changes_per_order,
    )
