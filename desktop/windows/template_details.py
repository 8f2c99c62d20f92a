"""One template at a closer look: its payoff at the prices of now, its figures, and what is changed of it first."""

from collections.abc import Callable
from decimal import Decimal

from msgspec.structs import replace
from PySide6.QtWidgets import QDoubleSpinBox, QGridLayout, QHBoxLayout, QLabel, QSpinBox, QVBoxLayout, QWidget

from desktop.forms.inputs import StillComboBox
from desktop.presentation.theme import Theme
from desktop.presentation.tones import Tone
from desktop.viewmodels.entry_estimate import EntryEstimate
from desktop.viewmodels.leg_words import leg_line
from desktop.viewmodels.template_figures import badges, figures
from desktop.widgets.payoff_chart import Payoff, PayoffChart
from desktop.windows.panel import muted_label
from engine.domain.multileg.adapting import Adjustment, adapted, base_ratio
from engine.domain.multileg.expiry import FixedDate
from engine.domain.multileg.portfolio import MultilegPortfolio
from engine.domain.multileg.templates import Template
from engine.schema.describe import describe, title_of, variant_tag
from engine.schema.load import dump

Figures = Callable[[Template], EntryEstimate | None]
"""Answers the figures of a template at the prices of now; None where they are not known."""

_PER_ROW = 3
_OWN_EXPIRY = "As in the template"


