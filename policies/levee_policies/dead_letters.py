"""Whether a stream of one class may take what a sink of another can't deliver."""

from __future__ import annotations

from levee.model.data_class import DataClass
from levee.model.duration import Duration


def is_laxer(taking: DataClass, of: DataClass) -> bool:
    """Whether records of the class `of` are kept under less by the class `taking`. A regulated class takes its own."""
    if of.regulated:
        return taking.name != of.name
    anywhere = bool(of.jurisdictions) and not (taking.jurisdictions and {*taking.jurisdictions} <= {*of.jurisdictions})
    sooner = _least(taking.retention_floor) < _least(of.retention_floor)
    longer = of.retention_ceiling is not None and (
        taking.retention_ceiling is None or taking.retention_ceiling > of.retention_ceiling
    )
    return anywhere or sooner or (longer and of.personal_data)


def _least(floor: Duration | None) -> int:
    return 0 if floor is None else floor.milliseconds
