"""What an evaluation says."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Any

from levee.diagnostics.redaction import redact
from levee.model.origin import Origin
from levee.model.waiver import Waiver
from levee_policies.rule import Rule, Severity


class Verdict(StrEnum):
    """What a rule says of a subject. Unknown gates like fail; waived doesn't gate and stays visible."""

    PASS = "pass"  # noqa: S105 - the word, not a password
    FAIL = "fail"
    UNKNOWN = "unknown"
    WAIVED = "waived"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One breach, or one thing that can't be determined. `subject` is `<stack>/<kind>/<name>`.

    `current` is what is there, `expected` what should be, `remediation` what to write instead. Where `waiver` is set,
    `verdict` is WAIVED. `secret`: the value at `origin` holds a secret, and no report shows it.
    """

    rule: Rule[Any]
    verdict: Verdict
    subject: str
    origin: Origin
    current: str
    expected: str
    remediation: str
    waiver: Waiver | None = None
    secret: bool = False

    def without_secrets(self) -> Finding:
        """The finding as it may be shown, in whatever words and format: texts of files may hold a secret."""
        waiver = self.waiver and replace(self.waiver, reason=redact(self.waiver.reason))
        return replace(
            self,
            current=redact(self.current),
            expected=redact(self.expected),
            remediation=redact(self.remediation),
            waiver=waiver,
        )

    @property
    def gates(self) -> bool:
        """Whether no waiver lets it through."""
        return self.verdict in {Verdict.FAIL, Verdict.UNKNOWN}

    @property
    def blocks(self) -> bool:
        """Whether it stops a deployment. What is of low severity is a warning there."""
        return self.fails(Severity.MEDIUM)

    def fails(self, least: Severity) -> bool:
        """Whether it gates and is of this severity or a worse one."""
        return self.gates and self.rule.severity.rank <= least.rank

    @property
    def key(self) -> tuple[str, str, str]:
        """What it says, of whom, by which rule."""
        return (self.rule.id, self.subject, self.current)

    @property
    def sort_key(self) -> tuple[int, str, str, str, tuple[str, ...]]:
        """Order of a report: worst first, then by rule and place."""
        path = tuple(str(step) for step in self.origin.path)
        return (self.rule.severity.rank, self.rule.id, self.subject, self.origin.file, path)

    @property
    def fingerprint(self) -> str:
        """The same for the same breach of the same subject, wherever in the file it moves."""
        place = "/".join(str(step) for step in self.origin.path)
        said = f"{self.rule.id}\n{self.subject}\n{place}".encode("utf-8", "surrogatepass")
        return hashlib.sha256(said).hexdigest()


@dataclass(frozen=True, kw_only=True)
class Report:
    """Everything that `rules` say of one stack. `looked_at` tells for each rule's id how many subjects it judged."""

    stack: str
    as_of: date
    rules: tuple[Rule[Any], ...]
    looked_at: Mapping[str, int]
    findings: tuple[Finding, ...]

    @property
    def gating(self) -> tuple[Finding, ...]:
        """What no waiver lets through."""
        return tuple(finding for finding in self.findings if finding.gates)

    @property
    def blocking(self) -> tuple[Finding, ...]:
        """What stops a deployment."""
        return tuple(finding for finding in self.findings if finding.blocks)

    @property
    def warnings(self) -> tuple[Finding, ...]:
        """What a deployment reports and isn't stopped by: what is waived, and what is of low severity."""
        return tuple(finding for finding in self.findings if not finding.blocks)

    @property
    def waived(self) -> tuple[Finding, ...]:
        """What a waiver lets through."""
        return tuple(finding for finding in self.findings if finding.verdict is Verdict.WAIVED)
