"""What the command palette can find: actions, panels, portfolios, contracts, templates, settings and workspaces."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import TypeVar

from PySide6.QtGui import QAction

from desktop.actions import ACTIONS, ActionSpec, Menu
from desktop.viewmodels.palette import Deed, Entry, Kind
from desktop.windows.action_reasons import OF_PORTFOLIOS, against_portfolio
from desktop.windows.live_actions import keys_text
from engine.domain.contract_master import ContractMaster
from engine.domain.identifiers import PortfolioId
from engine.domain.instrument import Instrument
from engine.domain.multileg.adapting import market_view
from engine.domain.multileg.templates import Template
from engine.views.contracts import contract_name
from engine.views.portfolios import PortfolioRow

Chosen = TypeVar("Chosen")

_OPENS_A_WORKSPACE = "workspace_"
"""How the names of the actions begin that open a workspace."""

CHART, BUY, SELL, CHAIN = "", "buy", "sell", "chain"
"""Deeds of contracts and underlyings; the chart is what a choice of themselves shows."""
_OF_OPTIONS = (
    Deed(name=CHART, title="Show in the chart"),
    Deed(name=BUY, title="Buy in the editor"),
    Deed(name=SELL, title="Sell in the editor"),
)
_OF_FUTURES = _OF_OPTIONS[:1]
_OF_UNDERLYINGS = (Deed(name=CHART, title="Show in the chart"), Deed(name=CHAIN, title="Show its option chain"))


def action_entries(actions: Mapping[str, QAction], why_not: Callable[[str], str]) -> list[Entry]:
    """Return every declared action with its keys of now; the palette itself is left out."""
    return [
        Entry(
            id=f"action {spec.name}",
            kind=_kind_of(spec),
            title=spec.plain_title,
            more=f"{spec.menu.value.replace('&', '')} {spec.tip}",
            keys=keys_text(actions[spec.name]),
            why_not=why_not(spec.name),
            act=partial(_trigger, actions[spec.name]),
        )
        for spec in ACTIONS
        if spec.name != "command_palette"
    ]


def portfolio_entries(
    rows: Iterable[PortfolioRow], actions: Mapping[str, QAction], go_to: Callable[[PortfolioId], None]
) -> list[Entry]:
    """Return every portfolio, those alive first, with what can be asked of it; each goes to the portfolio first."""

    def act(row: PortfolioRow, deed: str) -> None:
        go_to(row.portfolio_id)
        if deed:
            actions[deed].trigger()

    return [
        Entry(
            id=f"portfolio {row.portfolio_id}",
            kind=Kind.PORTFOLIO,
            title=f"{row.name} ({row.portfolio_id})",
            more=f"{row.underlying} {row.state.value} {row.account}",
            act=partial(act, row),
            deeds=tuple(
                Deed(
                    name=name,
                    title=actions[name].iconText(),
                    keys=keys_text(actions[name]),
                    why_not=against_portfolio(name, row),
                )
                for name in OF_PORTFOLIOS
            ),
        )
        for row in sorted(rows, key=lambda row: row.is_done)
    ]


def template_entries(templates: Sequence[Template], take: Callable[[Template], None]) -> list[Entry]:
    """Return every template; a choice opens it in the editor."""
    return [
        Entry(
            id=f"template {template.id}",
            kind=Kind.TEMPLATE,
            title=template.name,
            more=f"{market_view(template).value} {template.view} {template.risk.label}",
            act=partial(_with, take, template),
        )
        for template in templates
    ]


def symbol_entries(master: ContractMaster, act: Callable[[Instrument, str], None]) -> list[Entry]:
    """Return underlyings, and every contract: nearest expiry and lowest strike first."""
    spots = ((name, master.spot(name)) for name in master.underlyings())
    entries = [
        Entry(
            id=f"underlying {name}",
            kind=Kind.UNDERLYING,
            title=name,
            more=spot.symbol,
            act=partial(act, spot),
            deeds=_OF_UNDERLYINGS,
        )
        for name, spot in spots
        if spot is not None
    ]
    contracts = [one for one in master.instruments if one.expiry is not None]
    contracts.sort(key=lambda one: (one.underlying, one.expiry, one.strike or 0))
    entries += [
        Entry(
            id=f"contract {one.id}",
            kind=Kind.CONTRACT,
            title=contract_name(one),
            more=str(one.expiry.year) if one.expiry is not None else "",
            act=partial(act, one),
            deeds=_OF_FUTURES if one.strike is None else _OF_OPTIONS,
        )
        for one in contracts
    ]
    return entries


def place_entries(
    kind: Kind, places: Iterable[tuple[str, str, str]], go_to: Callable[[str], None], why_not: str = ""
) -> list[Entry]:
    """Return places of one kind, each given by its id, title and other words: pages, panels, workspaces."""
    return [
        Entry(
            id=f"{kind.value} {place}",
            kind=kind,
            title=title,
            more=more,
            why_not=why_not,
            act=partial(_with, go_to, place),
        )
        for place, title, more in places
    ]


def _kind_of(spec: ActionSpec) -> Kind:
    if spec.name.startswith(_OPENS_A_WORKSPACE):
        return Kind.WORKSPACE
    return Kind.PANEL if spec.menu is Menu.PANELS else Kind.ACTION


def _with(act: Callable[[Chosen], None], chosen: Chosen, _deed: str) -> None:
    act(chosen)


def _trigger(action: QAction, _deed: str) -> None:
    action.trigger()
