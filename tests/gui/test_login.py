"""The login of a broker account in the window: LoginDialog and PassphraseDialog before a practice Kite."""

import asyncio
import re
import socket
import threading
from datetime import date
from decimal import Decimal

import keyring
import kiteconnect
import pytest
from keyring.backends import fail
from PySide6.QtWidgets import QApplication, QLabel, QWidget

from brokers.zerodha.settings import ZerodhaSettings
from desktop.bootstrap import build_window
from desktop.composition.broker_login import Credentials, login_of
from desktop.composition.broker_settings import broker_settings
from desktop.composition.desk import templates
from desktop.composition.desk_choice import DeskChoice
from desktop.composition.secrets_place import needs_passphrase, secrets_place
from desktop.presentation.theme import built_in_theme
from desktop.windows.broker_desk import ask_login
from desktop.windows.broker_dialog import BrokerDialog
from desktop.windows.broker_margin_dialog import BrokerMarginDialog, Reckoned
from desktop.windows.dialog import QuestionDialog, SentenceDialog
from desktop.windows.login_dialog import LoginDialog
from desktop.windows.passphrase_dialog import PassphraseDialog
from desktop.windows.waiting_orders_dialog import WaitingOrdersDialog
from desktop.workspace.layouts import open_workspace
from engine.domain.identifiers import LegId
from engine.domain.instrument import Exchange, Instrument, Kind
from engine.domain.money import Money, price_of
from engine.domain.order import Side
from engine.domain.settings.account import Account
from engine.domain.settings.hierarchy import Hierarchy
from engine.views.preview import Preview, PreviewLeg
from tests.helpers.practice_desk import CALL, at
from tests.helpers.practice_server import practice_server

PAUSE = threading.Event()
ACCOUNT = Account(id="Z1", broker="zerodha")


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("LEGWORK_HOME", str(tmp_path))
    # Set first, so that what a test lets the program remember is taken back after it.
    monkeypatch.setenv("LEGWORK_PASSPHRASE", "")
    before = keyring.get_keyring()
    keyring.set_keyring(fail.Keyring())
    yield
    keyring.set_keyring(before)


@pytest.fixture
def server():
    with practice_server() as card:
        settings = ZerodhaSettings(
            root=card["root"], feed=card["websocket"], login_page=f"{card['root']}/connect/login"
        )
        broker_settings(ACCOUNT).save(settings)
        yield card


@pytest.fixture
def login(server, monkeypatch):
    monkeypatch.setenv("LEGWORK_PASSPHRASE", "four words that open")
    return login_of(ACCOUNT, now=lambda: at(10))


@pytest.fixture
def parent(qtbot):
    """A window that outlives the dialogs over it, as the main window does."""
    found = QWidget()
    qtbot.addWidget(found)
    yield found
    found.close()


def opened(parent, login, open_address=lambda _address: True):
    dialog = LoginDialog(parent, login, open_address)
    dialog.open()
    return dialog


async def until(condition):
    async with asyncio.timeout(20):
        while not condition():
            await turn()


async def turn():
    """Let loop and window go on for a moment."""
    QApplication.processEvents()
    await asyncio.to_thread(PAUSE.wait, 0.01)


def is_listening(login):
    def listens():
        with socket.socket() as probe:
            probe.settimeout(5)
            return probe.connect_ex(("127.0.0.1", login.settings.redirect_port)) == 0

    return listens


def fill(dialog, server, pasted=""):
    dialog.api_key.setText(server["api_key"])
    dialog.api_secret.setText(server["api_secret"])
    dialog.pasted.setText(pasted)


def test_a_pasted_address_logs_in_and_is_kept_for_the_next_time(parent, login, server):
    dialog, said = opened(parent, login), []
    dialog.logged_in.connect(said.append)
    fill(dialog, server, f"http://127.0.0.1:5737/?status=success&request_token={server['request_token']}")

    async def click():
        dialog.button.click()
        await until(lambda: said)

    asyncio.run(click())

    assert said[0].startswith("Z1 is logged in as ")
    assert login.credentials().api_key == server["api_key"]
    assert login.standing().startswith("Z1 is logged in")


def test_what_is_wrong_is_said_beside_the_fields_and_nothing_typed_is_lost(parent, login, server):
    dialog = opened(parent, login)
    dialog.button.click()
    asked_for_key = dialog.answer.text()
    fill(dialog, server)
    dialog.button.click()
    asked_for_address = dialog.answer.text()
    fill(dialog, server, "not a token")

    async def click():
        dialog.button.click()
        await until(lambda: "token" in dialog.answer.text())

    asyncio.run(click())

    assert asked_for_key == "Fill in the API key: Of your app at developers.kite.trade."
    assert "paste the address" in asked_for_address
    assert dialog.answer.text().startswith("This is no request token")
    assert (dialog.pasted.text(), dialog.isVisible()) == ("not a token", True)


