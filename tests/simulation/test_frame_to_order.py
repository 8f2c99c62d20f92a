"""The way from a feed frame to an order that the benchmark times: both parsers lead to the same order."""

import numpy as np

from brokers.zerodha.frames import FrameReader, token_rows
from desktop.composition.journals import MemoryJournal
from desktop.composition.rules import market_rules
from desktop.verification.zerodha.frame_path import FramePath, VendorReader
from engine.domain.instant import Instant
from engine.domain.quote import QuoteColumn


def test_a_frame_that_crosses_a_stop_sends_its_order_every_time():
    path = FramePath(market_rules(), MemoryJournal())

    taken = [path.cross() for _ in range(3)]
    path.close()

    assert all(taken)


def test_the_vendors_parser_in_the_same_place_shows_the_engine_the_same():
    path = FramePath(market_rules(), MemoryJournal())
    rows = token_rows(path.contracts)
    frame = path.chain()
    path.close()

    ours = FrameReader(rows).read(frame, Instant(1))
    theirs = VendorReader(rows).read(frame, Instant(1))

    assert ours is not None
    assert theirs is not None
    columns = [column for column in QuoteColumn if column is not QuoteColumn.TRADED_AT]
    order = np.argsort(theirs.rows)
    mine = np.argsort(ours.rows)
    assert (ours.rows[mine] == theirs.rows[order]).all()
    assert (ours.values[mine][:, columns] == theirs.values[order][:, columns]).all()
