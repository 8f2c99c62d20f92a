"""`legwork doctor`: look over this installation and say what to do about what is wrong."""

import typer

from desktop.commands.doctor_checks import CHECKS, Finding, Verdict
from desktop.commands.leaving import FAILURE, print_json
from desktop.commands.options import AsJson

_MARKS = {Verdict.OK: "ok  ", Verdict.WARN: "warn", Verdict.FAIL: "FAIL"}


def doctor(
    as_json: AsJson = False,
) -> None:
    """Check Python, libraries, display, fonts, folders, journal, disk, market rules and clock.

    Leaves with status 1 when something is wrong that keeps Legwork from working; a warning does not.
    """
    findings = [finding for check in CHECKS for finding in check()]
    failed = any(finding.verdict is Verdict.FAIL for finding in findings)
    if as_json:
        print_json({"ok": not failed, "checks": [_document(finding) for finding in findings]})
    else:
        typer.echo("\n".join(_lines(findings)))
    if failed:
        raise typer.Exit(FAILURE)


def _document(finding: Finding) -> dict[str, str]:
    return {
        "subject": finding.subject,
        "verdict": finding.verdict.value,
        "found": finding.found,
        "advice": finding.advice,
    }


def _lines(findings: list[Finding]) -> list[str]:
    width = max(len(finding.subject) for finding in findings)
    lines = []
    for finding in findings:
        lines.append(f"{_MARKS[finding.verdict]}  {finding.subject:{width}}  {finding.found}")
        if finding.advice:
            lines.append(f"{'':{width + 8}}→ {finding.advice}")
    return lines
