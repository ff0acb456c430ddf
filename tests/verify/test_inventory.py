"""What the administrator may not see is a failure to look, never an empty list."""

from __future__ import annotations

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any, cast

import pytest
from kafka.protocol.admin import (
    DescribeAclsRequest,
    DescribeClusterRequest,
    DescribeConfigsRequest,
    DescribeUserScramCredentialsRequest,
)
from kafka.protocol.metadata import MetadataRequest

from levee.plan.planned import Plan
from levee_infra.verify.client import Client
from levee_infra.verify.inventory import InventoryFailed, survey

DESCRIBE, DESCRIBE_CONFIGS, NOT_AUTHORIZED, UNKNOWN_TOPIC = 8, 10, 29, 3
RIGHTS = (DESCRIBE, DESCRIBE_CONFIGS)


class Cluster:
    """A cluster that holds nothing but the planned topics, and answers errors by the kind of request."""

    def __init__(self, errors: Mapping[type, int], rights: tuple[int, ...], pattern_type: int = 3) -> None:
        self.login = SimpleNamespace(username="administrator")
        self._errors, self._rights, self._pattern_type = errors, rights, pattern_type

    async def ask(self, request: Any) -> Any:
        error = self._errors.get(type(request), 0)
        match request:
            case DescribeClusterRequest():
                return SimpleNamespace(
                    error_code=error, cluster_id="c", authorized_operations=frozenset(self._rights), brokers=[]
                )
            case MetadataRequest():
                names = [topic.name for topic in request.topics]
                topics = [SimpleNamespace(error_code=error, name=name, partitions=[], topic_id=None) for name in names]
                return SimpleNamespace(topics=topics)
            case DescribeConfigsRequest():
                names = [resource.resource_name for resource in request.resources]
                results = [SimpleNamespace(error_code=error, resource_name=name, configs=[]) for name in names]
                return SimpleNamespace(results=results)
            case DescribeAclsRequest():
                resource = SimpleNamespace(resource_type=2, resource_name="t", pattern_type=self._pattern_type, acls=[])
                return SimpleNamespace(error_code=error, resources=[resource])
            case DescribeUserScramCredentialsRequest():
                return SimpleNamespace(error_code=error, results=[])
        raise AssertionError(request)


async def surveyed(
    plan: Plan, errors: Mapping[type, int], rights: tuple[int, ...] = RIGHTS, pattern_type: int = 3
) -> Any:
    return await survey(cast("Client", Cluster(errors, rights, pattern_type)), plan)


async def test_all_that_may_be_seen_is_read(plan: Plan) -> None:
    live = await surveyed(plan, {})
    assert (live.cluster_id, live.acls, live.users) == ("c", frozenset(), {})
    assert live.topics.keys() == {topic.name for topic in plan.topics}


@pytest.mark.parametrize(
    ("rights", "lacking"),
    [((), "DESCRIBE, DESCRIBE_CONFIGS"), ((DESCRIBE,), "DESCRIBE_CONFIGS"), ((DESCRIBE_CONFIGS,), "DESCRIBE")],
)
async def test_without_the_right_to_see_nothing_is_compared(plan: Plan, rights: tuple[int, ...], lacking: str) -> None:
    with pytest.raises(InventoryFailed, match=f"administrator lacks {lacking} on the cluster"):
        await surveyed(plan, {}, rights)


@pytest.mark.parametrize(
    ("request_type", "told"),
    [
        (DescribeClusterRequest, "describing the cluster"),
        (MetadataRequest, "describing topic"),
        (DescribeConfigsRequest, "describing the settings of topic"),
        (DescribeAclsRequest, "listing ACLs"),
        (DescribeUserScramCredentialsRequest, "listing SCRAM users"),
    ],
)
async def test_a_list_that_is_refused_is_not_empty(plan: Plan, request_type: type, told: str) -> None:
    with pytest.raises(InventoryFailed, match=f"{told}.* failed: TOPIC_AUTHORIZATION_FAILED"):
        await surveyed(plan, {request_type: NOT_AUTHORIZED})


async def test_a_topic_that_is_not_there_is_no_failure(plan: Plan) -> None:
    assert (await surveyed(plan, {MetadataRequest: UNKNOWN_TOPIC})).topics == {}


async def test_an_acl_that_matches_in_an_unknown_way_is_a_failure(plan: Plan) -> None:
    with pytest.raises(InventoryFailed, match="matches in a way that levee doesn't know"):
        await surveyed(plan, {}, pattern_type=9)
