"""What the edited portfolio would need and cost by its broker's own reckoning, beside ours."""

from collections.abc import Callable
from decimal import Decimal

import msgspec
from PySide6.QtWidgets import QFormLayout, QLabel, QWidget

from desktop.composition.broker_questions import BasketLine, Margin, asking_for
from desktop.windows.attempt import Attempt
from desktop.windows.dialog import DeskDialog
from engine.domain.instant import Instant
from engine.domain.money import Money, exact_units
from engine.domain.order import Product
from engine.domain.settings.account import Account
from engine.views.amounts import rupees_text
from engine.views.preview import Preview


class BrokersFigures(msgspec.Struct, frozen=True):
    """A broker's answer, in 1/10,000 ₹; charges are those of the entry alone."""

    margin: Margin
    charges: Money


class Reckoned(msgspec.Struct, frozen=True):
    """Our own figures: margin in 1/10,000 ₹, charges of entry and exit in ₹ or None where no rates are known."""

    margin: Money
    charges: Decimal | None


def basket_lines(preview: Preview) -> tuple[BasketLine, ...]:
    """Answer the orders that the legs of a complete preview would be, as a broker is asked about them."""
    return tuple(
        BasketLine(
            instrument=leg.contract,
            side=leg.side,
            quantity=abs(leg.quantity),
            product=Product.CARRY_FORWARD,
            price=leg.price,
        )
        for leg in preview.legs
        if leg.contract is not None and leg.price is not None
    )


class BrokerMarginDialog(DeskDialog):
    """Asks an account's broker about the legs at the prices of now.

    Attributes:
        theirs: What the broker reckons, by row: "together", "apart", "charges".
        answer: What is asked, or what went wrong.
    """

    def __init__(
        self, parent: QWidget, account: Account, preview: Preview, reckoned: Reckoned, now: Callable[[], Instant]
    ) -> None:
        super().__init__(parent, f"Margin at the broker: {preview.portfolio.name}")
        self.setObjectName("broker_margin_dialog")
        self._account, self._now = account, now
        self._lines = basket_lines(preview)
        self.add_text(
            "The legs as they would be opened now, carried overnight (NRML). What the account holds counts with the "
            "broker, and not in our estimate.",
            muted=True,
        )
        self.theirs: dict[str, QLabel] = {}
        fields = QFormLayout()
        both_ways = "" if reckoned.charges is None else f"we reckon {_amount(reckoned.charges)} for entry and exit"
        for key, title, ours in (
            ("together", "Margin of all legs together", f"we reckon {rupees_text(reckoned.margin)}"),
            ("apart", "Margin of each leg by itself", ""),
            ("charges", "Charges of the entry", both_ways),
        ):
            self.theirs[key] = QLabel("…", self)
            fields.addRow(title, self.theirs[key])
            if ours:
                beside = QLabel(ours, self)
                beside.setProperty("muted", True)
                fields.addRow("", beside)
        self.column.addLayout(fields)
        self.answer = self.add_text(f"Asking {account.id} …")
        self.answer.setAccessibleName("Answer")
        self.add_buttons(None, "Close")
        self._attempt = Attempt(self._show, self.answer.setText)
        self.finished.connect(self._attempt.leave)
        self._attempt.begin(self._ask)

    async def _ask(self) -> BrokersFigures:
        async with asking_for(self._account, now=self._now) as questions:
            margin = await questions.basket_margin(self._lines)
            charges = await questions.charges(self._lines)
        return BrokersFigures(margin, Money(sum(charges)))

    def _show(self, found: BrokersFigures) -> None:
        for key, amount in (
            ("together", found.margin.together),
            ("apart", found.margin.apart),
            ("charges", found.charges),
        ):
            self.theirs[key].setText(rupees_text(amount))
        self.answer.setText(f"As {self._account.id} answers.")


def _amount(rupees: Decimal) -> str:
    return rupees_text(Money(exact_units(rupees)))
