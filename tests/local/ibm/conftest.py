"""One cloud a test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.ibm_cloud import IbmCloud, ibm_cloud
from tests.support.ibm_contract import breaches_of


@pytest.fixture
def cloud(tmp_path: Path) -> Iterator[IbmCloud]:
    """Everything as documented. What a test sends and is answered is held to contract data in the end."""
    with ibm_cloud(tmp_path) as running:
        yield running
        assert breaches_of(running.requests) == []
