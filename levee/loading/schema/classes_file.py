"""`stacks/classes.yaml`: what each kind of data demands."""

from __future__ import annotations

from typing import Final

from levee.fields.rules import FLAG, Fields, choice, field, mapping, named, several, text, whole
from levee.fields.values import DURATION, KEY, SERVICE
from levee.loading.schema.stream_file import MAX_REPLICAS
from levee.model.data_class import ArchiveLock
from levee.model.name import key_problem
from levee.model.stream import MonitorKind

_RETENTION: Final[Fields] = {"floor": field(DURATION, "365d"), "ceiling": field(DURATION, "3650d")}

_CLASS: Final[Fields] = {
    "description": field(text(most=1000), "Who did what, when.", required=True),
    "regulated": field(FLAG, "true", required=True),
    "jurisdictions": field(several(KEY), "[eu]"),
    "retention": field(mapping(_RETENTION), "{floor: 365d, ceiling: 3650d}"),
    "replication": field(whole(2, MAX_REPLICAS), "3", required=True),
    "min_insync": field(whole(1, MAX_REPLICAS), "2", required=True),
    "archive_required": field(FLAG, "true"),
    "archive_lock": field(choice(ArchiveLock), "compliance"),
    "customer_key_required": field(FLAG, "true"),
    "separate_logs_required": field(FLAG, "true"),
    "monitors_required": field(several(choice(MonitorKind)), "[lag, under-min-isr]"),
    "rotation_ceiling": field(DURATION, "90d"),
    "personal_data": field(FLAG, "true"),
    "readers": field(several(SERVICE), "[detection-engine]"),
    "destinations": field(several(text()), '["https://siem.example.com/*"]'),
}

CLASSES: Final[Fields] = {
    "classes": field(
        {**named(mapping(_CLASS), key_problem), "minlength": 1}, "{audit: {description: …, …}}", required=True
    ),
}
