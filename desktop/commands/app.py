"""The command `legwork`: every subcommand in one place; without one it opens the workstation."""

from datetime import date

import typer

from desktop.commands import charges, contracts, data, journal, run
from desktop.commands.price import price
from desktop.composition.rules import market_rules
from engine.domain.instant import ist_date

app = typer.Typer(
    name="legwork",
    help="A multi-leg options workstation for NSE and BSE index options.",
    no_args_is_help=False,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


def _today() -> date:
    from desktop.composition.clock import now

    return ist_date(now())


app.command("run")(run.run)
app.command("price")(price)
app.add_typer(journal.app, name="journal")
data.register(app, market_rules)
contracts.register(app, market_rules, _today)
charges.register(app, market_rules, _today)
