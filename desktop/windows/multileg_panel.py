"""The multileg editor: a form from the declarations, and beside it what the portfolio would be if it entered now."""

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QLabel, QSplitter, QWidget

from desktop.presentation import formats
from desktop.viewmodels.entry_estimate import EntryEstimate, estimate
from desktop.widgets.payoff_chart import Payoff, PayoffChart
from desktop.windows.dialog import ask, tell
from desktop.windows.editor_files import EditorFiles
from desktop.windows.editor_forms import EditorForms
from desktop.windows.entry_figures import EntryFigures
from desktop.windows.panel import Desk, Links, Panel, push_button
from desktop.windows.template_chooser import TemplateChooser
from engine.domain.commands import AddPortfolio
from engine.domain.multileg.entry import Manual
from engine.domain.multileg.portfolio import MultilegPortfolio
from engine.domain.multileg.templates import Template
from engine.schema.load import FieldError
from engine.views.preview import Preview, PreviewDesk, PreviewLeg

_ESTIMATE_EVERY_MS = 500
_ESTIMATE_AFTER_EDIT_MS = 120
_SENTENCES_SHOWN = 6
_LEAST_PAYOFF = 220
_WIDE = 1_250  # pixels


class MultilegPanel(Panel):
    """Build, look at, save and start a portfolio."""

    def __init__(self, desk: Desk, links: Links, own_folder: Path, parent: QWidget | None = None) -> None:
        super().__init__("Multileg editor", parent)
        self._desk, self._links = desk, links
        self.editor = desk.editor
        self._preview_desk = PreviewDesk(desk.bridge.master, desk.bridge.rules)
        self._estimated_at = -_ESTIMATE_EVERY_MS
        self._edited = True
        self.preview: Preview | None = None
        self.estimate: EntryEstimate | None = None
        self._refusals: list[FieldError] = []
        self.files = EditorFiles(self, self.editor, own_folder)
        self._build_bar()
        self.forms = EditorForms(self.editor, self)
        self.payoff = PayoffChart(desk.theme, "Payoff of the edited portfolio", self)
        self.figures = EntryFigures(desk.theme, self)
        self._arranged = False
        self._splitter = self._split()
        self.column.addWidget(self._splitter)
        self.editor.changed.connect(self._draft_changed)
        self._draft_changed()

    def refresh(self, now_ms: int) -> None:
        """Estimate anew, soon after an edit and now and then besides, as quotes move."""
        since = now_ms - self._estimated_at
        if since >= (_ESTIMATE_AFTER_EDIT_MS if self._edited else _ESTIMATE_EVERY_MS):
            self._estimated_at = now_ms
            self._estimate(now_ms)

    def take_template(self, template: Template) -> None:
        """Start from a template."""
        self.editor.insert_template(template)
        self._links.say(f"{template.name}: {template.risk.tails}.")

    def choose_template(self) -> None:
        """Open the list of templates."""
        TemplateChooser(self, self._desk.templates, self.take_template).open()

    def arm(self) -> None:
        """Ask, then hand the draft to the engine; a wrong one is refused with every sentence."""
        portfolio = self.editor.value()
        against = self.editor.errors() or self.editor.refusals()
        if portfolio is None or against:
            self.forms.show_first_error()
            self._show_refusals(against)
            tell(self, "This portfolio cannot start yet", *_sentences(against))
            return
        ask(
            self,
            f"Start {portfolio.name}",
            self._entry_sentences(portfolio),
            "Start it" if isinstance(portfolio.entry, Manual) else "Arm it",
            lambda: self._add(portfolio),
        )

    def _add(self, portfolio: MultilegPortfolio) -> None:
        account = self._desk.account
        self._desk.bridge.submit(lambda at: AddPortfolio(at=at, portfolio=portfolio, account=account, start=True))
        self._links.act("show_portfolios")

    # --- what is built once -----------------------------------------------------------------------------------------

    def _build_bar(self) -> None:
        bar = self.bar()
        for text, tip, act in (
            ("Template…", "Start from a predefined structure (Ctrl+N)", self.choose_template),
            ("Open…", "Open a TOML file (Ctrl+O)", self.files.open),
            ("Save…", "Write a TOML file (Ctrl+S)", self.files.save),
        ):
            bar.addWidget(push_button(text, tip, act))
        self.undo_button = push_button("Undo", "Back to the draft before (Ctrl+Z)", self.editor.undo)
        self.redo_button = push_button("Redo", "Take back the undo (Ctrl+Shift+Z)", self.editor.redo)
        bar.addWidget(self.undo_button)
        bar.addWidget(self.redo_button)
        self.verdict = QLabel()
        self.verdict.setAccessibleName("What is wrong with the portfolio")
        bar.addWidget(self.verdict, 1)
        self.arm_button = push_button("Arm", "Hand it to the engine (F5)", self.arm)
        self.arm_button.setObjectName("arm_button")
        bar.addWidget(self.arm_button)

    def _split(self) -> QSplitter:
        side = QWidget(self)
        self._side = QBoxLayout(QBoxLayout.Direction.TopToBottom, side)
        self._side.setContentsMargins(0, 0, 0, 0)
        self._side.setSpacing(1)
        self.payoff.setMinimumWidth(_LEAST_PAYOFF)
        self._side.addWidget(self.payoff, 1)
        self._side.addWidget(self.figures, 1)
        splitter = QSplitter(Qt.Orientation.Horizontal, self)
        splitter.addWidget(self.forms)
        splitter.addWidget(side)
        splitter.setStretchFactor(0, 1)
        splitter.setStretchFactor(1, 1)
        splitter.setChildrenCollapsible(False)
        return splitter

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Stand form and payoff side by side where there is room, else one above the other."""
        super().resizeEvent(event)
        wide = event.size().width() >= _WIDE
        orientation = Qt.Orientation.Horizontal if wide else Qt.Orientation.Vertical
        if orientation != self._splitter.orientation() or not self._arranged:
            self._arranged = True
            self._splitter.setOrientation(orientation)
            self._side.setDirection(QBoxLayout.Direction.TopToBottom if wide else QBoxLayout.Direction.LeftToRight)
            room = event.size().width() if wide else event.size().height()
            form = room // 2 if wide else room * 56 // 100
            self._splitter.setSizes([form, room - form])

    # --- what changes -------------------------------------------------------------------------------------------------

    def _draft_changed(self) -> None:
        self._edited = True
        self.undo_button.setEnabled(self.editor.can_undo)
        self.redo_button.setEnabled(self.editor.can_redo)
        self._show_verdict()

    def _show_verdict(self) -> None:
        value, errors = self.editor.value(), self.editor.errors()
        wrong = errors or self._refusals
        if wrong:
            more = f" (and {len(wrong) - 1} more)" if len(wrong) > 1 else ""
            text = f"✕ {wrong[0]}{more}"
        else:
            text = f"{value.name if value else ''}{' · edited' if self.editor.is_dirty else ''}"
        if text != self.verdict.text():
            self.verdict.setText(text)
            self.verdict.setToolTip("\n".join(str(error) for error in wrong))
            self.verdict.setProperty("error", bool(wrong))
            self.verdict.style().unpolish(self.verdict)
            self.verdict.style().polish(self.verdict)
        manual = value is not None and isinstance(value.entry, Manual)
        self.arm_button.setText("Start…" if manual else "Arm…")

    def _show_refusals(self, refusals: list[FieldError]) -> None:
        if refusals != self._refusals:
            self._refusals = refusals
            self.forms.show_refusals(refusals)
            self._show_verdict()

    def _estimate(self, now_ms: int) -> None:
        portfolio = self.editor.value()
        if self._edited:
            self._edited = False
            self._refusals = []
            self._show_refusals(self.editor.refusals())
        # A wrong draft has no figures: those of the draft before it would be read as its own.
        self.preview = None if portfolio is None else self._resolved(portfolio, now_ms)
        found = self.estimate = estimate(self.preview, self._desk.bridge.rules) if self.preview else None
        self.figures.show_estimate(found, self.editor.risk())
        self.figures.show_legs(self.preview, found.volatilities.tolist() if found else None, now_ms)
        self.payoff.show_payoff(
            Payoff(
                underlying=found.underlying,
                at_expiry=found.at_expiry,
                today=found.today,
                break_evens=found.summary.break_evens,
                spot=found.spot,
            )
            if found
            else None
        )

    def _resolved(self, portfolio: MultilegPortfolio, now_ms: int) -> Preview | None:
        """Return what the portfolio would trade on this frame's quotes; None where its underlying is not listed."""
        rows = self._preview_desk.rows_of(portfolio.underlying)
        if not len(rows):
            return None
        snapshot = self._desk.bridge.snapshot(now_ms)
        return self._preview_desk.resolve(portfolio, snapshot.quotes(rows), snapshot.at)

    def _entry_sentences(self, portfolio: MultilegPortfolio) -> list[str]:
        when = "now" if isinstance(portfolio.entry, Manual) else f"at {portfolio.schedule.start:%H:%M:%S}"
        lines = [
            (
                f"{portfolio.name} enters {when} on {portfolio.underlying} and squares off at "
                f"{portfolio.schedule.square_off:%H:%M}."
            )
        ]
        if self.preview is not None:
            lines.append("\n".join(_leg_sentence(leg) for leg in self.preview.legs))
        if self.estimate is not None:
            text = self.figures.text
            lines.append(
                f"Margin about {text('margin')}, max profit {text('profit')}, max loss {text('loss')}, charges about "
                f"{text('charges')}, at the prices of now."
            )
        risk = self.editor.risk()
        if risk is not None and risk.naked:
            lines.append(f"The loss is not capped: {risk.tails}.")
        return lines


def _sentences(errors: list[FieldError]) -> list[str]:
    lines = [str(error) for error in errors[:_SENTENCES_SHOWN]]
    if len(errors) > _SENTENCES_SHOWN:
        lines.append(f"and {len(errors) - _SENTENCES_SHOWN} more")
    return lines or ["Nothing is in the editor; choose a template."]


def _leg_sentence(leg: PreviewLeg) -> str:
    contract = leg.name or leg.why
    return f"{leg.side.value} {formats.quantity(abs(leg.quantity))}  {contract}  at about ₹{formats.price(leg.price)}"
