"""What the name of a key tells of it."""

from __future__ import annotations

import re
from typing import Final

_MANAGED: Final = re.compile(r":?alias/aws/")
MULTI_REGION: Final = re.compile(r":key/mrk-")
"""In the ARN of a multi-region key: https://docs.aws.amazon.com/kms/latest/developerguide/multi-region-keys-overview.html."""


def problem_of(key: str | None) -> str | None:
    """What is named instead of a key of one's own, of a single region; None for such a key."""
    if key is None:
        return "no key"
    if _MANAGED.search(key):
        return "a key that the cloud manages"
    return "a multi-region key" if MULTI_REGION.search(key) else None
