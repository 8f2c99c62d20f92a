"""What the seeds of the fault harness draw: one account or two, copies in sync or not, and edits of all kinds."""

import numpy as np
import pytest

from desktop.composition.rules import market_rules
from desktop.verification.deed_draws import EDITS
from desktop.verification.draw import Draw
from desktop.verification.edit_draws import edited
from desktop.verification.plan import day_plan
from engine.domain.multileg.portfolio import MultilegPortfolio
from engine.schema.diff import diff
from engine.schema.load import dump, problems

PLANS = [day_plan(seed, market_rules()) for seed in range(40)]
SUNDRY = 30


def drawn(number):
    """A source of numbers."""
    return Draw(np.random.Generator(np.random.PCG64([number])))


def test_some_days_have_two_accounts_in_sync_and_some_have_them_on_their_own():
    both = [plan for plan in PLANS if len(plan.accounts) == 2]

    synced = {one.sync_users is not None for plan in both for one in plan.portfolios if one.tag == "Both"}
    assert 5 < len(both) < 25
    assert synced == {True, False}
    assert any(plan.accounts[1].faults.session_losses for plan in both)


@pytest.mark.parametrize("deed", EDITS, ids=lambda deed: deed.value)
def test_edits_are_made_at_rest_in_flight_and_as_the_power_fails(deed):
    assert any(action.deed is deed for plan in PLANS for action in plan.actions)


def test_every_drawn_edit_is_a_declaration_that_a_form_lets_through():
    declared = PLANS[0].portfolios[0]

    edits = [edited(drawn(number), declared, 10 * 60 + number) for number in range(SUNDRY)]

    assert [problems(dump(one), MultilegPortfolio) for one in edits] == [[]] * SUNDRY
    assert sum(bool(diff(declared, one)) for one in edits) > SUNDRY * 3 // 4
