"""What each fact of an account or a strategy tag says to a trader."""

from engine.domain import facts as f
from engine.domain.instant import clock_text
from engine.views.amounts import rupees_text
from engine.views.line import Line, MessageLevel

AccountFact = (
    f.AccountSet
    | f.AccountHalted
    | f.AccountFloorMoved
    | f.ExitOnlySet
    | f.TagSet
    | f.TagRemoved
    | f.TagHalted
    | f.TagFloorMoved
)
"""Every fact of the session that is only about accounts or tags."""


def account_line(fact: AccountFact) -> Line:
    """Answer what a fact of an account or a tag says."""
    match fact:
        case f.AccountSet():
            return Line(MessageLevel.INFO, f"Account {fact.declared.id} is set: {_changes(fact.changes)}")
        case f.AccountHalted():
            why = fact.why or f"the daily loss of {rupees_text(fact.loss)} reached {rupees_text(fact.limit)}"
            return Line(MessageLevel.ATTENTION, f"{why}; everything of the account is closed until the next day")
        case f.AccountFloorMoved():
            return Line(
                MessageLevel.INFO, f"Account {fact.account}: the day's profit lock keeps {rupees_text(fact.floor)}"
            )
        case f.ExitOnlySet(on=True):
            return Line(MessageLevel.ATTENTION, f"Account {fact.account} only closes from now on: {fact.reason}")
        case f.ExitOnlySet():
            return Line(MessageLevel.WARNING, f"Account {fact.account} may open again: {fact.reason}")
        case f.TagSet():
            return Line(MessageLevel.INFO, f"Strategy tag {fact.declared.name} is set: {_changes(fact.changes)}")
        case f.TagRemoved():
            return Line(
                MessageLevel.WARNING, f"Strategy tag {fact.name} is removed: portfolios naming it are not entered"
            )
        case f.TagHalted():
            return Line(MessageLevel.ATTENTION, f"{fact.why}; all its portfolios are closed until the next day")
        case f.TagFloorMoved():
            return Line(
                MessageLevel.INFO, f"Strategy tag {fact.name}: the day's profit lock keeps {rupees_text(fact.floor)}"
            )


def sync_line(fact: f.SyncAwaited, name: str) -> Line:
    """Answer what the wait for accounts says; ``name`` is the portfolio's."""
    words = f"{fact.why}, but not every account is ready: {fact.missing}"
    return Line(MessageLevel.WARNING, f"{name} waits until {clock_text(fact.until)} to start all together: {words}")


def _changes(changes: tuple[str, ...]) -> str:
    return "; ".join(changes) or "as declared"
