"""Unmet: a condition that keeps something waiting, with its live value against its threshold."""

import msgspec


class Unmet(msgspec.Struct, frozen=True):
    """One condition that does not hold; ``live`` and ``threshold`` are worded values, empty where there are none."""

    text: str
    live: str = ""
    threshold: str = ""

    def sentence(self) -> str:
        """Answer it in one line: ``"combined premium 231.40, waiting for ≤ 211.50"``."""
        live = f" {self.live}" if self.live else ""
        threshold = f", waiting for {self.threshold}" if self.threshold else ""
        return f"{self.text}{live}{threshold}"
