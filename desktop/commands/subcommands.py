"""The subcommands of `legwork`, each loaded only when it is used: `--help` and the window must not wait for SciPy."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from gettext import gettext
from typing import Any, NamedTuple

import typer
from typer import TyperException
from typer.core import TyperGroup
from typer.main import get_group

from desktop.commands.leaving import print_json

WINDOW = "window"
"""The subcommand that is meant when none is named."""

_FOR_MACHINES = "legwork.for_machines"

Register = Callable[[typer.Typer], None]


class Subcommand(NamedTuple):
    """One subcommand: its line in the overview, and how it is added to a bare command."""

    summary: str
    register: Register


def _window(app: typer.Typer) -> None:
    from desktop.commands.window import window

    app.command(WINDOW)(window)


def _run(app: typer.Typer) -> None:
    from desktop.commands.run import run

    app.command("run")(run)


def _verify(app: typer.Typer) -> None:
    from desktop.commands.verify import verify

    app.command("verify")(verify)


def _bench(app: typer.Typer) -> None:
    from desktop.commands.bench import bench

    app.command("bench")(bench)


def _screenshot(app: typer.Typer) -> None:
    from desktop.commands.screenshot import screenshot

    app.command("screenshot")(screenshot)


def _doctor(app: typer.Typer) -> None:
    from desktop.commands.doctor import doctor

    app.command("doctor")(doctor)


def _contracts(app: typer.Typer) -> None:
    from desktop.commands import contracts
    from desktop.composition.rules import market_rules

    contracts.register(app, market_rules, _today)


def _charges(app: typer.Typer) -> None:
    from desktop.commands import charges
    from desktop.composition.rules import market_rules

    charges.register(app, market_rules, _today)


def _price(app: typer.Typer) -> None:
    from desktop.commands.price import price

    app.command("price")(price)


def _data(app: typer.Typer) -> None:
    from desktop.commands import data
    from desktop.composition.rules import market_rules

    data.register(app, market_rules)


def _journal(app: typer.Typer) -> None:
    from desktop.commands import journal

    app.add_typer(journal.app, name="journal")


def _accounts(app: typer.Typer) -> None:
    from desktop.commands import account_answers, account_login, accounts

    account_login.register(accounts.app)
    account_answers.register(accounts.app)
    app.add_typer(accounts.app, name="accounts")


def _tags(app: typer.Typer) -> None:
    from desktop.commands import tags

    app.add_typer(tags.app, name="tags")


def _notifications(app: typer.Typer) -> None:
    from desktop.commands import notifications

    app.add_typer(notifications.app, name="notifications")


def _display(app: typer.Typer) -> None:
    from desktop.commands.display import display

    app.command("display")(display)


def _defaults(app: typer.Typer) -> None:
    from desktop.commands.defaults import defaults

    app.command("defaults")(defaults)


def _explain(app: typer.Typer) -> None:
    from desktop.commands.explain import explain

    app.command("explain")(explain)


def _portfolio(app: typer.Typer) -> None:
    from desktop.commands import portfolio

    app.add_typer(portfolio.app, name="portfolio")


def _practice(app: typer.Typer) -> None:
    from desktop.commands import practice

    app.add_typer(practice.app, name="practice")


def _help(app: typer.Typer) -> None:
    from desktop.commands import help_pages

    help_pages.register(app)


def _today() -> date:
    from desktop.composition.clock import now
    from engine.domain.instant import ist_date

    return ist_date(now())


SUBCOMMANDS: dict[str, Subcommand] = {
    WINDOW: Subcommand("Open the workstation; what legwork does when it is given no command.", _window),
    "run": Subcommand("Run portfolios from start to square-off and say what came of them.", _run),
    "verify": Subcommand("Play seeded days full of faults and check that nothing goes wrong.", _verify),
    "bench": Subcommand("Measure speed, against a peer in the same run where there is one.", _bench),
    "screenshot": Subcommand("Draw the workstation into an image.", _screenshot),
    "doctor": Subcommand("Look over this installation and say what to do about what is wrong.", _doctor),
    "portfolio": Subcommand("Check portfolio files, start them from templates, exchange legs as text.", _portfolio),
    "accounts": Subcommand("List, add, set, remove, log in and connect accounts.", _accounts),
    "tags": Subcommand("List, add, set and remove strategy tags.", _tags),
    "notifications": Subcommand("Say where alerts are sent, and send a test.", _notifications),
    "display": Subcommand("Say how the desktop looks: theme, text size, rows, numbers.", _display),
    "defaults": Subcommand("Say what new portfolios begin with: product, orders, times, tag.", _defaults),
    "explain": Subcommand("Say in plain sentences what a portfolio does.", _explain),
    "contracts": Subcommand("Show what an exchange lists for an underlying on a date.", _contracts),
    "charges": Subcommand("Show the exact charges of orders.", _charges),
    "price": Subcommand("Price an option, or find the volatility behind its premium.", _price),
    "data": Subcommand("Import recorded market data, and look into recordings.", _data),
    "journal": Subcommand("Verify, show and export the journal; show profit curves.", _journal),
    "practice": Subcommand("Serve a broker's API over the simulated market, to try things.", _practice),
    "help": Subcommand("Show the guide and the field reference.", _help),
}
"""Every subcommand by its name, in the order of the overview."""


@contextmanager
def _answered(ctx: Any) -> Iterator[None]:
    """Print what is wrong with the options as a document, where a machine reads; its sentence follows as for people."""
    try:
        yield
    except TyperException as error:
        if ctx.meta.pop(_FOR_MACHINES, False):
            print_json({"ok": False, "error": error.format_message()})
        raise


class LazyCommands(TyperGroup):
    """The root command. It answers misuse of options with a JSON document too, where ``--json`` was among the words."""

    def list_commands(self, ctx: Any) -> list[str]:
        """Answer the names in the order of the overview."""
        del ctx
        return list(SUBCOMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """Load and answer a subcommand; None for an unknown name."""
        del ctx
        found = SUBCOMMANDS.get(cmd_name)
        if found is not None and cmd_name not in self.commands:
            part = typer.Typer(rich_markup_mode=None, add_completion=False)
            found.register(part)
            self.commands.update(get_group(part).commands)
        return self.commands.get(cmd_name)

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """Write the overview without loading anything."""
        del ctx
        with formatter.section(gettext("Commands")):
            formatter.write_dl([(name, found.summary) for name, found in SUBCOMMANDS.items()])

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Mean the window where no subcommand is named, and note whether a machine reads the answer."""
        if not args or (args[0].startswith("-") and "--help" not in args):
            args = [WINDOW, *args]
        ctx.meta[_FOR_MACHINES] = "--json" in args
        with _answered(ctx):
            return super().parse_args(ctx, args)

    def invoke(self, ctx: Any) -> Any:
        """Run what was asked for."""
        with _answered(ctx):
            return super().invoke(ctx)
