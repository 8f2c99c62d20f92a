"""The live side of a run: its clock, its accounts, and how they are opened, logged in again and closed."""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from itertools import chain, repeat
from typing import Any, Final

from engine.domain.identifiers import AccountId
from engine.ports.live import LiveErrors
from engine.runtime.live_account import LiveAccount
from engine.runtime.live_pace import LiveClock

_PAUSES: Final = (1.0, 2.0, 5.0, 10.0, 30.0)
"""Wall seconds between two tries to open an account."""

_LAST_WORDS: Final = 5.0
"""Wall seconds for all gateways to close."""


class LiveSide:
    """The accounts of a live run on the service's loop; a run without one is simulated.

    ``say`` gets sentences for the message log; ``rows`` of the contract master get quotes over the account that is open
    first, because what all of them show is the same. An account that cannot be opened keeps nobody from trading in
    another: it is tried again, or waits for a login.
    """

    def __init__(
        self,
        clock: LiveClock,
        accounts: Sequence[LiveAccount],
        errors: LiveErrors,
        say: Callable[[str], None],
        rows: Sequence[int] = (),
    ) -> None:
        self.clock = clock
        self.accounts = {one.account: one for one in accounts}
        self._errors = errors
        self._say = say
        self._rows = rows
        self._quoting: LiveAccount | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._logged_in = {one.account: asyncio.Event() for one in accounts}
        self._going_on: set[AccountId] = set()
        """Accounts that are open and go on with another session."""

    def attach(self, wake: Callable[[], None]) -> None:
        """Let ``wake`` be called whenever something arrives, on the loop."""
        for account in self.accounts.values():
            account.wake = wake

    def begin(self) -> None:
        """Open every account; to be called on the loop."""
        for account in self.accounts.values():
            self._spawn(self._open(account), f"open {account.account}")

    def log_in(self, account_id: AccountId) -> None:
        """Go on with the session that lies in the secrets now, on the loop; nothing happens for other accounts."""
        account = self.accounts.get(account_id)
        if account is None:
            return
        if account.is_open and account_id not in self._going_on:
            self._spawn(self._log_in(account), f"log in {account_id}")
        else:
            self._logged_in[account_id].set()

    async def close(self) -> None:
        """Stop opening and close every gateway; one that does not end in time is left alone."""
        for task in list(self._tasks):
            task.cancel()
        ends = {asyncio.ensure_future(account.gateway.close()): account.account for account in self.accounts.values()}
        if not ends:
            return
        done, late = await asyncio.wait([*self._tasks, *ends], timeout=_LAST_WORDS)
        for task in late:
            task.cancel()
        for end in done & ends.keys():
            trouble = end.exception()
            if trouble is not None:
                self._say(f"{ends[end]}: the line was not closed properly: {trouble}")

    async def _open(self, account: LiveAccount) -> None:
        logged_in = self._logged_in[account.account]
        tries = 0
        while True:
            logged_in.clear()
            try:
                await account.gateway.open()
            except self._errors.logged_out as error:
                account.failed(str(error))
                await logged_in.wait()
            except self._errors.trouble as error:
                account.failed(str(error))
                await _set_within(logged_in, _PAUSES[min(tries, len(_PAUSES) - 1)])
                tries += 1
            else:
                self._opened(account)
                return

    def _opened(self, account: LiveAccount) -> None:
        account.opened()
        if self._quoting is None:
            self._quoting = account
            account.gateway.subscribe(self._rows)

    async def _log_in(self, account: LiveAccount) -> None:
        """Go on with the session in the secrets; tried again until the broker takes it or calls for another login."""
        logged_in = self._logged_in[account.account]
        self._going_on.add(account.account)
        try:
            for pause in chain(_PAUSES, repeat(_PAUSES[-1])):
                logged_in.clear()
                try:
                    await account.gateway.log_in()
                except self._errors.logged_out as error:
                    self._say(f"{account.account}: {error}")
                    return
                except self._errors.trouble as error:
                    self._say(f"{account.account}: {error}. It is tried again in {pause:g} s")
                    await _set_within(logged_in, pause)
                else:
                    return
        finally:
            self._going_on.discard(account.account)

    def _spawn(self, work: Coroutine[Any, Any, None], name: str) -> None:
        task = asyncio.get_running_loop().create_task(work, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: "asyncio.Task[None]") -> None:
        """Bring a mistake of ours to the loop's handler, where the engine stops on it."""
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            context = {"message": f"{task.get_name()} ended with a fault", "exception": error, "task": task}
            task.get_loop().call_exception_handler(context)


async def _set_within(event: asyncio.Event, seconds: float) -> None:
    """Wait for an event, at most so many wall seconds."""
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        return
