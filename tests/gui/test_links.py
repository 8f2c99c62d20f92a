"""Panels of one colour show the same underlying, expiry, contract, portfolio or account; others stay as they are."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import Qt

from desktop.presentation.link_colours import LINK_COLOURS
from desktop.presentation.theme import contrast
from desktop.widgets.link_chip import LinkChip
from desktop.windows.dialog import QuestionDialog
from desktop.workspace.links import (
    AccountChosen,
    ExpiryChosen,
    InstrumentChosen,
    LinkBus,
    PortfolioChosen,
    UnderlyingChosen,
)
from desktop.workspace.workspace import LAST_LINK
from engine.domain.identifiers import AccountId, InstrumentId, PortfolioId

# The offscreen platform says this for every top-level window.
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

NIFTY, BANK = UnderlyingChosen("NIFTY"), UnderlyingChosen("BANKNIFTY")


class Follower:
    """A panel that notes what it is shown, and chooses it on as a careless panel would."""

    def __init__(self, bus, name, group):
        self._bus, self._name = bus, name
        self.shown = []
        bus.join(name, self.follow, group)

    def follow(self, subject):
        self.shown.append(subject)
        self._bus.choose(self._name, subject)


@pytest.fixture
def bus(qapp):
    bus = LinkBus()
    yield bus
    bus.deleteLater()


def test_a_choice_moves_the_panels_of_its_colour_once_and_no_others(bus):
    first, second, other = Follower(bus, "a", 1), Follower(bus, "b", 1), Follower(bus, "c", 2)

    bus.choose("a", NIFTY)

    assert (first.shown, second.shown, other.shown) == ([], [NIFTY], [])


def test_a_panel_without_a_colour_neither_tells_nor_follows(bus):
    free, linked = Follower(bus, "free", 0), Follower(bus, "linked", 1)

    bus.choose("free", NIFTY)
    bus.choose("linked", BANK)

    assert (free.shown, linked.shown) == ([], [])
    assert bus.members(0) == ()


def test_a_panel_that_takes_a_colour_shows_what_that_shows_the_newest_last(bus):
    joining = Follower(bus, "joining", 0)
    Follower(bus, "told", 3)
    contract = InstrumentChosen(InstrumentId("X"))

    for subject in (NIFTY, contract, BANK):
        bus.choose("told", subject)
    bus.set_group("joining", 3)

    assert joining.shown == [contract, BANK]
    assert bus.group_of("joining") == 3


def test_a_panel_that_left_is_not_moved(bus):
    gone = Follower(bus, "gone", 1)
    Follower(bus, "there", 1)

    bus.leave("gone")
    bus.choose("there", NIFTY)

    assert gone.shown == []


@pytest.mark.parametrize("group", [-1, LAST_LINK + 1])
def test_a_group_that_does_not_exist_is_refused(bus, group):
    with pytest.raises(ValueError, match="no link group"):
        bus.join("a", print, group)


@given(
    groups=st.lists(st.integers(0, LAST_LINK), min_size=1, max_size=8),
    teller=st.integers(0, 7),
    subject=st.sampled_from(
        [
            NIFTY,
            ExpiryChosen("NIFTY", date(2026, 8, 25)),
            PortfolioChosen(PortfolioId("P1")),
            AccountChosen(AccountId("A")),
        ]
    ),
)
def test_exactly_the_others_of_the_group_are_moved_whatever_they_do(qapp, groups, teller, subject):
    bus = LinkBus()
    panels = [Follower(bus, str(number), group) for number, group in enumerate(groups)]
    teller %= len(groups)

    bus.choose(str(teller), subject)

    moved = [number for number, panel in enumerate(panels) if panel.shown]
    group = groups[teller]
    assert moved == [n for n, one in enumerate(groups) if n != teller and one == group != 0]
    assert all(len(panel.shown) <= 1 for panel in panels)
    bus.deleteLater()


# --- chip -------------------------------------------------------------------------------------------------------------


def test_every_colour_has_a_number_that_can_be_read_on_it():
    assert len(LINK_COLOURS) == LAST_LINK + 1
    assert len({colour.fill for colour in LINK_COLOURS}) == len(LINK_COLOURS)
    assert [one.name for one in LINK_COLOURS[1:] if contrast(one.fill, one.ink) < 4.5] == []


def test_the_chip_is_reached_and_changed_by_keyboard(qtbot):
    chip = LinkChip("Chart")
    qtbot.addWidget(chip)
    chip.show_group(2)

    with qtbot.waitSignal(chip.group_chosen) as chosen:
        qtbot.keyClick(chip, Qt.Key.Key_7)
    menu = chip.list_menu()
    texts = [action.text() for action in menu.actions()]
    checked = [action.text() for action in menu.actions() if action.isChecked()]

    assert chosen.args == [7]
    assert chip.focusPolicy() == Qt.FocusPolicy.StrongFocus
    assert chip.accessibleName() == "Link group 2, orange (Chart)"
    assert len(texts) == 10
    assert checked == ["&2  Orange\t✓"]


# --- panels -----------------------------------------------------------------------------------------------------------


def expiries_of(panel):
    return [panel.expiry_box.itemData(number) for number in range(panel.expiry_box.count())]


@pytest.fixture
def analysis(open_desk):
    """A desk with two chains and a chart of group 1, and a chain and a chart of group 2."""
    return open_desk(workspace="analysis")


def by_hand(box, place):
    """Choose an entry of a list as a trader does."""
    box.setCurrentIndex(place)
    box.activated.emit(place)


def test_an_expiry_chosen_in_one_chain_moves_the_chains_of_its_colour(analysis):
    chain, twin, other = (analysis.panel(one) for one in ("chain", "next-chain", "bank-chain"))

    by_hand(chain.expiry_box, 2)

    wanted = expiries_of(chain)[2]
    assert twin.expiry_box.currentData() == wanted
    assert other.expiry_box.currentIndex() == 0
    assert analysis.window.host.title("next-chain").startswith("Next expiry · NIFTY ")


def test_a_contract_shown_from_a_chain_moves_chart_and_chains_of_its_colour(analysis):
    chain, twin, other = (analysis.panel(one) for one in ("chain", "chart", "bank-chart"))
    analysis.wait_until(lambda: chain.source.chain is not None and chain.source.chain.at_the_money is not None)
    before = other.shows()
    row = chain.source.chain.at_the_money

    chain.grid.cell_activated.emit(row, "call_last")

    contract = chain.source.contract_at(row, "call_last")
    assert twin.shows() == contract.symbol
    assert other.shows() == before
    assert analysis.panel("next-chain").expiry_box.currentData() == contract.expiry


def test_a_chart_in_a_group_of_its_own_stays_where_it_is(analysis):
    chart, chain = analysis.panel("chart"), analysis.panel("chain")
    chart.chip.group_chosen.emit(0)
    analysis.wait_until(lambda: chain.source.chain is not None and chain.source.chain.at_the_money is not None)
    analysis.panel("bank-chart").chip.group_chosen.emit(1)

    chain.grid.cell_activated.emit(chain.source.chain.at_the_money, "put_last")

    assert chart.shows() == "NIFTY"
    assert analysis.panel("bank-chart").shows().endswith("PE")


def test_the_group_of_a_panel_is_kept_with_the_workspace(analysis):
    analysis.panel("chart").chip.group_chosen.emit(9)

    kept = {panel.id: panel.link for panel in analysis.window.workspace().panels}

    assert analysis.panel("chart").chip.shown_group == 9
    assert (kept["chart"], kept["chain"], kept["bank-chain"], kept["editor"]) == (9, 1, 2, None)


def test_charts_that_stood_apart_are_linked_when_nothing_is_said(open_desk):
    desk = open_desk()

    groups = {panel_id: panel.chip.shown_group for panel_id, panel in desk.window.panels.items() if panel.chip}

    assert groups == dict.fromkeys(
        ("chain", "portfolios", "positions", "orders", "chart", "premium", "accounts", "messages"), 1
    )


def test_a_held_leg_and_its_portfolio_move_the_panels_of_their_colour(open_desk):
    desk = open_desk("2026-08-19T09:19:58", speed=20)
    desk.window.act("start_demonstration")
    desk.dialog(QuestionDialog).accept()
    positions, chart, premium = desk.panel("positions"), desk.panel("chart"), desk.panel("premium")
    desk.window.host.show_panel("positions")
    rows = positions.source
    desk.wait_until(lambda: any(rows.row(n).net_quantity for n in range(rows.row_count())))
    place = next(n for n in range(rows.row_count()) if rows.row(n).instrument is not None)

    positions.grid.select_row(place)

    held = desk.bridge.master.by_id(rows.row(place).instrument)
    assert chart.shows() == held.symbol
    assert desk.panel("chain").expiry_box.currentData() == held.expiry
    assert "P1" in premium.shows()
    assert desk.panel("portfolios").selected_id == "P1"


def test_a_contract_is_shown_in_a_chart_that_the_workspace_did_not_have(open_desk):
    desk = open_desk(workspace="risk")
    contract = next(one for one in desk.bridge.master.instruments if one.strike is not None)

    desk.window.workspaces.links.show_instrument("positions", contract.id)

    assert desk.panel("chart").shows() == contract.symbol
    assert desk.window.host.is_open("chart")
