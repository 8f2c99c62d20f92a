"""The paper broker's own books and their file."""

import sys
import zlib

import pytest

from brokers.definition import Surroundings
from brokers.errors import BrokerError
from brokers.paper.books_file import VERSION, BooksFileError, DayLine, encoded
from brokers.paper.gateway import PaperBroker
from brokers.paper.statement import last_funds
from brokers.registry import BROKERS, broker_named
from engine.domain.identifiers import AccountId
from engine.domain.instant import DAY, SECOND, Instant
from engine.domain.money import Money
from engine.domain.order import OrderStatus, Product, Side
from engine.domain.reports import BookPosition, BooksReport, ConnectionReport, OrderReport
from engine.schema.declared import Declared
from tests.unit.brokers.paper_world import ACCOUNT, CE, CONTRACTS, NINE_TWENTY, PE, PaperWorld, rupee


def traded_and_resting(path) -> PaperWorld:
    world = PaperWorld(books_file=path)
    world.trade(CE, Side.SELL, 65, "99.50")
    world.trade(PE, Side.BUY, 65, "90")
    return world


def reopened(path, account=ACCOUNT) -> PaperBroker:
    return PaperBroker(Surroundings(account=account, contracts=CONTRACTS, books_file=path))


def test_the_books_say_orders_positions_and_funds() -> None:
    world = traded_and_resting(None)

    books = world.books()

    assert books.fresh
    assert books.read_at == NINE_TWENTY + 2 * SECOND
    assert [(order.status, order.filled) for order in books.orders] == [
        (OrderStatus.COMPLETE, 65),
        (OrderStatus.OPEN, 0),
    ]
    assert books.positions == (BookPosition(instrument=CE.id, product=Product.INTRADAY, net_quantity=-65),)
    # (2485 + 497) x 65 is blocked; 99.50 x 65 came in and 90 x 65 waits to go out.
    assert books.used_margin == 193_830 * 10_000
    assert books.available_funds == Money((5_000_000 - 193_830 + 6_467) * 10_000 + 5_000 - 5_850 * 10_000)


def test_killing_the_engine_does_not_erase_the_books(tmp_path) -> None:
    path = tmp_path / "paper.books"
    world = traded_and_resting(path)
    before = (world.broker.orders, world.broker.positions, world.broker.cash)

    broker = reopened(path)

    assert (broker.orders, broker.positions, broker.cash) == before


def test_an_order_that_rested_before_the_restart_fills_after_it(tmp_path) -> None:
    traded_and_resting(tmp_path / "paper.books")

    after = PaperWorld(books_file=tmp_path / "paper.books", usual=False)
    after.now = 10 * SECOND
    after.show({PE: ("89", "88.50", 65, "89.50", 65)})
    reports = after.wait(SECOND)
    next_order = after.trade(PE, Side.BUY, 65, "80")[-1]

    assert [(r.order_id, r.status, r.average_price) for r in reports if isinstance(r, OrderReport)] == [
        ("T00002", OrderStatus.COMPLETE, rupee("90"))
    ]
    assert next_order.broker_order_id == "PB000003"


def test_a_torn_last_line_is_cut_off(tmp_path) -> None:
    path = tmp_path / "paper.books"
    traded_and_resting(path)
    whole = path.read_bytes()
    path.write_bytes(
        whole
        + encoded(
            DayLine(version=1, account=ACCOUNT, day=0, orders_so_far=0, trades_so_far=0, cash=Money(0), positions=())
        )[:40]
    )

    reopened(path)

    assert path.read_bytes() == whole


@pytest.mark.parametrize("damage", [b"\x00\xff nonsense", b"nonsense\n", b"{}\n" * 3])
def test_a_file_that_is_not_books_is_refused_with_a_sentence_and_kept(tmp_path, damage) -> None:
    path = tmp_path / "paper.books"
    path.write_bytes(damage)

    with pytest.raises(BooksFileError, match=r"damaged at line 1; restore .* or move it away"):
        reopened(path)

    assert path.read_bytes() == damage


def test_a_changed_byte_is_found(tmp_path) -> None:
    path = tmp_path / "paper.books"
    traded_and_resting(path)
    path.write_bytes(path.read_bytes().replace(b'"quantity":65', b'"quantity":75', 1))

    with pytest.raises(BooksFileError, match="damaged at line 2"):
        reopened(path)


def test_newer_books_and_books_of_another_account_are_refused(tmp_path) -> None:
    head = DayLine(
        version=VERSION + 1, account=ACCOUNT, day=0, orders_so_far=0, trades_so_far=0, cash=Money(0), positions=()
    )
    newer, other = tmp_path / "newer.books", tmp_path / "other.books"
    newer.write_bytes(encoded(head))
    traded_and_resting(other)

    with pytest.raises(BooksFileError, match="newer version"):
        reopened(newer)
    with pytest.raises(BooksFileError, match="belong to the account PAPER, not to OTHER"):
        reopened(other, AccountId("OTHER"))


def test_books_in_a_place_that_is_no_folder_are_refused_with_a_sentence(tmp_path) -> None:
    (tmp_path / "file").write_text("")

    with pytest.raises(BooksFileError, match="cannot be used"):
        reopened(tmp_path / "file" / "paper.books")


