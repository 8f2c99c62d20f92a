"""The shape of a structure's payoff, drawn from the structure itself."""

import numpy as np
import pytest

from desktop.composition.folders import layout_path
from engine.domain.multileg.templates import templates_from_toml
from engine.views.template_picture import picture_of

TEMPLATES = {
    template.id: template
    for template in templates_from_toml(
        {path.name: path.read_text(encoding="utf-8") for path in layout_path("multileg").glob("*.toml")}
    )
}


@pytest.mark.parametrize("template_id", sorted(TEMPLATES))
def test_every_template_has_a_picture_inside_its_frame(template_id):
    picture = picture_of(TEMPLATES[template_id].portfolio)

    assert (picture.across[0], picture.across[-1]) == (0.0, 1.0)
    assert np.all(np.diff(picture.across) > 0)
    flat = template_id in ("conversion", "reversal", "long_box", "short_box")
    assert np.isclose(np.max(np.abs(picture.profit)), 0.0 if flat else 1.0)


@pytest.mark.parametrize(
    ("template_id", "left", "middle", "right"),
    [
        ("short_straddle", -1, 1, -1),
        ("iron_condor", -1, 1, -1),
        ("long_call", -1, -1, 1),
        ("bear_put", 1, -1, -1),
        ("call_calendar", -1, 1, -1),
        ("strangle_0920_premium", -1, 1, -1),
    ],
)
def test_pictures_have_the_shape_of_their_structures(template_id, left, middle, right):
    profit = picture_of(TEMPLATES[template_id].portfolio).profit

    assert [int(np.sign(profit[place])) for place in (0, len(profit) // 2, -1)] == [left, middle, right]


def test_a_credit_spread_gains_less_than_it_may_lose():
    profit = picture_of(TEMPLATES["iron_condor"].portfolio).profit

    assert abs(profit.min()) > profit.max() > 0