def test_the_login_page_is_opened_twice_and_closing_lets_go_of_the_port(parent, login, server):
    seen = []
    dialog = opened(parent, login, lambda address: not seen.append(address))
    fill(dialog, server)

    async def open_twice():
        dialog.page.click()
        await until(is_listening(login))
        dialog.page.click()
        await turn()
        await until(is_listening(login))
        waiting = dialog.answer.text()
        dialog.reject()
        await until(lambda: not is_listening(login)())
        return waiting

    waiting = asyncio.run(open_twice())

    assert waiting == "Waiting for the browser to come back …"
    assert len(seen) == 2
    assert seen[0].endswith(f"/connect/login?v=3&api_key={server['api_key']}")


def test_a_machine_without_a_browser_says_which_address_to_open(parent, login, server):
    dialog = opened(parent, login, lambda _address: False)
    fill(dialog, server)

    async def click():
        dialog.page.click()
        await turn()
        dialog.reject()

    asyncio.run(click())

    assert dialog.answer.text().startswith("There is no browser to open http://127.0.0.1")


def test_a_first_passphrase_is_typed_twice_before_the_login_opens(parent, server):
    ask_login(parent, ACCOUNT, lambda: at(10), lambda _sentence: None)
    first = parent.findChild(PassphraseDialog)
    first.passphrase.setText("one two three")
    first.accept()
    before = parent.findChild(LoginDialog)
    first.again.setText("one two three")
    first.accept()

    assert before is None
    assert parent.findChild(LoginDialog) is not None
    assert not needs_passphrase()


def test_a_wrong_passphrase_is_said_and_asked_again(parent, login, monkeypatch):
    secrets_place().write("a", "b")
    monkeypatch.setenv("LEGWORK_PASSPHRASE", "")
    dialog = PassphraseDialog(parent)
    dialog.open()
    dialog.passphrase.setText("wrong")

    dialog.accept()

    assert dialog.isVisible()
    assert "The passphrase does not open" in dialog._error.text()


def test_wrong_settings_of_the_account_are_told_instead_of_the_login(parent, monkeypatch):
    monkeypatch.setenv("LEGWORK_PASSPHRASE", "four words that open")
    broker_settings(ACCOUNT).path().write_text("root = 5\n", encoding="utf-8")

    ask_login(parent, ACCOUNT, lambda: at(10), lambda _sentence: None)

    shown = parent.findChild(SentenceDialog)
    assert shown.windowTitle() == "Z1 cannot be logged in"


def test_the_broker_dialog_starts_again_at_another_broker_only(open_desk, qtbot):
    desk = open_desk()
    desk.window.act("choose_broker")
    dialog = desk.dialog(BrokerDialog)
    at_first = dialog.start.isEnabled()
    dialog.choices["practice-zerodha"].click()

    told = []
    desk.window.start_again.connect(told.append)
    with qtbot.waitSignal(desk.window.closed):
        dialog.start.click()

    assert not at_first
    assert not dialog.choices["zerodha"].isEnabled()
    assert told == ["practice-zerodha"]


@pytest.fixture
def window_with_money(open_desk, qtbot):
    """The window as it stands at a real broker, on a simulated market all the same."""
    desk = open_desk()
    choice = DeskChoice(broker="zerodha", hierarchy=Hierarchy(accounts=(ACCOUNT,)))
    window = build_window(desk.bridge, open_workspace("start"), built_in_theme(), choice=choice)
    window.keep_arrangement = False
    qtbot.addWidget(window, before_close_func=lambda one: one.close_without_asking())
    return window


def test_real_money_is_said_wherever_something_would_begin(window_with_money):
    window = window_with_money
    window.act("start_demonstration")
    question = window.findChild(QuestionDialog)
    window.act("tour")
    told = window.findChildren(SentenceDialog)

    assert "at zerodha, with real money." in question.asked[1]
    assert question.no_more is None
    assert [one.windowTitle() for one in told] == ["The tour is for the simulated market"]
    for dialog in (question, *told):
        dialog.close()
    invitation = [label.text() for label in window.panels["portfolios"].findChildren(QLabel)]
    assert any("Everything runs with real money." in text for text in invitation)


