"""The multileg editor: a form from the declarations, and beside it what the portfolio would be if it entered now."""

from collections.abc import Collection, Mapping
from datetime import date
from pathlib import Path

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QTabWidget, QWidget

from desktop.bridge import EngineBridge
from desktop.viewmodels.entry_cautions import live_cautions
from desktop.viewmodels.entry_estimate import EntryEstimate, estimate
from desktop.viewmodels.entry_words import entry_sentences, error_sentences, live_cells
from desktop.widgets.payoff_chart import Payoff, PayoffChart
from desktop.windows.broker_margin_dialog import BrokerMarginDialog, Reckoned
from desktop.windows.chain_picker import ChainPicker, Picked
from desktop.windows.dialog import ask, tell
from desktop.windows.editor_bar import EditorBar
from desktop.windows.editor_changes import EditorChanges
from desktop.windows.editor_files import EditorFiles
from desktop.windows.editor_forms import EditorForms
from desktop.windows.editor_split import EditorSplit
from desktop.windows.editor_verdict import EditorVerdict
from desktop.windows.editor_words import EditorWords
from desktop.windows.entry_figures import EntryFigures
from desktop.windows.leg_string_dialog import LegStringDialog, copy_legs
from desktop.windows.live_edit import LiveEdit
from desktop.windows.own_template_bar import OwnTemplateBar, TemplateNameDialog
from desktop.windows.panel import Desk, Links, Panel
from desktop.windows.template_chooser import TemplateChooser
from engine.domain.commands import AddPortfolio, SquareOffPortfolio
from engine.domain.multileg.entry import Manual
from engine.domain.multileg.leg import LegKind
from engine.domain.multileg.portfolio import MultilegPortfolio
from engine.domain.multileg.states import PortfolioState
from engine.domain.multileg.templates import Template
from engine.schema.load import FieldError
from engine.views.preview import Preview, PreviewDesk

_ESTIMATE_EVERY_MS = 500
_ESTIMATE_AFTER_EDIT_MS = 120
_LEAST_PAYOFF = 220
_HIGH = 560  # pixels


