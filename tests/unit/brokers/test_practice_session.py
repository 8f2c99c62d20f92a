"""Logging in to the practice Kite (kite protocol sheet §2)."""

from brokers.practice.zerodha.settings import LoginPage, SecondLogin
from tests.helpers.practice_desk import VirtualClient, at

WRONG = "Incorrect `api_key` or `access_token`."


def test_a_request_token_is_good_once() -> None:
    client = VirtualClient().log_in()

    again = client.refused("POST", "/session/token", client.login_form(client.request_token))

    assert again == (403, "TokenException", "Token is invalid or has expired.")


def test_a_wrong_checksum_is_refused_and_leaves_the_token_good() -> None:
    client = VirtualClient()
    form = client.login_form(client.request_token)

    refused = client.refused("POST", "/session/token", form | {"checksum": "0" * 64})

    assert refused == (403, "TokenException", "Invalid `checksum`.")
    assert client.call("POST", "/session/token", form)["user_id"] == "ZX0001"


def test_a_request_token_of_the_login_pages_dies_after_two_minutes() -> None:
    client = VirtualClient(login=LoginPage.IMMEDIATE, redirect_url="http://127.0.0.1:9/cb")
    address = client.send("GET", "/connect/login", v="3", api_key="practicekey").headers["Location"]
    token = address.partition("request_token=")[2][:32]

    client.wait(121 * 1_000_000)

    assert client.refused("POST", "/session/token", client.login_form(token))[0] == 403


def test_an_access_token_dies_at_six_in_the_morning() -> None:
    client = VirtualClient(start=at(15, 29)).log_in()

    client.wait(at(5, 59) + 24 * 3_600 * 1_000_000 - client.now)
    before = client.send("GET", "/user/profile").status
    client.wait(61 * 1_000_000)

    assert before == 200
    assert client.refused("GET", "/user/profile") == (403, "TokenException", WRONG)


def test_a_second_login_keeps_or_replaces_the_first_as_it_is_set() -> None:
    for setting, status in ((SecondLogin.KEEP, 200), (SecondLogin.REPLACE, 403)):
        client = VirtualClient(second_login=setting).log_in()
        token = client.call("POST", "/sim/request_token")["request_token"]

        client.call("POST", "/session/token", client.login_form(token))

        assert client.send("GET", "/user/profile").status == status


def test_logging_out_ends_the_token() -> None:
    client = VirtualClient().log_in()

    done = client.call("DELETE", "/session/token", api_key="practicekey", access_token=client.access_token)

    assert done is True
    assert client.refused("GET", "/orders") == (403, "TokenException", WRONG)


def test_the_login_pages_lead_to_a_redirect_with_a_request_token() -> None:
    client = VirtualClient(redirect_url="http://127.0.0.1:5001/done")
    first = client.send("GET", "/connect/login", v="3", api_key="practicekey", redirect_params="a=b")
    second = client.send("POST", "/connect/login", {"api_key": "practicekey", "user_id": "X", "password": "y"})
    form = {"api_key": "practicekey", "user_id": "X", "totp": "1", "redirect_params": "a=b&c=d"}

    last = client.send("POST", "/connect/login", form)

    assert b'name="password"' in first.body
    assert b'name="totp"' in second.body
    assert last.status == 302
    address = last.headers["Location"]
    assert address.startswith("http://127.0.0.1:5001/done?action=login&type=login&status=success&request_token=")
    assert address.endswith("&a=b&c=d")


def test_without_the_data_plan_quotes_are_refused_and_orders_are_not() -> None:
    client = VirtualClient(has_data_plan=False).log_in()

    refused = client.refused("GET", "/quote/ltp", i="NSE:NIFTY 50")

    assert refused == (403, "PermissionException", "Insufficient permission for that call.")
    assert client.call("GET", "/orders") == []


def test_what_is_typed_into_the_login_page_is_not_markup() -> None:
    client = VirtualClient()

    page = client.send("POST", "/connect/login", {"api_key": "practicekey", "user_id": '"><script>'})

    assert b"<script>" not in page.body
