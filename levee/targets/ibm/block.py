"""`ibm:` in `stack.yaml`: nothing yet."""

from __future__ import annotations

from dataclasses import dataclass

from levee.model.target_block import TargetBlock


@dataclass(frozen=True, slots=True, kw_only=True)
class IbmBlock(TargetBlock):
    """What is so of every stack there."""

    @property
    def runs_brokers(self) -> bool:
        """Event Streams does."""
        return True
