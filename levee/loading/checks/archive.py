"""What archives of a stack need of each other."""

from __future__ import annotations

from collections.abc import Iterator

from levee.model.declared import Declared
from levee.model.problem import Problem


def of_its_own(declared: Declared) -> Iterator[Problem]:
    """Retention and lock are a bucket's: two streams can't share one."""
    first: dict[str, str] = {}
    for stream in declared.streams:
        if stream.archive is None:
            continue
        other = first.setdefault(stream.archive.bucket, stream.key)
        if other != stream.key:
            message = f"the archive {stream.archive.bucket} is the one of stream {other}, too"
            hint = "give each its own: a bucket has one retention and one lock"
            yield Problem("shared-archive", message, hint, stream.archive.origin.at("bucket"))