def test_a_desk_without_such_accounts_says_where_a_login_is_of_use(open_desk):
    desk = open_desk()

    desk.window.act("log_in")

    assert "No account of this desk needs a login" in desk.window.toasts.toasts()[-1].text()


def test_waiting_orders_are_listed_and_cancelled_after_a_question(parent, login, server):
    asyncio.run(login.paste(Credentials(server["api_key"], server["api_secret"]), server["request_token"]))
    numbers = [wait_for_price(login, trigger) for trigger in (20, 30)]

    async def cancel_the_first():
        dialog = WaitingOrdersDialog(parent, ACCOUNT, lambda: at(10))
        dialog.open()
        await until(lambda: dialog.orders.count() == 2)
        could_cancel_at_first = dialog.cancel.isEnabled()
        dialog.orders.setCurrentRow([str(numbers[0]) in line for line in lines(dialog)].index(True))
        dialog.cancel.click()
        dialog.findChild(QuestionDialog).accept()
        await until(lambda: "in all" in dialog.answer.text())
        return could_cancel_at_first, lines(dialog)

    could_cancel_at_first, left = asyncio.run(cancel_the_first())

    assert not could_cancel_at_first
    assert [line for line in left if "active" in line and str(numbers[0]) in line] == []
    assert [line for line in left if "active" in line and str(numbers[1]) in line]


def test_the_brokers_margin_stands_beside_ours(parent, login, server):
    asyncio.run(login.paste(Credentials(server["api_key"], server["api_secret"]), server["request_token"]))
    reckoned = Reckoned(Money(price_of("1234.50")), Decimal("21.75"))

    async def look():
        dialog = BrokerMarginDialog(parent, ACCOUNT, sold_call(), reckoned, lambda: at(10))
        dialog.open()
        await until(lambda: dialog.answer.text() == "As Z1 answers.")
        return dialog

    dialog = asyncio.run(look())

    together, apart, charges = (dialog.theirs[key].text() for key in ("together", "apart", "charges"))
    # The premium that a sale brings is taken off the margin of all together.
    assert re.fullmatch(r"₹1,7\d,\d{3}\.\d\d", together)
    assert re.fullmatch(r"₹1,8\d,\d{3}\.\d\d", apart)
    assert re.fullmatch(r"₹\d\d\.\d\d", charges)
    said = [label.text() for label in dialog.findChildren(QLabel)]
    assert "we reckon ₹1,234.50" in said
    assert "we reckon ₹21.75 for entry and exit" in said


def test_a_desk_on_paper_has_no_broker_to_ask(open_desk):
    desk = open_desk()

    desk.window.act("ask_broker_margin")

    assert "Only a broker that is logged in to can be asked" in desk.window.toasts.toasts()[-1].text()


def sold_call():
    """A call of the practice market as the editor would sell it now."""
    contract = Instrument(
        id=f"NFO:{CALL}",
        exchange=Exchange.NFO,
        symbol=CALL,
        underlying="NIFTY",
        kind=Kind.CALL,
        expiry=date(2026, 8, 25),
        strike=price_of("24100"),
        lot_size=65,
        tick_size=price_of("0.05"),
    )
    price = price_of("180")
    leg = PreviewLeg(
        leg_id=LegId(1),
        side=Side.SELL,
        lots=1,
        contract=contract,
        name=CALL,
        quantity=-65,
        price=price,
        middle=price,
        last=price,
        forward=None,
        expires_at=at(15, 30),
        why="",
        hopeless=False,
    )
    return Preview(at=at(10), portfolio=templates()[0].portfolio, spot=price_of("24100"), legs=(leg,))


def test_a_lost_login_is_said_in_the_list_of_waiting_orders(parent, login, server):
    async def look():
        dialog = WaitingOrdersDialog(parent, ACCOUNT, lambda: at(10))
        dialog.open()
        await until(lambda: "Log in first" in dialog.answer.text())

    asyncio.run(look())


def lines(dialog):
    return [dialog.orders.item(row).text() for row in range(dialog.orders.count())]


def wait_for_price(login, trigger):
    """Let the vendor's own client make a waiting order, as another program would; answers its number."""
    session = login._store.session(at(10))
    client = kiteconnect.KiteConnect(session.api_key, session.access_token, root=login.settings.root)
    order = {"transaction_type": "BUY", "quantity": 65, "order_type": "LIMIT", "product": "NRML", "price": trigger}
    last = client.ltp(f"NFO:{CALL}")[f"NFO:{CALL}"]["last_price"]
    made = client.place_gtt(client.GTT_TYPE_SINGLE, CALL, "NFO", [trigger], last, [order])
    client.reqsession.close()
    return made["trigger_id"]
