"""What the broker holds beyond our ledger: shown beside our positions, never added to them."""

from collections.abc import Iterator, Mapping
from typing import Self

import msgspec

from engine.domain.contract_master import ContractMaster
from engine.domain.identifiers import AccountId, InstrumentId
from engine.domain.money import Money
from engine.views.contracts import contract_name
from engine.views.position_rows import PositionLevel, PositionRow
from engine.views.status import StatusRow

Contract = tuple[AccountId, InstrumentId]
"""A contract in an account."""


class BrokersBooks(msgspec.Struct, frozen=True):
    """Where the books of brokers and ours differ, by account and contract."""

    drift: Mapping[Contract, tuple[int, int]] = {}
    """What our books expect there, and what the broker says, while nobody has explained the difference."""
    outside: Mapping[Contract, int] = {}
    """What the trader took as not ours."""

    @classmethod
    def of(cls, status: StatusRow | None) -> Self:
        """Answer it from the engine's status; empty before the first."""
        if status is None:
            return cls()
        drift = {(status.account, name): (ours, theirs) for name, ours, theirs in status.drift}
        for account in status.accounts:
            for name, ours, theirs in account.drift:
                drift.pop((status.account, name), None)
                drift[account.account_id, name] = (ours, theirs)
        outside = {(one.account_id, name): quantity for one in status.accounts for name, quantity in one.outside}
        return cls(drift, outside)


def foreign_rows(master: ContractMaster, brokers: BrokersBooks) -> list[PositionRow]:
    """Answer a line for the group, then one for each contract and account; nothing where the books agree."""
    found = list(_foreign(master, brokers))
    if not found:
        return []
    group = PositionRow(
        key=(_GROUP,), level=PositionLevel.NOT_OURS, name="Not ours: in no total", mtm=None, has_children=True
    )
    return [group, *found]


_GROUP = "\N{WARNING SIGN}"
"""A key that no underlying, portfolio or account has."""


def _foreign(master: ContractMaster, brokers: BrokersBooks) -> Iterator[PositionRow]:
    for account, instrument in sorted({*brokers.drift, *brokers.outside}):
        expected, theirs = brokers.drift.get((account, instrument), (0, 0))
        taken = brokers.outside.get((account, instrument), 0)
        for quantity, words in ((theirs - expected, "not explained"), (taken, "taken as not ours")):
            if quantity:
                yield _row(master, account, instrument, quantity, words)


def _row(
    master: ContractMaster, account: AccountId, instrument: InstrumentId, quantity: int, words: str
) -> PositionRow:
    contract = master.by_id(instrument) if instrument in master else None
    name = instrument.partition(":")[2] or instrument if contract is None else contract_name(contract)
    return PositionRow(
        key=(_GROUP, f"{account}/{instrument}/{words}"),
        level=PositionLevel.FOREIGN,
        name=f"{name} · {words}",
        underlying="" if contract is None else contract.underlying,
        expiry=None if contract is None else contract.expiry,
        account=account,
        instrument=instrument,
        row=-1 if contract is None else master.row(instrument),
        net_quantity=quantity,
        lot_size=1 if contract is None else contract.lot_size,
        mtm=None,
        booked=Money(0),
    )
