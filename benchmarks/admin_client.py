"""The same objects that levee makes, made by hand with confluent-kafka's AdminClient: what levee is held against."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from confluent_kafka import KafkaException
from confluent_kafka.admin import (
    AclBinding,
    AclBindingFilter,
    AclOperation,
    AclPermissionType,
    AdminClient,
    NewTopic,
    ResourcePatternType,
    ResourceType,
    ScramCredentialInfo,
    ScramMechanism,
    UserScramCredentialDeletion,
    UserScramCredentialUpsertion,
)

from benchmarks.request import BenchmarkError
from levee.model.acl import Acl
from levee.plan.planned import Plan, PlannedCredential
from levee_infra.kafka.admin.acl_marks import owner_of
from levee_infra.local.admin import USERNAME
from levee_infra.local.cluster import ClusterStatus

REQUEST_SECONDS: Final = 120.0
SETTLE_SECONDS: Final = 180.0
POLL_SECONDS: Final = 0.25

_ABSENT: Final = frozenset({"UNKNOWN_TOPIC_OR_PART", "RESOURCE_NOT_FOUND"})
Send = Callable[[], Iterable["Future[Any]"]]
_RESOURCE_TYPES: Final = {
    "topic": ResourceType.TOPIC,
    "group": ResourceType.GROUP,
    "cluster": ResourceType.BROKER,
    "transactionalId": ResourceType.TRANSACTIONAL_ID,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class KafkaObjects:
    """A plan's topics, users and ACLs, in AdminClient's words."""

    topics: tuple[NewTopic, ...]
    users: tuple[UserScramCredentialUpsertion, ...]
    acls: tuple[AclBinding, ...]

    @classmethod
    def of(cls, plan: Plan) -> KafkaObjects:
        """Those that levee makes for `plan`, with the same settings and as costly passwords."""
        return cls(
            topics=tuple(
                NewTopic(
                    topic.name,
                    num_partitions=topic.partitions,
                    replication_factor=topic.replication,
                    config=dict(topic.settings),
                )
                for topic in plan.topics
            ),
            users=tuple(_user(credential, name) for credential in plan.credentials for name in credential.usernames),
            acls=tuple(
                _binding(acl, name)
                for credential in plan.credentials
                for name in credential.usernames
                for acl in credential.acls
            ),
        )

    @property
    def counts(self) -> Mapping[str, int]:
        """How many of each."""
        return {"topics": len(self.topics), "users": len(self.users), "ACLs": len(self.acls)}


class Administrator:
    """An AdminClient on the cluster, connected."""

    def __init__(self, brokers: ClusterStatus) -> None:
        settings = brokers.administrator.client(brokers.bootstrap, brokers.ca)
        self._client = AdminClient({**settings, "log_level": 0})
        self._client.list_topics(timeout=REQUEST_SECONDS)

    def create_together(self, objects: KafkaObjects) -> float:
        """Make everything with one request of each kind, all three under way at once; the seconds it took."""
        return _timed(lambda: _wait(self._creations(objects.topics, objects.users, objects.acls)))

    def delete_together(self, objects: KafkaObjects) -> float:
        """Remove everything with one request of each kind, all three under way at once; the seconds it took."""
        return _timed(lambda: _wait(self._deletions(objects)))

    def delete_what_is_there(self, objects: KafkaObjects) -> None:
        """Remove those of the objects that exist."""
        for future in self._deletions(objects):
            try:
                future.result(timeout=REQUEST_SECONDS)
            except KafkaException as error:
                if error.args[0].name() not in _ABSENT:
                    raise

    def create_one_by_one(self, objects: KafkaObjects, most_seconds: float) -> tuple[float, float]:
        """Make everything with a request for each object, each waiting for the one before.

        Stops after `most_seconds`. The seconds it took, and the share of the objects that was made by then.
        """
        creations = self._creations
        sends: list[Send] = [partial(creations, [topic], [], []) for topic in objects.topics]
        sends += [partial(creations, [], [user], []) for user in objects.users]
        sends += [partial(creations, [], [], [acl]) for acl in objects.acls]
        began = time.perf_counter()
        for made, send in enumerate(sends, start=1):
            _wait(send())
            seconds = time.perf_counter() - began
            if seconds > most_seconds:
                return seconds, made / len(sends)
        return time.perf_counter() - began, 1.0

    def counts(self) -> Mapping[str, int]:
        """How many topics, users and ACLs the cluster holds, beside its own and marks of ownership."""
        topics = self._client.list_topics(timeout=REQUEST_SECONDS).topics
        users = self._client.describe_user_scram_credentials(request_timeout=REQUEST_SECONDS).result()
        acls = self._client.describe_acls(_EVERY_ACL, request_timeout=REQUEST_SECONDS).result()
        return {
            "topics": sum(not name.startswith("__") for name in topics),
            "users": sum(name != USERNAME for name in users),
            "ACLs": sum(owner_of(acl.principal) is None for acl in acls),
        }

    def require(self, expected: Mapping[str, int]) -> None:
        """Wait until the brokers show this many objects, every replica in sync: what is measured next starts on quiet
        brokers. Raises BenchmarkError if they never do.
        """
        deadline = time.monotonic() + SETTLE_SECONDS
        while (found := self.counts()) != expected or not self._in_sync():
            if time.monotonic() > deadline:
                raise BenchmarkError(
                    f"the cluster holds {dict(found)}, expected {dict(expected)} with replicas in sync"
                )
            time.sleep(POLL_SECONDS)

    def _in_sync(self) -> bool:
        topics = self._client.list_topics(timeout=REQUEST_SECONDS).topics.values()
        partitions = (partition for topic in topics for partition in topic.partitions.values())
        return all(partition.leader >= 0 and len(partition.isrs) == len(partition.replicas) for partition in partitions)

    def _creations(
        self,
        topics: Iterable[NewTopic],
        users: Iterable[UserScramCredentialUpsertion],
        acls: Iterable[AclBinding],
    ) -> list[Future[Any]]:
        return [
            *self._sent(self._client.create_topics, topics),
            *self._sent(self._client.alter_user_scram_credentials, users),
            *self._sent(self._client.create_acls, acls),
        ]

    def _deletions(self, objects: KafkaObjects) -> list[Future[Any]]:
        users = [UserScramCredentialDeletion(user.user, ScramMechanism.SCRAM_SHA_512) for user in objects.users]
        return [
            *self._sent(self._client.delete_topics, [topic.topic for topic in objects.topics]),
            *self._sent(self._client.alter_user_scram_credentials, users),
            *self._sent(self._client.delete_acls, [_filter(acl) for acl in objects.acls]),
        ]

    @staticmethod
    def _sent(request: Callable[..., Mapping[Any, Future[Any]]], items: Iterable[Any]) -> Iterable[Future[Any]]:
        asked = list(items)
        return request(asked, request_timeout=REQUEST_SECONDS).values() if asked else ()


_EVERY_ACL: Final = AclBindingFilter(
    ResourceType.ANY, None, ResourcePatternType.ANY, None, None, AclOperation.ANY, AclPermissionType.ANY
)


def _user(credential: PlannedCredential, name: str) -> UserScramCredentialUpsertion:
    info = ScramCredentialInfo(ScramMechanism.SCRAM_SHA_512, (credential.scram.iterations if credential.scram else 0))
    return UserScramCredentialUpsertion(name, info, secrets.token_urlsafe(32).encode())


def _binding(acl: Acl, username: str) -> AclBinding:
    return AclBinding(
        _RESOURCE_TYPES[acl.resource_type.value],
        acl.pattern.name,
        ResourcePatternType[acl.pattern.type.name],
        f"User:{username}",
        "*",
        AclOperation[acl.operation.name],
        AclPermissionType.ALLOW,
    )


def _filter(acl: AclBinding) -> AclBindingFilter:
    return AclBindingFilter(
        acl.restype,
        acl.name,
        acl.resource_pattern_type,
        acl.principal,
        acl.host,
        acl.operation,
        acl.permission_type,
    )


def _timed(work: Callable[[], None]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def _wait(futures: Iterable[Future[Any]]) -> None:
    for future in futures:
        future.result(timeout=REQUEST_SECONDS)