class MultilegPanel(Panel):
    """Build, look at, save and start a portfolio."""

    def __init__(self, desk: Desk, links: Links, own_folder: Path, context: Mapping[str, str] | None = None) -> None:
        super().__init__("Multileg editor")
        self._desk, self._links = desk, links
        self.editor = desk.editor
        self._preview_desk = PreviewDesk(desk.bridge.master, desk.bridge.rules)
        self._estimated_at = -_ESTIMATE_EVERY_MS
        self._edited = True
        self._frame_ms = 0
        self.preview: Preview | None = None
        self.estimate: EntryEstimate | None = None
        self._refusals: list[FieldError] = []
        self._cautions: list[FieldError] = []
        self._told: list[str] = []
        self.files = EditorFiles(self, self.editor, own_folder, desk.questions)
        self.live_edit = LiveEdit(self, desk)
        self._build_bar()
        self.forms = EditorForms(self.editor, desk.theme, self)
        self.forms.legs_pasted.connect(self.paste_legs)
        self.payoff = PayoffChart(desk.theme, "Payoff of the edited portfolio", self)
        self.words = EditorWords(desk.theme, self)
        self.changes = EditorChanges(desk, self)
        self.figures = EntryFigures(desk.theme, self)
        self._is_small = False
        self._splitter = self._split(context or {})
        self.column.addWidget(self._splitter)
        self.editor.changed.connect(self._draft_changed)
        self._draft_changed()

    def refresh(self, now_ms: int) -> None:
        """Estimate anew, soon after an edit and now and then besides, as quotes move."""
        self._frame_ms = now_ms
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
        desk = self._desk
        own = None if desk.own_templates is None else OwnTemplateBar(self, desk.own_templates, desk.questions)
        TemplateChooser(self, desk.theme, desk.templates, self._figures_of, self.take_template, own).open()

    def save_template(self) -> None:
        """Ask for a name, then keep the draft as a template of the trader's own; a wrong one is named instead."""
        value, own = self.editor.value(), self._desk.own_templates
        if value is None:
            tell(self, "Not saved yet", *error_sentences(self.editor.errors()))
        elif own is not None:
            TemplateNameDialog(
                self,
                "Save as a template",
                "It keeps everything of the portfolio: legs, times, exits. A template of the same name is replaced.",
                value.name,
                lambda name: self._links.say(f"{own.save(value, name).name} is among your own templates."),
            ).open()

    def pick_contract(self) -> None:
        """Choose the contract of the selected leg from the live chain."""
        place, underlying = self.forms.selected_leg(), str(self.editor.draft().get("underlying", ""))
        legs = self.editor.draft().get("legs")
        if place is None or not isinstance(legs, list) or place >= len(legs):
            self._links.say("Select a leg on the page Legs to pick its contract.")
            return
        if not self._preview_desk.rows_of(underlying).size:
            self._links.say(f"{underlying or 'The underlying'} has no chain here; correct the underlying first.")
            return
        locks = [path for path in (f"legs[{place}].strike", f"legs[{place}]", "legs") if path in self.editor.locks()]
        if locks:
            self._links.say(f"Leg {place + 1} keeps its contract: {self.editor.locks()[locks[0]]}.")
            return
        resolved = None if self.preview is None else self.preview.legs[place].contract
        expiry = None if resolved is None else resolved.expiry
        ChainPicker(
            self,
            self._desk,
            underlying,
            expiry,
            f"Contract of leg {place + 1}",
            lambda picked: self._take_picked(place, picked, expiry),
            is_call=legs[place].get("kind") != LegKind.PUT.value,
        ).open()

    def _take_picked(self, place: int, picked: Picked, expiry: date | None) -> None:
        """Give a leg the picked strike; an expiry of its own only where another than its present one was picked."""
        values: dict[str, object] = {"kind": picked.contract.kind.value, "strike": dict(picked.strike)}
        chosen = picked.contract.expiry
        if chosen is not None and chosen != expiry:
            values["expiry"] = {"type": "date", "on": chosen.isoformat()}
        self.editor.change_leg(place, values, "Contract")

    def paste_legs(self, text: str = "") -> None:
        """Ask for a leg string and take its legs; ``text`` was pasted already."""
        value = self.editor.value()
        LegStringDialog(
            self,
            value.default_lots if value is not None else 1,
            lambda legs, instead: self.editor.take_legs(legs, replace=instead),
            text,
        ).open()

    def ask_broker_margin(self) -> None:
        """Ask the broker of this desk what the draft would need; without prices for every leg that is said instead."""
        account, found = self._desk.asked_account, self.estimate
        if account is None:
            self._links.say("Only a broker that is logged in to can be asked; the estimate here is our own.")
        elif found is None:
            self._links.say("Not every leg has a contract and a price yet; see the page Legs.")
        else:
            reckoned = Reckoned(found.margin, found.charges)
            BrokerMarginDialog(self, account, found.preview, reckoned, self._desk.bridge.now).open()

    def copy_legs(self) -> None:
        """Put the legs on the clipboard as a leg string; wrong ones are named instead."""
        value = self.editor.value()
        if value is None:
            tell(self, "Not copied", *error_sentences(self.editor.errors()))
        else:
            copy_legs(self, value.legs)

    def arm(self) -> None:
        """Ask, then hand the draft to the engine; a wrong one is refused with every sentence."""
        if self.editor.edited is not None:
            self.live_edit.apply()
            return
        portfolio = self.editor.value()
        against = self.editor.errors() or self.editor.refusals()
        if portfolio is None or against:
            self.forms.show_first_error()
            self._show_refusals(against)
            tell(self, "This portfolio cannot start yet", *error_sentences(against))
            return
        ask(
            self,
            f"Start {portfolio.name}",
            entry_sentences(portfolio, self.preview, self._figure_texts(), self.editor.unconfirmed()),
            "Start it" if isinstance(portfolio.entry, Manual) else "Arm it",
            lambda: self._add(portfolio),
            question=self._desk.questions["arm_draft"],
        )

    def _add(self, portfolio: MultilegPortfolio) -> None:
        self.editor.confirm_cautions()
        # Without an account it runs in every account of its strategy tag.
        bridge, known = self._desk.bridge, set(self._desk.bridge.portfolios)
        bridge.submit(lambda at: AddPortfolio(at=at, portfolio=portfolio, start=True))
        self._links.act("show_portfolios")
        if not isinstance(portfolio.entry, Manual):
            self._desk.way_back.offer(f"{portfolio.name} is armed.", lambda: _disarmed(bridge, portfolio.name, known))

    # --- what is built once -----------------------------------------------------------------------------------------

    def _build_bar(self) -> None:
        acts = {
            "template": self.choose_template,
            "open": self.files.open,
            "save": self.files.save,
            "paste_legs": self.paste_legs,
            "copy_legs": self.copy_legs,
            "pick": self.pick_contract,
            "undo": lambda: self._links.act("undo"),
            "redo": lambda: self._links.act("redo"),
            "payoff": self._show_side,
        }
        self.tools = EditorBar(acts, self.arm, self)
        self.tools.follow(self._links.action)
        self.arm_button = self.tools.arm_button
        self.verdict = EditorVerdict(self)
        self.column.addWidget(self.tools)
        self.column.addWidget(self.verdict)

    def _split(self, context: Mapping[str, str]) -> EditorSplit:
        side = self._side_box = QWidget(self)
        self._side = QBoxLayout(QBoxLayout.Direction.TopToBottom, side)
        self._side.setContentsMargins(0, 0, 0, 0)
        self._side.setSpacing(1)
        self.payoff.setMinimumWidth(_LEAST_PAYOFF)
        pictures = self.pictures = QTabWidget(self)
        pictures.setDocumentMode(True)
        pictures.setAccessibleName("Payoff and words")
        pictures.tabBar().setAccessibleName("Payoff or words")
        pictures.addTab(self.payoff, "Payoff")
        pictures.addTab(self.words, "In words")
        pictures.addTab(self.changes, "Changes")
        self._side.addWidget(pictures, 1)
        self._side.addWidget(self.figures, 1)
        return EditorSplit(self.forms, side, context, self)

    def first_stop(self) -> QWidget:
        """Return the tabs of the fields."""
        return self.forms.tabBar() if self.forms.isVisible() else self.pictures.tabBar()

    def context(self) -> Mapping[str, str]:
        """Return how form and payoff share the panel, where the trader chose it."""
        return self._splitter.context()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Let fields and payoff take turns where there is no room for both."""
        super().resizeEvent(event)
        self._splitter.fit(event.size().width())
        wide = self._splitter.is_wide
        self._is_small = not wide and event.size().height() < _HIGH
        self.tools.payoff.setVisible(self._is_small)
        self._side.setDirection(QBoxLayout.Direction.TopToBottom if wide else QBoxLayout.Direction.LeftToRight)
        self._show_side()

    def _show_side(self) -> None:
        """In a small panel fields and payoff take turns, else both are there."""
        chosen = self.tools.payoff.isChecked()
        self._side_box.setVisible(chosen or not self._is_small)
        self.forms.setVisible(not (chosen and self._is_small))

    # --- what changes -------------------------------------------------------------------------------------------------

    def _draft_changed(self) -> None:
        self._edited = True
        self.tools.name_steps(self.editor.undo_name, self.editor.redo_name)
        self._show_changes()
        self.words.show_portfolio(self.editor.value())
        self._show_verdict()

    def _show_changes(self) -> None:
        place = self.pictures.indexOf(self.changes)
        self.pictures.setTabVisible(place, self.editor.edited is not None)
        self.changes.look()

    def _show_verdict(self) -> None:
        value = self.editor.value()
        self.verdict.show_draft(self.editor, self.editor.errors() or self._refusals, self._cautions)
        manual = value is not None and isinstance(value.entry, Manual)
        edited = self.editor.edited is not None
        self.arm_button.setText("Apply…" if edited else "Start…" if manual else "Arm…")

    def _show_refusals(self, refusals: list[FieldError]) -> None:
        self._refusals, self._cautions = refusals, self.editor.cautions()
        told = [str(error) for error in (*self._refusals, *self._cautions)]
        if told != self._told:
            self._told = told
            self.forms.show_against(self._refusals, self._cautions)
            self._show_verdict()

    def _show_against(self, found: EntryEstimate | None) -> None:
        """Show what the market has against an edited draft, and what the prices of now warn of."""
        others = [row for row in self._desk.bridge.portfolios.values() if row.portfolio_id != self.editor.edited]
        alive = {row.name for row in others if not row.is_done}
        self.editor.take_live_cautions(live_cautions(self.preview, found, alive))
        refusals = self._refusals
        if self._edited:
            self._edited, self._told = False, [""]
            refusals = self.editor.refusals()
        self._show_refusals(refusals)

    def _estimate(self, now_ms: int) -> None:
        portfolio = self.editor.value()
        # A wrong draft has no figures: those of the draft before it would be read as its own.
        self.preview = None if portfolio is None else self._resolved(portfolio, now_ms)
        found = self.estimate = estimate(self.preview, self._desk.bridge.rules) if self.preview else None
        self._show_against(found)
        self.figures.show_estimate(found, self.editor.risk())
        self.figures.show_legs(self.preview, found.volatilities.tolist() if found else None, now_ms)
        self.forms.show_live(live_cells(self.preview, found))
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

    def _figures_of(self, template: Template) -> EntryEstimate | None:
        """Return the figures of a template as it would be inserted now."""
        portfolio = self.editor.as_inserted(template)
        preview = None if portfolio is None else self._resolved(portfolio, self._frame_ms)
        return None if preview is None else estimate(preview, self._desk.bridge.rules)

    def _figure_texts(self) -> Mapping[str, str] | None:
        if self.estimate is None:
            return None
        return {key: self.figures.text(key) for key in ("margin", "profit", "loss", "charges")}


def _disarmed(bridge: EngineBridge, name: str, known: Collection[str]) -> str:
    """Take back what was armed under a name since; what has begun to enter is left alone."""
    new = [row for row in bridge.portfolios.values() if row.name == name and row.portfolio_id not in known]
    waiting = [row.portfolio_id for row in new if row.state is PortfolioState.WAITING]
    for one in waiting:
        bridge.submit(lambda at, one=one: SquareOffPortfolio(at=at, portfolio_id=one))  # type: ignore[misc]  # bound now
    return f"{name}: taken back before its entry." if waiting else f"{name} does not wait any more; look at its state."
