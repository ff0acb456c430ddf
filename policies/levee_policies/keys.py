"""What the name of a key tells of it."""

from __future__ import annotations

import re
from typing import Final

MULTI_REGION: Final = re.compile(r":key/mrk-")
"""In the ARN of a multi-region key: https://docs.aws.amazon.com/kms/latest/developerguide/multi-region-keys-overview.html."""
