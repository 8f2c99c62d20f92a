"""How the accounts of a strategy tag are kept in sync."""

from typing import Annotated

from engine.schema.declared import Declared
from engine.schema.field import ask


class SyncUsers(Declared, frozen=True, kw_only=True):
    """Start together.

    Nobody starts until all accounts are ready; after the wait those that are start and the others say why not.
    """

    timeout: Annotated[
        int, ask("Wait for accounts", "How long accounts that are not ready are waited for.", unit="s", ge=0, le=600)
    ] = 30
