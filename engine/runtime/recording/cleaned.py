"""What an importer hands over: contracts, and their quotes in row groups."""

from collections.abc import Iterable

import msgspec
import numpy as np

from engine.domain.instant import Instant
from engine.domain.instrument import Instrument
from engine.domain.quote import QuoteColumn
from engine.runtime.recording.cleaning import spacing
from engine.runtime.recording.errors import RecordingError
from engine.runtime.recording.layout import QuoteRows, row_groups
from engine.runtime.recording.source import indian_day


class Cleaned(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """Clean, sorted quotes ready to be written; ``groups`` are whole days, made as they are asked for."""

    contracts: tuple[Instrument, ...]
    groups: Iterable[QuoteRows]
    quotes: int
    first: Instant
    last: Instant
    spacing: int
    has_books: bool = False
    has_depth: bool = False


NOTHING_LEFT = "Nothing is left of the sources after cleaning; see that they were recorded during trading hours"


def cleaned(contracts: tuple[Instrument, ...], rows: QuoteRows) -> Cleaned:
    """Answer sorted quotes for writing. Raises RecordingError where there are none."""
    if not len(rows):
        raise RecordingError(NOTHING_LEFT)
    return Cleaned(
        contracts=contracts,
        groups=row_groups(rows, indian_day(rows.at)),
        quotes=len(rows),
        first=Instant(rows.at.item(0)),
        last=Instant(rows.at.item(-1)),
        spacing=spacing(rows),
        has_books=bool(np.any(rows.values[:, [QuoteColumn.BID, QuoteColumn.ASK]] > 0)),
        has_depth=rows.depth is not None,
    )