def test_a_new_day_starts_a_new_page_and_keeps_positions(tmp_path) -> None:
    path = tmp_path / "paper.books"
    world = traded_and_resting(path)
    world.now = 24 * 3600 * SECOND
    world.show({CE: ("100", "99.50", 650, "100.50", 650)})

    broker = reopened(path)

    assert len(path.read_bytes().splitlines()) == 1
    assert broker.orders == ()
    assert broker.positions == world.broker.positions
    assert broker.cash == world.broker.cash


def test_a_trade_by_hand_shows_only_in_the_books() -> None:
    world = PaperWorld()

    world.broker.trade_externally(CE, Side.SELL, 65, rupee("100"), Product.INTRADAY)
    reports = world.wait(SECOND)
    books = world.books()

    assert reports == []
    assert books.orders[0].order_id is None
    assert books.positions[0].net_quantity == -65


def test_the_registry_opens_the_paper_broker_by_name(tmp_path) -> None:
    around = Surroundings(account=ACCOUNT, contracts=CONTRACTS)
    paper = broker_named("paper")

    broker = paper.open(paper.settings(), around)

    assert broker.capabilities == paper.capabilities
    assert set(BROKERS) == {"paper", "zerodha"}


def test_an_unknown_broker_and_strange_settings_are_refused_with_a_sentence() -> None:
    class OtherSettings(Declared, frozen=True, kw_only=True):
        pass

    with pytest.raises(BrokerError, match="no broker called 'zeroda'; choose one of: paper"):
        broker_named("zeroda")
    with pytest.raises(BrokerError, match="give it PaperSettings"):
        broker_named("paper").open(OtherSettings(), Surroundings(account=ACCOUNT, contracts=CONTRACTS))


@pytest.mark.skipif(sys.platform == "win32", reason="file size limits are a Unix thing")
def test_a_full_disk_is_reported_once_and_paper_trading_goes_on(tmp_path) -> None:
    import resource

    path = tmp_path / "paper.books"
    world = PaperWorld(books_file=path)
    world.trade(CE, Side.BUY, 65, "102")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)

    resource.setrlimit(resource.RLIMIT_FSIZE, (path.stat().st_size, before[1]))
    try:
        world.place(CE, Side.SELL, 65, "99")
        reports = world.wait(SECOND)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)

    notes = [report for report in reports if isinstance(report, ConnectionReport)]
    assert [(note.connected, note.data_lost) for note in notes] == [(True, False)]
    assert "cannot be used" in notes[0].detail
    assert world.books().positions[0].net_quantity == 0


def ten_rupees_an_order(instrument, side, value, at) -> Money:
    """Charge ten rupees for every order that was filled."""
    assert value > 0
    return Money(100_000)


def charged(path) -> PaperWorld:
    """A world in which orders cost something."""
    world = PaperWorld(books_file=path, charges=ten_rupees_an_order)
    world.trade(CE, Side.SELL, 65, "99.50")
    world.trade(PE, Side.BUY, 65, "90")
    return world


def test_charges_of_filled_orders_lower_the_funds_and_are_told() -> None:
    free, books = traded_and_resting(None).books(), charged(None).books()

    assert books.charges == 100_000  # the purchase rests and costs nothing yet
    assert free.charges == 0
    assert books.available_funds == free.available_funds - 100_000


def test_charges_are_counted_once_however_often_the_books_are_opened_and_stay_on_later_days(tmp_path) -> None:
    path = tmp_path / "paper.books"
    charged(path).broker.close()

    around = Surroundings(account=ACCOUNT, contracts=CONTRACTS, books_file=path, charges=ten_rupees_an_order)
    for _ in range(2):
        broker = PaperBroker(around)
        broker.close()
    broker = PaperBroker(around)
    broker.at(Instant(NINE_TWENTY + DAY))
    broker.ask_books(ACCOUNT)
    (books,) = [one for one in broker.take(Instant(NINE_TWENTY + DAY + SECOND)) if isinstance(one, BooksReport)]

    assert books.charges == 100_000
    assert books.orders == ()


def test_the_funds_at_the_close_are_read_without_touching_the_books(tmp_path) -> None:
    path = tmp_path / "paper.books"
    world = charged(path)
    trading = last_funds(ACCOUNT, path)
    told = world.books()
    world.broker.close()
    before = path.read_bytes()

    funds = last_funds(ACCOUNT, path)

    assert trading is None
    assert funds is not None
    assert (funds.available, funds.blocked) == (told.available_funds, told.used_margin)
    assert funds.charges == 100_000
    assert path.read_bytes() == before
    assert last_funds(ACCOUNT, tmp_path / "none") is None
    with pytest.raises(BooksFileError, match="belong to the account PAPER"):
        last_funds(AccountId("OTHER"), path)


def test_books_of_the_first_version_are_read_and_had_no_charges(tmp_path) -> None:
    path = tmp_path / "paper.books"
    body = b'{"type":"day","version":1,"account":"PAPER","day":0,"orders_so_far":4,"trades_so_far":2,"cash":70000,'
    body += b'"positions":[]}'
    path.write_bytes(b"%08x %s\n" % (zlib.crc32(body), body))

    broker = reopened(path)

    assert broker.cash == 70_000