class TemplateDetails(QWidget):
    """Payoff, figures, badges and adjustments of the selected template."""

    def __init__(self, theme: Theme, figures_of: Figures, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme, self._figures_of = theme, figures_of
        self._template: Template | None = None
        self._title = QLabel()
        self._title.setStyleSheet(f"color: {theme.colours.header}; font-weight: 600;")
        self._note = muted_label()
        self._note.setWordWrap(True)
        self._badges = QLabel()
        self._badges.setWordWrap(True)
        self._badges.setAccessibleName("What to know about the template")
        self.chart = PayoffChart(theme, "Payoff of the template", self)
        self.chart.setMinimumHeight(180)
        self._legs = QLabel()
        self._legs.setWordWrap(True)
        self._legs.setAccessibleName("Legs of the template")
        self._values: list[tuple[QLabel, QLabel]] = []
        column = QVBoxLayout(self)
        column.setContentsMargins(6, 0, 0, 0)
        column.setSpacing(5)
        column.addWidget(self._title)
        column.addWidget(self._badges)
        column.addWidget(self._note)
        column.addWidget(self.chart, 1)
        column.addLayout(self._figure_grid())
        column.addLayout(self._adjustments())
        column.addWidget(self._legs)

    def show_template(self, template: Template | None) -> None:
        """Show a template, with the adjustments back at nothing where it is another one than before."""
        if template is not self._template:
            self._template = template
            self._reset()
        self.refresh()

    def refresh(self) -> None:
        """Show everything anew: quotes move, and so do the adjustments."""
        template = self.adjusted()
        self.setEnabled(template is not None)
        if template is None:
            self._title.setText("Nothing is selected")
            return
        found = self._figures_of(template)
        risk = template.risk
        self._title.setText(f"{template.name} · {template.view} · {risk.tails}")
        self._note.setText(template.note)
        self._note.setVisible(bool(template.note))
        self._badges.setText(" &nbsp; ".join(self._badge_html(one.text, one.good) for one in badges(template, found)))
        legs = [leg_line(dump(leg)) for leg in template.portfolio.legs]
        self._legs.setText("   ".join(f"{number} {line}" for number, line in enumerate(legs, start=1)))
        self._show_figures(found)
        self.chart.show_payoff(None if found is None else _payoff(found))

    def adjusted(self) -> Template | None:
        """Return the template with what was changed of it; None where none is selected."""
        if self._template is None:
            return None
        wanted = Adjustment(
            width=Decimal(str(round(self.width_box.value(), 2))),
            ratio=self.ratio_box.value() if self.ratio_box.isEnabled() else None,
            lots=self.lots_box.value(),
            expiry=self.expiry_box.currentData(),
        )
        return replace(self._template, portfolio=adapted(self._template.portfolio, wanted))

    def _figure_grid(self) -> QGridLayout:
        grid = QGridLayout()
        grid.setHorizontalSpacing(14)
        grid.setVerticalSpacing(1)
        for number in range(6):
            name, value = muted_label("–"), QLabel("–")
            self._values.append((name, value))
            row, column = divmod(number, _PER_ROW)
            grid.addWidget(name, 2 * row, column)
            grid.addWidget(value, 2 * row + 1, column)
        return grid

    def _adjustments(self) -> QHBoxLayout:
        self.width_box = QDoubleSpinBox()
        self.width_box.setRange(0.25, 6)
        self.width_box.setSingleStep(0.25)
        self.ratio_box, self.lots_box = QSpinBox(), QSpinBox()
        self.ratio_box.setRange(1, 10)
        self.lots_box.setRange(1, 999)
        self.expiry_box = StillComboBox()
        self.expiry_box.addItem(_OWN_EXPIRY, None)
        spec = next(spec for spec in describe(MultilegPortfolio) if spec.name == "expiry")
        for variant in spec.variants:
            if variant is not FixedDate:
                self.expiry_box.addItem(f"{variant_tag(variant)} · {title_of(variant)}", variant())
        self.expiry_box.fit_entries()
        row = QHBoxLayout()
        row.setSpacing(5)
        for title, box, tip in (
            ("Width ×", self.width_box, "Multiplies the distances of the strikes from the money"),
            ("Ratio 1 :", self.ratio_box, "Lots of the larger legs for one lot of the smaller ones"),
            ("Lots ×", self.lots_box, "Multiplies the lots of all legs"),
            ("Expiry", self.expiry_box, "Expiry of the structure; legs on a later one stay as far behind it"),
        ):
            label = muted_label(title)
            label.setBuddy(box)
            box.setAccessibleName(title)
            box.setToolTip(tip)
            row.addWidget(label)
            row.addWidget(box)
        row.addStretch(1)
        for spin in (self.width_box, self.ratio_box, self.lots_box):
            spin.valueChanged.connect(lambda _value: self.refresh())
        self.expiry_box.currentIndexChanged.connect(lambda _index: self.refresh())
        return row

    def _reset(self) -> None:
        ratio = base_ratio(self._template.portfolio) if self._template is not None else None
        for box in (self.width_box, self.ratio_box, self.lots_box, self.expiry_box):
            box.blockSignals(True)
        self.width_box.setValue(1)
        self.lots_box.setValue(1)
        self.ratio_box.setEnabled(ratio is not None)
        self.ratio_box.setValue(ratio or 1)
        self.expiry_box.setCurrentIndex(0)
        for box in (self.width_box, self.ratio_box, self.lots_box, self.expiry_box):
            box.blockSignals(False)

    def _show_figures(self, found: EntryEstimate | None) -> None:
        shown = figures(found)
        for number, (name, value) in enumerate(self._values):
            title, text = shown[number] if number < len(shown) else ("", "")
            name.setText(title)
            value.setText(text)
        if not shown:
            self._values[0][0].setText("No figures: quotes of this structure are not complete")

    def _badge_html(self, text: str, good: bool | None) -> str:
        tone = Tone.PLAIN if good is None else Tone.UP if good else Tone.WARNING
        mark = "" if good is None else "✓ " if good else "⚠ "
        return f'<span style="color:{self._theme.tone_colour(tone).name()}">{mark}{text}</span>'


def _payoff(found: EntryEstimate) -> Payoff:
    return Payoff(
        underlying=found.underlying,
        at_expiry=found.at_expiry,
        today=found.today,
        break_evens=found.summary.break_evens,
        spot=found.spot,
    )
