"""Facts of hedges: which leg one protects now, and where the delta of a portfolio stands against its band."""

from engine.domain.facts.fact import LegFact, PortfolioFact
from engine.domain.identifiers import LegId


class HedgeReused(LegFact, frozen=True, kw_only=True, tag="hedge_reused"):
    """A hedge that is held goes on protecting another execution of its leg: ``parent`` from now on."""

    parent: LegId
    why: str


class DeltaBandLeft(PortfolioFact, frozen=True, kw_only=True, tag="delta_band_left"):
    """The delta of all legs together lies outside its band; its confirmation time begins. In 1/10,000 index units."""

    delta: int
    band: int


class DeltaBandRegained(PortfolioFact, frozen=True, kw_only=True, tag="delta_band_regained"):
    """The delta came back into its band before it was hedged. In 1/10,000 index units."""

    delta: int
    band: int
