"""What is said before a portfolio enters: its legs, its figures, what is wrong with it and what should be looked at."""

from collections.abc import Mapping, Sequence

from desktop.presentation import formats
from desktop.viewmodels.entry_estimate import EntryEstimate
from desktop.viewmodels.multileg_editor import said
from engine.domain.multileg.entry import Manual
from engine.domain.multileg.portfolio import MultilegPortfolio
from engine.schema.load import FieldError
from engine.views.preview import Preview, PreviewLeg

_SENTENCES_SHOWN = 6


def entry_sentences(
    portfolio: MultilegPortfolio,
    preview: Preview | None,
    figures: Mapping[str, str] | None,
    unconfirmed: Sequence[FieldError],
) -> list[str]:
    """Answer the paragraphs of the question before an entry; ``figures`` are texts by their names, None without any."""
    when = "now" if isinstance(portfolio.entry, Manual) else f"from {portfolio.schedule.start:%H:%M:%S}"
    lines = [
        (
            f"{portfolio.name} enters on {portfolio.underlying} {when} and squares off at "
            f"{portfolio.schedule.square_off:%H:%M}."
        )
    ]
    if preview is not None:
        lines.append("\n".join(_leg_sentence(leg) for leg in preview.legs))
    if figures is not None:
        lines.append(
            f"Margin about {figures['margin']}, max profit {figures['profit']}, max loss {figures['loss']}, charges "
            f"about {figures['charges']}, at the prices of now."
        )
    if unconfirmed:
        lines.append("\n".join(f"⚠ {said(one)}" for one in unconfirmed[:_SENTENCES_SHOWN]))
    return lines


def error_sentences(errors: Sequence[FieldError]) -> list[str]:
    """Answer errors as paragraphs, the first few of them."""
    lines = [said(error) for error in errors[:_SENTENCES_SHOWN]]
    if len(errors) > _SENTENCES_SHOWN:
        lines.append(f"and {len(errors) - _SENTENCES_SHOWN} more")
    return lines or ["Nothing is in the editor; choose a template."]


def cautions_counted(cautions: Sequence[FieldError]) -> str:
    """Answer how many cautions there are, in words."""
    return f"{len(cautions)} cautions" if len(cautions) > 1 else "1 caution"


def live_cells(preview: Preview | None, found: EntryEstimate | None) -> list[tuple[str, str, str]]:
    """Answer price, volatility and delta of each leg as the table of legs shows them."""
    if preview is None:
        return []
    count = len(preview.legs)
    volatilities = found.volatilities.tolist() if found else [None] * count
    deltas = found.deltas.tolist() if found else [None] * count
    return [
        (formats.price(leg.last), formats.volatility(volatility), formats.decimal(delta, 1, signed=True))
        for leg, volatility, delta in zip(preview.legs, volatilities, deltas, strict=True)
    ]


def _leg_sentence(leg: PreviewLeg) -> str:
    contract = leg.name or leg.why
    return f"{leg.side.value} {formats.quantity(abs(leg.quantity))}  {contract}  at about ₹{formats.price(leg.price)}"
