"""What a benchmark found: measured rows, aims with their verdicts, and what a reader should know beside them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One measured thing. `cpu_seconds` and `peak_mb` (1 MB is 10^6 bytes) are None where it is no process of its own.

    `remark` qualifies the numbers, as when only a part was measured and the rest scaled.
    """

    what: str
    streams: int
    seconds: float
    cpu_seconds: float | None = None
    peak_mb: float | None = None
    remark: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Aim:
    """A measured number held against the most it should be, in the same unit."""

    what: str
    measured: float
    limit: float
    unit: str

    @property
    def met(self) -> bool:
        """Whether it is within its limit."""
        return self.measured <= self.limit

    @property
    def verdict(self) -> str:
        """Met, or by how much not."""
        return "met" if self.met else f"missed by {self.measured - self.limit:.2f} {self.unit}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """Everything one benchmark found. An aim that is missed is a finding, not a failure."""

    benchmark: str
    rows: Sequence[Row]
    aims: Sequence[Aim]
    notes: Sequence[str] = ()

    def to_json(self) -> Mapping[str, object]:
        """The outcome as JSON values."""
        return {
            "benchmark": self.benchmark,
            "rows": [asdict(row) for row in self.rows],
            "aims": [{**asdict(aim), "met": aim.met} for aim in self.aims],
            "notes": list(self.notes),
        }
