"""Pages of a scraped option chain: one expiry at one stamp, and which of them are not what they claim to be."""

from collections.abc import Sequence

import msgspec
import numpy as np
import numpy.typing as npt

from engine.domain.quote import IntArray, QuoteColumn
from engine.runtime.recording.report import Rule, Tally
from engine.runtime.recording.sessions import BoolArray
from engine.runtime.recording.source import indian_day
from engine.runtime.recording.splices import longest_smooth_run

_GOLDEN = 0x9E3779B97F4A7C15


class Pages(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """Rows of scraped pages, one per strike: ``sides`` int64 (n, 2, COLUMNS) holds the call and the put quote.

    ``expiry`` is in days since 1970-01-01, ``strike`` and ``spot`` in 1/10,000 ₹ (0 = not given).
    """

    at: IntArray
    expiry: IntArray
    strike: IntArray
    spot: IntArray
    sides: IntArray

    def take(self, chosen: BoolArray) -> "Pages":
        """Answer some of the rows."""
        return Pages(
            at=self.at[chosen],
            expiry=self.expiry[chosen],
            strike=self.strike[chosen],
            spot=self.spot[chosen],
            sides=self.sides[chosen],
        )

    @staticmethod
    def joined(parts: Sequence["Pages"]) -> "Pages":
        """Answer the rows of several sources as one."""
        return Pages(
            at=np.concatenate([part.at for part in parts]),
            expiry=np.concatenate([part.expiry for part in parts]),
            strike=np.concatenate([part.strike for part in parts]),
            spot=np.concatenate([part.spot for part in parts]),
            sides=np.concatenate([part.sides for part in parts]),
        )

    def page_edges(self) -> tuple[IntArray, IntArray]:
        """Answer the rows in order of stamp, expiry and strike, and where each page starts and ends in that order."""
        order = np.lexsort((self.strike, self.expiry, self.at))
        turns = (np.diff(self.at[order]) != 0) | (np.diff(self.expiry[order]) != 0)
        inner = np.flatnonzero(turns) + 1
        edges = np.concatenate([[0], inner, [len(order)]]) if len(order) else np.zeros(1, dtype=np.int64)
        return order, edges


def without_old_pages(pages: Pages, tally: Tally) -> Pages:
    """Leave out pages of which every row, index level included, was on an earlier page of the same expiry.

    The website serves yesterday's page, or part of it, on holidays and before the open, and a scraper may be handed a
    cached one. A page of a market that did not move at all is left out with them: it says nothing new.
    """
    if not len(pages.at):
        return pages
    order, edges = pages.page_edges()
    _, first = np.unique(_row_hashes(pages)[order], return_index=True)
    seen_before = np.ones(len(order), dtype=np.bool_)
    seen_before[first] = False
    old_page = np.logical_and.reduceat(seen_before, edges[:-1])
    fresh = np.empty(len(order), dtype=np.bool_)
    fresh[order] = ~np.repeat(old_page, np.diff(edges))
    tally.add(Rule.OLD_PAGE, np.count_nonzero(~fresh))
    return pages.take(fresh)


def _row_hashes(pages: Pages) -> npt.NDArray[np.uint64]:
    """Answer a 64-bit hash of everything in each row but its stamp: a sum of cells times fixed odd numbers."""
    cells = [pages.expiry, pages.strike, pages.spot, *pages.sides.reshape(len(pages.at), -1).T]
    hashes = np.zeros(len(pages.at), dtype=np.uint64)
    for place, cell in enumerate(cells):
        hashes += cell.astype(np.uint64) * np.uint64(pow(_GOLDEN, place + 1, 2**64))
    return hashes


def without_splices(pages: Pages, tally: Tally) -> Pages:
    """Leave out pages of another day that a second writer stamped into this one: see longest_smooth_run."""
    order, edges = pages.page_edges()
    starts = order[edges[:-1]]
    quoted = np.any(pages.sides[:, :, [QuoteColumn.LAST_PRICE, QuoteColumn.BID, QuoteColumn.ASK]] > 0, axis=(1, 2))
    page_of_row = np.empty(len(order), dtype=np.int64)
    page_of_row[order] = np.repeat(np.arange(len(starts)), np.diff(edges))
    page_quoted = np.zeros(len(starts), dtype=np.bool_)
    page_quoted[page_of_row[quoted]] = True
    judged = np.flatnonzero(page_quoted & (pages.spot[starts] > 0))
    genuine = np.ones(len(starts), dtype=np.bool_)
    days = indian_day(pages.at[starts[judged]])
    for day in np.unique(days):
        of_day = judged[days == day]
        genuine[of_day] = longest_smooth_run(pages.spot[starts[of_day]])
    keep = genuine[page_of_row]
    tally.add(Rule.SPLICE, np.count_nonzero(~keep))
    return pages.take(keep)
