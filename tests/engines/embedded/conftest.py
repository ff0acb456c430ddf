"""Fixtures for the embedded engine."""

from pathlib import Path

import pytest

from tests.support.disk_program import DiskStack


@pytest.fixture
def disk(tmp_path: Path) -> DiskStack:
    """An empty stack whose resources are files."""
    return DiskStack(tmp_path)
