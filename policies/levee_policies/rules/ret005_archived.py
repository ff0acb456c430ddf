"""What a class requires to be archived has an archive that is locked and keeps long enough.

## What

A stream of a class with `archive_required` has an `archive`: locked, and kept at least as long as the stream itself.
Registered, its lock is of the class's `archive_lock` or a stricter mode, on a bucket with versions, and nothing expires
sooner.

The catalogue this began with asked for an archive where the broker keeps less than is required. The broker's retention
has its own floor (RLS-RET-001); whether it is enough is for the class to say. And an archive from which anybody can
delete, or that forgets before the broker does, is none.

## Why

A cluster is one place that can be lost, with everything on it. What is not archived before the broker's retention has
passed is gone; IBM says of its own streaming that such records will be missed.

## Fails

```yaml
streams/payments-audit.yaml:
  archive: null
```

## Passes

```yaml
streams/payments-audit.yaml:
  archive: {retention: 400d}
```

## Fix

Write `archive: {bucket: …, retention: …, locked: true}` in the stream's file.
"""

from __future__ import annotations

from collections.abc import Iterator

from levee.model.duration import Duration
from levee.model.stream import ArchiveSpec
from levee_policies.facts import Facts
from levee_policies.joined import StreamArchive
from levee_policies.rule import Rule, Severity, Surface, Violation
from levee_policies.subjects import archives


def check(stream: StreamArchive, facts: Facts) -> Iterator[Violation]:
    """Judge one stream."""
    data_class = facts.class_of(stream.topic)
    if not data_class.archive_required:
        return
    if stream.archive is None:
        yield Violation(
            current="it has no archive",
            expected=f"an archive: class {data_class.name} asks for one",
            fix="write `archive: {bucket: …, retention: …, locked: true}`",
            at=("archive",),
        )
    else:
        yield from _archive(stream.archive, int(dict(stream.topic.settings).get("retention.ms", 0)))


def _archive(archive: ArchiveSpec, kept: int) -> Iterator[Violation]:
    if not archive.locked:
        yield Violation(
            current="its archive is not locked",
            expected="an archive from which nobody can delete before its time",
            fix="write `locked: true`",
            at=("archive", "locked"),
        )
    least = Duration(kept)  # of a topic that says nothing RLS-RET-001 is the judge
    if archive.retention < least:
        yield Violation(
            current=f"its archive keeps {archive.retention}",
            expected=f"{least} or more",
            fix=f"write `retention: {least}` in the archive",
            at=("archive", "retention"),
        )


RULE = Rule(
    id="RLS-RET-005",
    title="What a class requires to be archived has an archive that is locked and keeps long enough",
    severity=Severity.HIGH,
    surfaces=frozenset({Surface.FILES, Surface.RESOURCE, Surface.STACK}),
    authorities=("NIST AU-4(1)", "NIST AU-11(1)", "NIST CP-9", "PCI 10.3.2", "DORA Art. 12", "IBM Streaming"),
    subjects=archives,
    check=check,
    page=__doc__,
)
