"""What the environment of a run says of the account and the region it runs for."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Final

from levee.targets.registry import MODELS

VARIABLES: Final = tuple(name for each in MODELS.values() for name in (*each.account_variables, *each.region_variables))


def surroundings(environment: Mapping[str, str] = os.environ) -> dict[str, str]:
    """The variables that are set, and no others: a report may repeat them."""
    return {name: environment[name] for name in VARIABLES if environment.get(name)}
