"""StrategyTag: the accounts that a portfolio is fanned out to, and what all of them together may do in a day."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Annotated

from engine.domain.identifiers import PLAIN_NAME
from engine.domain.settings.day_limits import DayLock, DayUnit
from engine.domain.settings.retry_policy import RetryPolicy
from engine.schema.declared import Declared, FieldError
from engine.schema.field import ask

DEFAULT_TAG = "Default"
"""The tag that is always there, and that a portfolio has unless it names another."""

LONGEST_TAG = 30


class TagMember(Declared, frozen=True, kw_only=True):
    """One account of a strategy tag."""

    account: Annotated[str, ask("Account", "An account by its id.", ge=1, le=20)]
    multiplier: Annotated[
        int, ask("Multiplier", "Portfolios of the tag trade so many times their lots here.", ge=1, le=1_000)
    ] = 1


class StrategyTag(Declared, frozen=True, kw_only=True):
    """Strategy tag."""

    name: Annotated[
        str,
        ask(
            "Name",
            "What portfolios call the tag; it cannot be changed later.",
            ge=1,
            le=LONGEST_TAG,
            pattern=PLAIN_NAME,
            pattern_says="Name must not contain | or ~ or control characters",
        ),
    ]
    enabled: Annotated[
        bool, ask("Enabled", "Portfolios of a tag that is off are not entered; what they hold is still watched.")
    ] = True
    members: Annotated[
        tuple[TagMember, ...], ask("Accounts", "A portfolio of the tag runs once in each of them.", ge=1, le=50)
    ]
    max_loss: Annotated[
        Decimal | None,
        ask("Max loss", "This loss of the day, all its portfolios together, closes them until the next day.",
            unit="₹", gt=0),
    ] = None  # fmt: skip
    max_profit: Annotated[
        Decimal | None,
        ask("Max profit", "This profit of the day, all its portfolios together, closes them until the next day.",
            unit="₹", gt=0),
    ] = None  # fmt: skip
    profit_lock: Annotated[
        DayLock | None, ask("Profit lock", "Keep a part of the tag's profit of the day once it is reached.")
    ] = None
    entry_retry: Annotated[
        RetryPolicy, ask("Entry orders", "What a refused entry does, where its portfolio says nothing else.")
    ] = RetryPolicy()
    exit_retry: Annotated[
        RetryPolicy, ask("Exit orders", "When a refused exit is tried again, and after how many an alarm stands.")
    ] = RetryPolicy(longest_wait=Decimal(30))
    hold: Annotated[
        int,
        ask("Hold before selling", "Pause after the last bought leg, where its portfolio sets none.", unit="s", ge=0,
            le=999),
    ] = 0  # fmt: skip

    def check(self) -> Iterator[FieldError]:
        """Refuse an account that is named twice, and a lock that could never switch on."""
        for index, member in enumerate(self.members):
            if any(member.account == earlier.account for earlier in self.members[:index]):
                yield FieldError(f"members[{index}].account", f"{member.account} is named twice; name it once")
        if self.profit_lock is not None and self.profit_lock.unit is not DayUnit.RUPEES:
            yield FieldError(
                "profit_lock.unit", "a strategy tag has no cash of its own that percent could be of; write rupees"
            )
        elif self.max_profit is not None and self.profit_lock is not None and self.profit_lock.reach >= self.max_profit:
            yield FieldError(
                "profit_lock.reach",
                f"If the day reaches must be below {self.max_profit}, the profit at which the day ends",
            )
