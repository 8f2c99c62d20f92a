"""What the checks of one day have found, and the first finding that ends it."""

from collections import Counter
from collections.abc import Iterable

from engine.core.verification.violations import Violation


class Broken(Exception):  # noqa: N818  # A finding, not an error of the harness.
    """An invariant did not hold; the day ends here."""

    def __init__(self, violation: Violation) -> None:
        super().__init__(f"invariant {violation.number}: {violation.sentence} {violation.detail}")
        self.violation = violation


class Findings:
    """Takes violations as they are found. The first one ends the day, because what follows it proves nothing."""

    def __init__(self) -> None:
        self.checked: Counter[int] = Counter()

    def take(self, violations: Iterable[Violation]) -> None:
        """Raise Broken for the first violation; return where there is none."""
        for violation in violations:
            raise Broken(violation)
