"""What a kind of data demands of every stream that carries it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from levee.model.duration import Duration
from levee.model.origin import Origin
from levee.model.stream import MonitorKind


class ArchiveLock(StrEnum):
    """How firmly an archive is locked (S3 Object Lock's modes): whether an administrator may shorten it."""

    GOVERNANCE = "governance"
    COMPLIANCE = "compliance"


@dataclass(frozen=True, slots=True, kw_only=True)
class DataClass:
    """A data class, from `stacks/classes.yaml`.

    `regulated` streams are protected: retiring one takes a dated entry. `jurisdictions` is where the data may lie
    (empty: anywhere). `retention_floor` and `retention_ceiling` bound the broker's retention. `replication` and
    `min_insync` are what a stream gets that names none. What follows is what rules hold a stream to: an archive, a key
    of one's own, the brokers' logs in another account, monitors, credentials renewed at least every
    `rotation_ceiling`. `personal_data` asks for a legal basis and a ceiling. `readers` are the services that may read
    it, `destinations` (with `*`) where sinks may deliver it (empty: any, but not
    for a regulated class). `archive_lock` is the mode of locked archives.
    """

    name: str
    description: str
    regulated: bool
    jurisdictions: tuple[str, ...]
    retention_floor: Duration | None
    retention_ceiling: Duration | None
    replication: int
    min_insync: int
    archive_required: bool
    customer_key_required: bool
    separate_logs_required: bool
    monitors_required: tuple[MonitorKind, ...]
    rotation_ceiling: Duration | None
    personal_data: bool
    readers: tuple[str, ...]
    destinations: tuple[str, ...]
    archive_lock: ArchiveLock = ArchiveLock.GOVERNANCE
    origin: Origin
