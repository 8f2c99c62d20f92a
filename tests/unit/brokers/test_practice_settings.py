"""The settings and fault plans of the practice Kite as declarations."""

import re

import pytest

from brokers.practice.zerodha.faults import NAMED_PLANS, FaultPlan, Kind
from brokers.practice.zerodha.routes import ROUTES
from brokers.practice.zerodha.settings import PracticeSettings
from engine.schema.declared import Declared
from engine.schema.describe import describe
from engine.schema.load import dump, load
from tests.helpers.practice_desk import ROOT, VirtualClient

README = (ROOT / "brokers" / "practice" / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("declaration", [PracticeSettings, FaultPlan])
def test_every_field_can_be_shown_in_a_form(declaration: type[Declared]) -> None:
    assert all(field.ask.help.endswith((".", ":")) for field in describe(declaration))


def test_settings_survive_being_written_down() -> None:
    assert load(dump(PracticeSettings()), PracticeSettings) == PracticeSettings()


def test_the_guide_names_every_plan_and_kind_and_no_setting_that_is_not_there() -> None:
    words = re.sub(r"\s+", " ", README)
    listed = words.partition("contradicts itself: ")[2].partition(" and more")[0]
    fields = {field.name for field in describe(PracticeSettings)}

    assert [name for name in NAMED_PLANS if name != "none" and f"`{name}`" not in words] == []
    assert [kind.value for kind in Kind if f"`{kind.value}`" not in words] == []
    assert set(re.findall(r"`(\w+)`", listed)) <= fields


def test_every_call_of_the_api_is_answered() -> None:
    client = VirtualClient().log_in()
    paths = [(route.method, re.sub(r"{\w+}", "1", route.path)) for route in ROUTES if route.call != "logout"]

    statuses = {client.send(method, path).status for method, path in paths}

    assert statuses <= {200, 400, 403, 404}


def test_a_part_of_a_rupee_in_an_average_is_rounded_as_it_is_set() -> None:
    for decimals, digits in ((None, 10), (2, 2)):
        client = VirtualClient(average_decimals=decimals, funds=50_000_000).log_in()
        order_id = client.place(client.limit(110, quantity=65 * 27))

        text = str(client.row(order_id)["average_price"])

        assert len(text.partition(".")[2]) <= digits


def test_the_automatic_protection_can_be_set() -> None:
    client = VirtualClient(automatic_protection=5, automatic_tag="-1").log_in()

    row = client.row(client.place(client.order(transaction_type="SELL")))

    assert row["tags"][-1] == "mktp:5.00"
    assert 0.94 < row["price"] / row["average_price"] < 0.97
