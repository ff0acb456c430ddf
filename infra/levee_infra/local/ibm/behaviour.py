"""Switches for what IBM's documentation leaves open, faults for what goes wrong there, and mutants.

A test runs under each value of each switch, so that nothing depends on a guess.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any, Final, Literal, get_args, get_origin, get_type_hints


@dataclass(frozen=True, slots=True)
class Behaviour:
    """The switches. The defaults are what the sources make likeliest."""

    stale_if_match: Literal[412, 409] = 412
    policy_after_delete: Literal["deleted", "404"] = "deleted"
    same_attributes_other_role: Literal["conflicts", "accepted"] = "conflicts"
    conflicting_policy_as: Literal["object", "text"] = "object"
    duplicate_stream_name: Literal["accepted", "refused"] = "accepted"
    inactive_reads_back: Literal["false", "absent"] = "false"
    unknown_stream_field: Literal["refused", "ignored"] = "refused"
    first_stream_id: int = 1
    list_order: Literal["oldest", "newest"] = "oldest"
    topic_read_refusal: Literal[401, 403] = 401
    topic_lag: int = 0
    duplicate_secret: Literal[409, 400] = 409
    used_group: Literal[409, 400] = 409
    instance_not_yours: Literal[404, 403] = 404
    page_size: int = 0
    token_seconds: int = 3600

    def changed(self, values: Mapping[str, Any]) -> Behaviour:
        """The switches with some set anew. Raises ValueError for one that isn't there or a value it can't have."""
        kinds = get_type_hints(Behaviour)
        for name, value in values.items():
            if name not in kinds:
                raise ValueError(f"no switch {name!r}; there are: {', '.join(kinds)}")
            allowed = choices(name)
            fits = value in allowed if allowed else type(value) is int and value >= 0
            if not fits:
                raise ValueError(f"{name} can't be {value!r}; it is one of {allowed or 'the whole numbers from 0'}")
        return replace(self, **values)


def choices(name: str) -> tuple[Any, ...]:
    """The values of a switch, () for one that is a number."""
    kind = get_type_hints(Behaviour)[name]
    return get_args(kind) if get_origin(kind) is Literal else ()


SOURCES: Final[Mapping[str, str]] = {
    "stale_if_match": "U: [SDK] says that it must match, not what is answered otherwise",
    "policy_after_delete": "U: [TF] takes 404 and state `deleted` for gone; [SDK] lists deleted ones by `state`",
    "same_attributes_other_role": "I: TF#5565, TF#4554 show a conflict of equal roles only",
    "conflicting_policy_as": "U: an object in TF#5565, TF#4554; text in [SDK] ConflictsWith.policy",
    "duplicate_stream_name": "U: no page says that names are unique",
    "inactive_reads_back": "I: TF#5913, the accepted test omits `is_active` and reads false, or nothing",
    "unknown_stream_field": "U",
    "first_stream_id": "I: the mocks of [GO] have streams of id 0",
    "list_order": "U",
    "topic_read_refusal": "U: [EPY] documents 401 and no 403 for GET; [ES] managing_access.md asks for cluster Reader",
    "topic_lag": "U: [EPY] create and delete are accepted (202), and done later; reads until then",
    "duplicate_secret": "U",
    "used_group": "U: whether it is a conflict or a bad request",
    "instance_not_yours": "U",
    "page_size": "U: the most that a page holds, whatever was asked for; 0: what was asked for",
    "token_seconds": "[CL] IAM tokens hold an hour",
}
"""Where each switch comes from."""

MUTANTS: Final = ("accepts-zstd", "skips-account-equality", "one-page-only", "lists-before-auth")
"""Ways to be wrong that IBM's services aren't: each has to be noticed by a test."""

FAULTS: Final[Mapping[str, str]] = {
    "status": "answers `status` before anything is done, with `retry_after` seconds if given",
    "lost": "does what was asked and closes the connection without an answer",
    "unseen": "what is made is 404 for `reads` reads and absent from `lists` lists (TF#3573, TF#4413)",
    "empty": "a list is 200 and empty, as for who may not read ([SDK] list_v2_policies)",
    "cut": "a policy is stored with `role`, as for who doesn't hold more ([CL] iam-service-auth-es.md)",
    "propagating": "a policy that is stored isn't in force for this decision yet (TF#4478)",
    "unauthenticated": "a token that holds is refused, as one that has been revoked",
}


@dataclass(slots=True)
class Fault:
    """Something to go wrong `times` times, at requests that match. An empty pattern matches anything."""

    kind: str
    times: int = 1
    service: str = ""
    method: str = ""
    path: str = ""
    status: int = 503
    retry_after: int = 0
    reads: int = 0
    lists: int = 0
    role: str = "Reader"

    def __post_init__(self) -> None:
        if self.kind not in FAULTS:
            raise ValueError(f"no fault {self.kind!r}; there are: {', '.join(FAULTS)}")
        re.compile(self.path)

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> Fault:
        """A fault as JSON gives it. Raises ValueError for what isn't one."""
        unknown = set(values) - {item.name for item in fields(cls)}
        if unknown or "kind" not in values:
            raise ValueError(f"a fault has a kind and no {', '.join(sorted(unknown)) or 'other names'}")
        return cls(**values)

    def matches(self, kind: str, service: str, method: str, path: str) -> bool:
        """Whether it is due at this request."""
        return (
            self.times > 0
            and self.kind == kind
            and self.service in ("", service)
            and self.method in ("", method)
            and (not self.path or re.fullmatch(self.path, path) is not None)
        )
