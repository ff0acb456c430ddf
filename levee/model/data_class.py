"""What a kind of data demands of every stream that carries it."""

from __future__ import annotations

from dataclasses import dataclass

from levee.model.duration import Duration
from levee.model.origin import Origin


@dataclass(frozen=True, slots=True, kw_only=True)
class DataClass:
    """A data class, from `stacks/classes.yaml`.

    `regulated` streams are protected: retiring one takes a dated entry. `jurisdictions` is where the data may lie
    (empty: anywhere). `retention_floor` and `retention_ceiling` bound the broker's retention. `replication` and
    `min_insync` are what a stream gets that names none. `archive_required` and `customer_key_required` are what rules
    hold a stream to. `readers` are the services that may read it (empty: any).
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
    readers: tuple[str, ...]
    origin: Origin
