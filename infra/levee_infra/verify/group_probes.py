"""Each operation on a consumer group or a transactional id as a request without effect.

Neither a rebalance nor a fenced producer may come of a proof: nobody joins a group, nobody initializes a producer.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from kafka.protocol.consumer import HeartbeatRequest, OffsetDeleteRequest, OffsetFetchRequest
from kafka.protocol.producer import EndTxnRequest

from levee_infra.verify.check import MARK
from levee_infra.verify.probe import Probe
from levee_infra.verify.probe_request import (
    COORDINATOR_LOAD_IN_PROGRESS,
    COORDINATOR_NOT_AVAILABLE,
    GROUP_ID_NOT_FOUND,
    INVALID_PRODUCER_ID_MAPPING,
    NONE,
    NOT_COORDINATOR,
    UNKNOWN_MEMBER_ID,
    ProbeRequest,
)

ELSEWHERE: Final = frozenset({NOT_COORDINATOR, COORDINATOR_NOT_AVAILABLE, COORDINATOR_LOAD_IN_PROGRESS})
"""Any broker judges a request by its own copy of the ACLs before it says that another one coordinates."""

NO_GENERATION: Final = 2**31 - 1
NO_PRODUCER: Final = 2**62
BY_NAME: Final = 9


def join(group: str) -> ProbeRequest:
    """Send the heartbeat of a member that doesn't exist: it needs Read, as joining does, and disturbs no member.
    Permitted: UNKNOWN_MEMBER_ID."""
    request = HeartbeatRequest(group_id=group, generation_id=NO_GENERATION, member_id=MARK)
    permitted = ELSEWHERE | {UNKNOWN_MEMBER_ID, GROUP_ID_NOT_FOUND}
    return ProbeRequest(request, lambda answer: answer.error_code, permitted)


def read_offsets(group: str) -> ProbeRequest:
    """Ask for the committed offsets of no partition."""
    wanted = OffsetFetchRequest.OffsetFetchRequestGroup(group_id=group, topics=[])
    request = OffsetFetchRequest(groups=[wanted], max_version=BY_NAME)
    permitted = ELSEWHERE | {NONE, GROUP_ID_NOT_FOUND}
    return ProbeRequest(request, lambda answer: answer.groups[0].error_code, permitted, done=True)


def reset_offsets(group: str) -> ProbeRequest:
    """Delete the committed offsets of no partition: it needs Delete, as deleting the group does."""
    request = OffsetDeleteRequest(group_id=group, topics=[])
    return ProbeRequest(request, lambda answer: answer.error_code, ELSEWHERE | {NONE, GROUP_ID_NOT_FOUND})


def transact(transactional_id: str) -> ProbeRequest:
    """Abort a transaction of a producer that doesn't exist: it needs Write, as beginning one does, and fences nobody.
    Permitted: INVALID_PRODUCER_ID_MAPPING."""
    request = EndTxnRequest(
        transactional_id=transactional_id, producer_id=NO_PRODUCER, producer_epoch=0, committed=False
    )
    return ProbeRequest(request, lambda answer: answer.error_code, ELSEWHERE | {INVALID_PRODUCER_ID_MAPPING})


GROUP_REQUESTS: Final[Mapping[Probe, Callable[[str], ProbeRequest]]] = MappingProxyType(
    {
        Probe.JOIN: join,
        Probe.READ_OFFSETS: read_offsets,
        Probe.RESET_OFFSETS: reset_offsets,
        Probe.TRANSACT: transact,
    }
)
