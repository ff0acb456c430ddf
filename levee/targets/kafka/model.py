"""What plain Kafka is."""

from __future__ import annotations

from typing import Final

from levee.model.stack import Target
from levee.targets.contract import Capability, TargetModel, impossible, not_yet

CHECKED: Final = not_yet("is checked and not provisioned yet")

MODEL: Final = TargetModel(
    name=Target.KAFKA,
    capabilities={
        Capability.FILTER: not_yet(
            "has nothing to run it here yet, and is refused: every record would pass",
            instead="remove it, and filter in the application that writes the stream or in the one that reads it",
        ),
        Capability.SINK: CHECKED,
        Capability.ARCHIVE: CHECKED,
        Capability.FILLED_ARCHIVE: not_yet("is filled by nothing yet"),
        Capability.LOG_GROUP: impossible("is checked; levee brings no events of it to the topic"),
        Capability.LOG_SERVICE: impossible("is checked; levee brings no events of it to the topic"),
        Capability.MONITOR: CHECKED,
    },
)
