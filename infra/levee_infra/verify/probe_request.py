"""Requests that a broker authorizes and then can't carry out, and what their answers mean.

An answer is one of three: refused for want of permission; an error that comes only after permission was given; or
anything else, of which nothing follows. Error codes: https://kafka.apache.org/protocol#protocol_error_codes
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from confluent_kafka import KafkaError

from levee_infra.verify.answer import Answer, Observation

NONE: Final = 0
OFFSET_OUT_OF_RANGE: Final = 1
UNKNOWN_TOPIC_OR_PARTITION: Final = 3
LEADER_NOT_AVAILABLE: Final = 5
NOT_LEADER_OR_FOLLOWER: Final = 6
COORDINATOR_LOAD_IN_PROGRESS: Final = 14
COORDINATOR_NOT_AVAILABLE: Final = 15
NOT_COORDINATOR: Final = 16
UNKNOWN_MEMBER_ID: Final = 25
TOPIC_ALREADY_EXISTS: Final = 36
INVALID_PARTITIONS: Final = 37
INVALID_REQUEST: Final = 42
POLICY_VIOLATION: Final = 44
INVALID_PRODUCER_ID_MAPPING: Final = 49
GROUP_ID_NOT_FOUND: Final = 69
INVALID_RECORD: Final = 87
RESOURCE_NOT_FOUND: Final = 91

REFUSALS: Final = frozenset({29, 30, 31, 53})
"""TOPIC_, GROUP_, CLUSTER_ and TRANSACTIONAL_ID_AUTHORIZATION_FAILED."""

PASSING: Final = frozenset({5, 7, 13, 41, 72, 79, 89})
"""Errors that end by themselves and come before any judgement: a leader or controller that moves, a time-out, a
throttle."""


@dataclass(frozen=True, slots=True)
class ProbeRequest:
    """A request, where its answer has the error code, and the codes that only a permitted one gets.

    `done`: without an error the operation was carried out, so it must be one that may be: a read, an empty change.
    """

    request: Any
    code: Callable[[Any], int]
    permitted: frozenset[int]
    done: bool = False

    def observe(self, response: Any) -> Observation:
        """What the answer says."""
        return read_code(self.code(response), self.permitted, done=self.done)


def read_code(code: int, permitted: frozenset[int], *, done: bool) -> Observation:
    """What an error code says, given those that only a permitted request gets."""
    name = error_name(code)
    if code in REFUSALS:
        return Observation(Answer.REFUSED, name)
    if code in permitted:
        return Observation(Answer.ALLOWED, name, done=done and code == NONE)
    return Observation(Answer.UNCLEAR, name)


def error_name(code: int) -> str:
    """Kafka's name of an error code."""
    return "no error" if code == NONE else str(KafkaError(code).name())
