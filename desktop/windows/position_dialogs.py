"""Questions before a part of a leg is closed, a hedge is bought or legs are rolled, with live numbers in them."""

from collections.abc import Callable, Sequence
from datetime import date

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QComboBox, QFormLayout, QListWidget, QPushButton, QSpinBox, QWidget

from desktop.bridge import EngineBridge
from desktop.viewmodels import position_plans as plans
from desktop.windows.dialog import DeskDialog
from engine.domain.identifiers import InstrumentId, LegId
from engine.domain.money import SCALE
from engine.views.positions import PositionRow

_EVERY_MS = 500


class LiveQuestion(DeskDialog):
    """A question whose numbers follow the quotes while it is open; what cannot be done now disables its button."""

    def __init__(self, parent: QWidget, bridge: EngineBridge, title: str, intro: str) -> None:
        super().__init__(parent, title)
        self.bridge = bridge
        self.add_text(intro)
        self.form = QFormLayout()
        self.column.addLayout(self.form)
        self.answer = self.add_text("")
        self._button: QPushButton | None = None
        timer = QTimer(self)
        timer.timeout.connect(self.look)
        timer.start(_EVERY_MS)

    def finish(self, confirm: str) -> None:
        """Add the closing row and show the first numbers."""
        self._button = self.add_buttons(confirm, "Leave it", danger=True)
        self.look()

    def look(self) -> None:
        """Show the numbers of now."""
        words, can = self.judged()
        if words != self.answer.text():
            more = words.count("\n") != self.answer.text().count("\n") or not self.answer.text()
            self.answer.setText(words)
            if more:
                # Another number of lines: the window grows and shrinks with what it says.
                self.adjustSize()
        if self._button is not None:
            self._button.setEnabled(can)

    def judged(self) -> tuple[str, bool]:
        """Return what would be done in words, and whether it can be; derive and answer."""
        raise NotImplementedError

    def number(self, label: str, name: str, least: int, most: int, first: int) -> QSpinBox:
        """Add a whole number to the form."""
        box = QSpinBox(self)
        box.setRange(least, most)
        box.setValue(first)
        box.setAccessibleName(name)
        box.valueChanged.connect(lambda _value: self.look())
        self.form.addRow(label, box)
        return box


