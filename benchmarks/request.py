"""What a benchmark is asked to do."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

Say = Callable[[str], None]
"""Takes one line of progress."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """Sizes in ascending order, the first of the ports a cluster may use, engines by name, and whom to tell."""

    streams: tuple[int, ...]
    base_port: int
    engines: tuple[str, ...]
    say: Say


class BenchmarkError(Exception):
    """Something broke, so that there is nothing to report; its text says what."""
