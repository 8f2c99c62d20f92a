"""The report of a trouble: what happened, what is open, versions and the last messages, and nothing that is secret."""

import re
from collections.abc import Sequence
from pathlib import Path

import msgspec

from desktop.composition.clock import now
from desktop.composition.failures import FailureError
from desktop.composition.folders import data_folder
from desktop.composition.whole_file import write_whole
from engine.domain.instant import Instant, ist_datetime

MOST_MESSAGES = 200
_MOST_REPORTS = 20
_SHORTEST_SECRET = 4
_LONGEST_DETAIL = 200_000  # characters; a recursion without end says the same thousands of times

_ADDRESS = re.compile(r"\b([A-Za-z][A-Za-z0-9+.-]*)://[^\s'\"<>)\]]+")
_NAMED_SECRET = re.compile(
    r"""(?i)\b([\w-]*(?:token|password|passwd|secret|api[_-]?key|totp|otp|pin|authorization)[\w-]*["']?\s*[:=]\s*)"""
    r"""("[^"]*"|'[^']*'|(?:Bearer\s+)?[^\s,;)}\]]+)"""
)


class Incident(msgspec.Struct, frozen=True, kw_only=True):
    """What a report tells.

    Attributes:
        what: The kind of trouble, a line.
        sentence: What happened, for the trader.
        detail: The same in technical words, a traceback say.
        still_open: What is open at the broker as far as the last words of the engine go, a line each.
        messages: The last messages, oldest first.
        versions: Of the program and what it stands on.
        secrets: Words that must not appear.
    """

    what: str
    sentence: str
    detail: str
    still_open: Sequence[str]
    messages: Sequence[str]
    versions: str
    secrets: Sequence[str] = ()


def report_text(incident: Incident, at: Instant) -> str:
    """Answer the report as a text without anything secret."""
    parts = [
        f"Legwork: {incident.what}\n{ist_datetime(at):%Y-%m-%d %H:%M:%S} Indian time\n",
        f"What happened\n{incident.sentence}\n",
        "Open at the broker, as far as was known\n" + ("\n".join(incident.still_open) or "nothing") + "\n",
        f"Versions\n{incident.versions}\n",
        f"Details\n{incident.detail[-_LONGEST_DETAIL:]}\n",
        "Last messages\n" + ("\n".join(incident.messages[-MOST_MESSAGES:]) or "none") + "\n",
    ]
    return without_secrets("\n".join(parts), incident.secrets)


def without_secrets(text: str, secrets: Sequence[str] = ()) -> str:
    """Answer a text without the secrets that are known, without addresses, and without what is named like a secret."""
    for secret in sorted(set(secrets), key=len, reverse=True):
        if len(secret) >= _SHORTEST_SECRET:
            text = text.replace(secret, "…")
    text = _ADDRESS.sub(lambda found: f"{found[1]}://…", text)
    return _NAMED_SECRET.sub(lambda found: f"{found[1]}…", text)


def secrets_in(address: str) -> list[str]:
    """Answer the parts of an address that may be secret: everything behind its scheme, whole and in pieces."""
    rest = address.partition("://")[2]
    return [rest, *(part for part in re.split(r"[/:@?&=]+", rest) if len(part) >= _SHORTEST_SECRET)]


def write_report(text: str, kind: str) -> Path:
    """Write a report beside the earlier ones, of which the newest twenty stay. Raises FailureError."""
    folder = data_folder() / "logs"
    stamp = f"{ist_datetime(now()):%Y%m%d-%H%M%S-%f}"
    place = folder / f"report-{stamp}-{kind}.txt"
    try:
        write_whole(place, text, owner_only=True)
        for old in sorted(folder.glob("report-*.txt"))[:-_MOST_REPORTS]:
            old.unlink(missing_ok=True)
    except OSError as error:
        raise FailureError(f"The report cannot be written to {place}: {error.strerror}.") from error
    return place
