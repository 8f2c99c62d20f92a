"""What new portfolios begin with fills in what a template leaves as it comes, and nothing else."""

from datetime import time

import pytest

from desktop.composition.desk import templates
from engine.domain.multileg.portfolio_defaults import PortfolioDefaults, begun
from engine.domain.order import Product
from engine.schema.load import DeclarationError, load

TEMPLATES = {template.id: template for template in templates()}


def test_as_they_come_the_defaults_change_no_template():
    assert [one.id for one in TEMPLATES.values() if begun(one, PortfolioDefaults()) != one.portfolio] == []


def test_a_structure_takes_times_orders_and_tag():
    defaults = load({"tag": "Calm", "product": "NRML", "square_off": "15:05"}, PortfolioDefaults)

    portfolio = begun(TEMPLATES["iron_condor"], defaults)

    assert portfolio.tag == "Calm"
    assert portfolio.execution.product is Product.CARRY_FORWARD
    assert portfolio.schedule.square_off == time(15, 5)


def test_a_preset_keeps_its_times():
    defaults = load({"start": "10:00", "tag": "Calm"}, PortfolioDefaults)
    preset = TEMPLATES["straddle_0920"]

    portfolio = begun(preset, defaults)

    assert portfolio.schedule == preset.portfolio.schedule
    assert portfolio.tag == "Calm"


@pytest.mark.parametrize("wrong", [{"end": "09:00"}, {"square_off": "14:00"}, {"tag": ""}, {"buffer": "51"}])
def test_times_and_numbers_that_cannot_be_are_refused(wrong):
    with pytest.raises(DeclarationError):
        load(wrong, PortfolioDefaults)
