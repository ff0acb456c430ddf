"""What the carrier tells the people who run it, line by line."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Collection
from datetime import UTC, datetime
from typing import Final, TextIO

from levee.diagnostics.redaction import redact
from levee.diagnostics.text import printable
from levee_infra.carrier.kinesis import HOUR_MS
from levee_infra.carrier.portion import Portion

EVERY_S: Final = 10.0
SIGN_OF_LIFE_S: Final = 300.0
"""For so long a carrier that has nothing to carry says nothing."""

BEHIND_MS: Final = 10_000
"""A carrier that is no further behind than this keeps up."""

AGAIN_MS: Final = HOUR_MS
"""A shard of which ever more is lost is reported again after this much more."""

AWAY: Final = "the data stream keeps records for a time, and no carrier has run for longer"
REMOVED: Final = "the data stream that had them was removed before they were carried"


def moment(milliseconds: int) -> str:
    """A time as people and machines read it, in UTC."""
    return datetime.fromtimestamp(milliseconds / 1000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


class Report:
    """Counts, and says what is worth saying. Lines may come from any thread."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._lock = threading.Lock()
        self._events = self._told = 0
        self._passed: list[str] = []
        self._lost: dict[str, int] = {}
        self._unknown_policy: dict[str, tuple[int, int]] = {}
        self._next_line = time.monotonic() + EVERY_S
        self._next_sign = time.monotonic() + SIGN_OF_LIFE_S

    @property
    def has_losses(self) -> bool:
        """Whether records may have been lost."""
        return bool(self._lost)

    def say(self, line: str) -> None:
        """Write a line."""
        with self._lock:
            self._stream.write(f"{printable(redact(line))}\n")
            self._stream.flush()

    def carried(self, portion: Portion) -> None:
        """Count what has been committed."""
        self._events += portion.events

    def passed(self, shard: str, sequence: str) -> None:
        """A record was passed over, as --skip says."""
        self._passed.append(f"{shard}:{sequence}")
        self.say(f"warning: record {shard}:{sequence} is passed over, as --skip says: none of its events is carried")

    def lost(self, shard: str, since: int, until: int, why: str = AWAY) -> None:
        """What came in between these times can't be read any more, if anything did. Little more of a shard that has
        been reported of is reported with what follows it, or at the end.
        """
        since, _ = self._unknown_policy.pop(shard, (since, until))
        if shard in self._lost and until - self._lost[shard] < AGAIN_MS:
            self._unknown_policy[shard] = (since, until)
            return
        self._lost[shard] = until
        self._tell_loss(shard, since, until, why)

    def trouble(self, what: str, pause: float) -> None:
        """Something failed that may succeed later."""
        self.say(f"warning: {what}; trying again in {pause:g} s")

    def progress(self, behind: Callable[[], int]) -> None:
        """Say how it goes, now and then. `behind` answers how far, in milliseconds."""
        now = time.monotonic()
        if now < self._next_line:
            return
        self._next_line = now + EVERY_S
        late, new = behind(), self._events - self._told
        if new or late > BEHIND_MS or now >= self._next_sign:
            self._next_sign = now + SIGN_OF_LIFE_S
            self._told = self._events
            self.say(f"carried {self._events:,} events, {new:,} of them just now; {late / 1000:.1f} s behind")

    def close(self, ending: str, skips: Collection[tuple[str, str]]) -> None:
        """The last line, and the skips that met no record."""
        for shard, (since, until) in self._unknown_policy.items():
            self._tell_loss(shard, since, until, AWAY)
        for place in sorted({f"{shard}:{sequence}" for shard, sequence in skips} - {*self._passed}):
            self.say(f"note: --skip {place}: no such record came by")
        passed = f", records passed over: {len(self._passed)}" if self._passed else ""
        losses = f", shards of which records may be lost: {len(self._lost)}" if self._lost else ""
        self.say(f"{ending}: carried {self._events:,} events{passed}{losses}")

    def _tell_loss(self, shard: str, since: int, until: int, why: str) -> None:
        self.say(
            f"error: shard {shard}: what came in between {moment(since)} and {moment(until)} may be lost: {why}; "
            "compare with the log group itself"
        )
