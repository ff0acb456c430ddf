"""Which calls change something, told by their names."""

from __future__ import annotations

from collections import Counter
from typing import Final

LOOKING: Final = ("BatchGet", "Describe", "Get", "Head", "List", "Simulate")


def changes(calls: Counter[str]) -> Counter[str]:
    """Those of counted calls that are not only looks."""
    return Counter({name: count for name, count in calls.items() if not name.partition(":")[2].startswith(LOOKING)})