class PartLegDialog(LiveQuestion):
    """How much of one leg is closed; ``take`` is told the lots."""

    def __init__(self, parent: QWidget, bridge: EngineBridge, row: PositionRow, take: Callable[[int], None]) -> None:
        super().__init__(
            parent,
            bridge,
            "Close a part of a leg",
            f"Which part of {row.contract}? The other legs of its portfolio go on, and its stop with what is left.",
        )
        self._row, self._held = row, abs(row.lots or 0)
        self.lots = self.number("Lots", "Lots to close", 1, max(1, self._held - 1), max(1, self._held // 2))
        self.percent = QComboBox(self)
        self.percent.setAccessibleName("Part in percent")
        self.percent.addItem("Choose a part", 0)
        for part in (25, 33, 50, 66, 75):
            if 0 < self._held * part // 100 < self._held:
                self.percent.addItem(f"{part} %, rounded down to whole lots", part)
        self.percent.activated.connect(lambda _place: self._take_percent())
        self.form.addRow("Percent", self.percent)
        self.accepted.connect(lambda: take(self.lots.value()))
        self.finish("Close the part")

    def judged(self) -> tuple[str, bool]:
        """Return what the part trades and books."""
        quotes = self.bridge.quotes
        return plans.part_plan(self._row, self.lots.value(), quotes).sentence(self._row.contract), self._held > 1

    def _take_percent(self) -> None:
        part = int(self.percent.currentData())
        if part:
            self.lots.setValue(max(1, self._held * part // 100))


class HedgeDialog(LiveQuestion):
    """Which farther strike is bought for a sold leg; ``take`` is told the contract and the lots."""

    def __init__(
        self,
        parent: QWidget,
        bridge: EngineBridge,
        row: PositionRow,
        legs: Sequence[PositionRow],
        take: Callable[[InstrumentId, int], None],
    ) -> None:
        super().__init__(
            parent,
            bridge,
            "Add a hedge",
            f"Buy a farther strike for {row.contract}. It joins the portfolio and is sold when that leg is closed.",
        )
        self._row, self._legs, held = row, list(legs), abs(row.lots or 0)
        self._candidates = plans.hedge_candidates(row, bridge.master, bridge.quotes)
        self.lots = self.number("Lots", "Lots to buy", 1, max(1, held), max(1, held))
        farthest = max((one.steps for one in self._candidates), default=1)
        self.strikes = self.number("Strikes out", "Strikes from the sold one", 1, farthest, min(10, farthest))
        self.premium = self.number("Premium at most, ₹", "Highest premium in rupees", 0, 100_000, 0)
        self.premium.setSpecialValueText("any")
        self.list = QListWidget(self)
        self.list.setAccessibleName("Strikes that can be bought")
        self.list.addItems([one.words for one in self._candidates])
        self.list.setMaximumHeight(180)
        self.column.insertWidget(2, self.list)
        self.list.currentRowChanged.connect(lambda _row: self.look())
        self.strikes.valueChanged.connect(lambda _value: self._by_strikes())
        self.premium.valueChanged.connect(lambda _value: self._by_premium())
        self._by_strikes()
        self.accepted.connect(lambda: self._taken(take))
        self.finish("Buy the hedge")

    def chosen(self) -> plans.HedgeCandidate | None:
        """Return the strike under the cursor; None where none is listed."""
        place = self.list.currentRow()
        return self._candidates[place] if 0 <= place < len(self._candidates) else None

    def judged(self) -> tuple[str, bool]:
        """Return what the hedge costs and saves."""
        chosen = self.chosen()
        if chosen is None:
            return "No farther strike has a price now; nothing can be bought.", False
        words = plans.hedge_sentence(self._row, chosen, self.lots.value(), self._legs, self.bridge.master)
        return words, True

    def _by_strikes(self) -> None:
        place = next((n for n, one in enumerate(self._candidates) if one.steps >= self.strikes.value()), None)
        self.list.setCurrentRow(len(self._candidates) - 1 if place is None else place)

    def _by_premium(self) -> None:
        if self.premium.value():
            place = plans.nearest_premium(self._candidates, self.premium.value() * SCALE)
            self.list.setCurrentRow(-1 if place is None else place)

    def _taken(self, take: Callable[[InstrumentId, int], None]) -> None:
        chosen = self.chosen()
        if chosen is not None:
            take(chosen.contract.id, self.lots.value())


Rolled = tuple[tuple[LegId, InstrumentId], ...]
"""Legs with their new contracts."""


class RollDialog(LiveQuestion):
    """Where legs are rolled to: strikes up or down, and the expiry; ``take`` is told each leg's new contract."""

    def __init__(
        self, parent: QWidget, bridge: EngineBridge, legs: Sequence[PositionRow], take: Callable[[Rolled], None]
    ) -> None:
        whole = legs[0].contract if len(legs) == 1 else f"{len(legs)} legs of {legs[0].portfolio}"
        super().__init__(
            parent,
            bridge,
            "Roll",
            f"Roll {whole}. Everything is closed first, shorts before longs, and opened on the new contracts only when "
            "all of it is closed: same sides and lots, stops counted from the new entries. If the second half is "
            "refused, it stays closed and the portfolio says so.",
        )
        self._legs = list(legs)
        self.steps = self.number("Strikes up", "Strikes up, below zero down", -200, 200, 0)
        self.expiry = QComboBox(self)
        self.expiry.setAccessibleName("New expiry")
        self.expiry.addItem("As it is", None)
        nearest = min((leg.expiry for leg in legs if leg.expiry), default=None)
        for one in bridge.master.expiries(legs[0].underlying):
            if nearest is not None and one >= nearest:
                self.expiry.addItem(f"{one:%d %b %Y}", one)
        self.expiry.currentIndexChanged.connect(lambda _place: self.look())
        self.form.addRow("Expiry", self.expiry)
        self.accepted.connect(lambda: self._taken(take))
        self.finish("Roll")

    def plan(self) -> plans.RollPlan:
        """Return the roll as it would trade now."""
        chosen = self.expiry.currentData()
        expiry = chosen if isinstance(chosen, date) else None
        quotes = self.bridge.quotes
        return plans.roll_plan(self._legs, self.steps.value(), expiry, self.bridge.master, quotes)

    def judged(self) -> tuple[str, bool]:
        """Return what is closed and opened, or why that cannot be."""
        plan = self.plan()
        if plan.against:
            return plan.against, False
        return "\n".join(plan.sentences()), True

    def _taken(self, take: Callable[[Rolled], None]) -> None:
        legs = self.plan().legs
        to = [(leg.row.leg_id, leg.to.id) for leg in legs if leg.row.leg_id is not None and leg.to is not None]
        if len(to) == len(legs):
            take(tuple(to))
