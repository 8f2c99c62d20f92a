"""How each broker account is reached: its broker's settings, one small file an account."""

from brokers.registry import broker_named
from desktop.composition.settings_file import SettingsFile
from engine.domain.settings.account import Account
from engine.schema.declared import Declared


def broker_settings(account: Account) -> SettingsFile[Declared]:
    """Answer the file of an account's broker settings (addresses, limits), as its broker declares them.

    Raises BrokerError for a broker that does not exist.
    """
    broker = broker_named(account.broker)
    return SettingsFile(
        declaration=broker.settings,
        name=f"{broker.name}-{account.id}.toml",
        called=f"{broker.title} settings of {account.id}",
    )
