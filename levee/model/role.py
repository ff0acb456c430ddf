"""What a service may do to a stream."""

from __future__ import annotations

from enum import StrEnum


class Role(StrEnum):
    """manager reconfigures, writer writes, reader reads; none includes another."""

    MANAGER = "manager"
    WRITER = "writer"
    READER = "reader"
