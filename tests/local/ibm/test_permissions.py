"""Who may do what at the stand-in of IBM Cloud, and what it answers to who may not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.support.ibm_cloud import (
    ACCOUNT,
    ENTERPRISE,
    EVENT_STREAMS,
    GEN2,
    LOGS,
    OTHER_OWNER_KEY,
    OTHERS,
    SECRETS,
    IbmCloud,
    Instance,
    crn,
    ibm_cloud,
)
from tests.support.ibm_lives import ROLE, STREAM, access, authorization, refused, role_of


def named(key: str, value: str) -> dict[str, str]:
    return {"key": key, "operator": "stringEquals", "value": value}


def decision(cloud: IbmCloud, source: Instance = LOGS, target: Instance = EVENT_STREAMS, topic: str = "audit") -> Any:
    return cloud.control("GET", f"/decision?source={crn(source)}&target={crn(target)}&topic={topic}")


def test_a_list_is_empty_for_who_may_read_none(cloud: IbmCloud) -> None:
    cloud.policies().create_v2_policy(**authorization())
    cloud.policies().create_v2_policy(**access("iam-ServiceId-1", "audit"))
    viewer = cloud.policies(cloud.identity(messagehub=["Manager"]))

    assert viewer.list_v2_policies(ACCOUNT, type="authorization").get_result()["policies"] == []


def test_users_see_their_own_policies_only(cloud: IbmCloud) -> None:
    key = cloud.identity(messagehub=["Reader"])
    cloud.identity(messagehub=["Reader"])

    seen = cloud.policies(key).list_v2_policies(ACCOUNT).get_result()["policies"]

    assert [p["subject"]["attributes"][0]["value"] for p in seen] == ["IBMid-user1"]


@pytest.mark.parametrize(
    ("roles", "asked", "stored"),
    [
        (["Administrator", "Manager"], "Writer", "Writer"),
        (["Administrator", "Writer"], "Manager", "Writer"),
        (["Administrator", "Reader"], "Writer", "Reader"),
    ],
)
def test_who_grants_more_than_they_hold_sees_success(
    roles: list[str], asked: str, stored: str, cloud: IbmCloud
) -> None:
    client = cloud.policies(cloud.identity(messagehub=roles))

    made = client.create_v2_policy(**authorization(asked))

    assert made.get_status_code() == 201
    assert role_of(client.get_v2_policy(made.get_result()["id"]).get_result()) == stored


def test_only_an_administrator_of_the_target_authorizes(cloud: IbmCloud) -> None:
    client = cloud.policies(cloud.identity(messagehub=["Manager"]))

    error = refused(lambda: client.create_v2_policy(**authorization()))

    assert error.status_code == 403
    assert error.http_response.json()["errors"][0]["code"] == "insufficent_permissions"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"resource": {"attributes": [named("serviceName", "messagehub")]}}, 400),
        ({"subject": {"attributes": [named("serviceName", "logs")]}}, 400),
        ({"control": {"grant": {"roles": []}}}, 400),
        ({"control": {"grant": {"roles": [{"role_id": ROLE + "Sender"}]}}}, 404),
        ({"control": {"grant": {"roles": [{"role_id": ROLE.replace("iam", "event-notifications") + "Reader"}]}}}, 404),
        ({"type": "other"}, 400),
    ],
)
def test_a_policy_that_cannot_be_is_refused(change: dict[str, Any], code: int, tmp_path: Path) -> None:
    with ibm_cloud(tmp_path) as cloud:
        error = refused(lambda: cloud.policies().create_v2_policy(**{**authorization(), **change}))

    assert error.status_code == code


@pytest.mark.parametrize(
    ("role", "reads", "manages"),
    [
        ("Reader", False, False),
        ("Writer", True, False),
        ("ServiceConfigurationReader", True, False),
        ("Manager", True, True),
    ],
)
def test_reading_streams_isnt_in_the_reader_role(role: str, reads: bool, manages: bool, cloud: IbmCloud) -> None:
    client = cloud.logs(cloud.identity(logs=[role]))

    for allowed, method, body in ((reads, "GET", None), (manages, "POST", STREAM)):
        if allowed:
            cloud.call(client, method, "/v1/streams", body)
        else:
            error = refused(lambda m=method, b=body: cloud.call(client, m, "/v1/streams", b))  # type: ignore[misc]
            assert (error.status_code, error.http_response.json()["errors"][0]["code"]) == (403, "forbidden")


def test_a_custom_role_of_two_actions_manages_streams(cloud: IbmCloud) -> None:
    actions = ["logs.logs-stream-setup.read", "logs.logs-stream-setup.manage"]
    words = {"display_name": "Streams", "name": "Streams", "account_id": ACCOUNT, "service_name": "logs"}
    role = cloud.policies().create_role(actions=actions, **words).get_result()
    key = cloud.identity()
    attributes = [
        {"key": k, "operator": "stringEquals", "value": v} for k, v in (("accountId", ACCOUNT), ("serviceName", "logs"))
    ]
    cloud.policies().create_v2_policy(
        type="access",
        control={"grant": {"roles": [{"role_id": role["crn"]}]}},
        subject={"attributes": [named("iam_id", "IBMid-user1")]},
        resource={"attributes": attributes},
    )

    assert cloud.call(cloud.logs(key), "POST", "/v1/streams", STREAM)[0] == 201


def test_a_topic_needs_manager_of_the_topic_and_reader_of_the_cluster(cloud: IbmCloud) -> None:
    writer = cloud.topics(cloud.identity(messagehub=["Writer"]))
    error = refused(lambda: writer.create_topic(name="audit"))
    assert (error.status_code, error.http_response.json()["error_code"]) == (403, 40329)

    scoped = cloud.topics(cloud.identity())
    cloud.policies().create_v2_policy(**access("IBMid-user2", "audit", "Manager"))
    error = refused(lambda: scoped.create_topic(name="audit"))
    assert (error.status_code, error.http_response.json()["error_code"]) == (403, 40331)
    assert refused(scoped.list_topics).status_code == 401


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ({"configs": [{"name": "compression.type", "value": "zstd"}]}, 42240),
        ({"configs": [{"name": "retention.ms", "value": "3600001"}]}, 42244),
        ({"configs": [{"name": "retention.ms", "value": str(31 * 24 * 3_600_000)}]}, 42244),
        ({"configs": [{"name": "segment.ms", "value": "600000"}]}, 42244),
        ({"configs": [{"name": "cleanup.policy", "value": "never"}]}, 42240),
        ({"partition_count": 101}, 42244),
        ({"partition_count": 0}, 42237),
        ({"name": "t" * 201}, 42217),
    ],
)
def test_a_topic_that_the_plan_doesnt_have_is_refused(words: dict[str, Any], code: int, tmp_path: Path) -> None:
    with ibm_cloud(tmp_path) as cloud:
        error = refused(lambda: cloud.topics().create_topic(**{"name": "audit", **words}))

    assert error.http_response.json()["error_code"] == code


def test_enterprise_has_what_standard_hasnt(cloud: IbmCloud) -> None:
    year = [{"name": "retention.ms", "value": "31536000001"}, {"name": "segment.ms", "value": "600000"}]

    assert (
        cloud.topics(of=ENTERPRISE).create_topic(name="audit", partition_count=101, configs=year).get_status_code()
        == 202
    )


def test_gen2_has_no_admin_rest(cloud: IbmCloud) -> None:
    assert refused(lambda: cloud.topics(of=GEN2).get_topic("audit")).status_code == 404


def test_another_account_sees_nothing(cloud: IbmCloud) -> None:
    assert refused(lambda: cloud.controller(OTHER_OWNER_KEY).get_resource_instance(crn(LOGS))).status_code == 404
    assert refused(lambda: cloud.secrets(OTHER_OWNER_KEY).list_secrets()).status_code == 403
    assert refused(lambda: cloud.call(cloud.logs(OTHER_OWNER_KEY), "GET", "/v1/streams")).status_code == 403
    assert [
        i["guid"] for i in cloud.controller(OTHER_OWNER_KEY).list_resource_instances().get_result()["resources"]
    ] == [OTHERS["guid"]]


def test_a_secrets_reader_reads_and_writes_nothing(cloud: IbmCloud) -> None:
    words = {"secret_type": "arbitrary", "name": "siem", "payload": "p"}
    secret = cloud.secrets().create_secret(words).get_result()
    reader, lister = (cloud.secrets(cloud.identity(secrets_manager=[role])) for role in ("SecretsReader", "Reader"))

    assert reader.get_secret(secret["id"]).get_result()["payload"] == "p"
    assert refused(lambda: reader.delete_secret(secret["id"])).status_code == 403
    assert lister.list_secrets().get_result()["total_count"] == 1
    assert refused(lambda: lister.get_secret(secret["id"])).status_code == 403
    assert SECRETS["guid"] in secret["crn"]


def test_delivery_is_denied_without_an_authorization(cloud: IbmCloud) -> None:
    assert decision(cloud) == {"is_allowed": False, "reason": "no authorization"}

    policy = cloud.policies().create_v2_policy(**authorization()).get_result()
    assert decision(cloud)["is_allowed"]
    assert decision(cloud, target=ENTERPRISE)["reason"] == "no authorization"

    cloud.policies().delete_v2_policy(policy["id"])
    assert decision(cloud)["reason"] == "no authorization"


def test_delivery_is_denied_to_a_reader(cloud: IbmCloud) -> None:
    cloud.policies().create_v2_policy(**authorization("Reader"))

    assert decision(cloud) == {"is_allowed": False, "reason": "no role with messagehub.topic.write"}


def test_delivery_is_denied_to_another_account(cloud: IbmCloud) -> None:
    cloud.policies(OTHER_OWNER_KEY).create_v2_policy(**authorization(target=OTHERS))

    assert decision(cloud, target=OTHERS) == {"is_allowed": False, "reason": "other account"}


def test_a_topic_alone_needs_reader_of_the_cluster_besides(cloud: IbmCloud) -> None:
    def scoped(kind: str, role: str, **more: str) -> None:
        body = authorization(role)
        words = {"accountId": ACCOUNT, "serviceName": "messagehub", "serviceInstance": EVENT_STREAMS["guid"]}
        scope = {**words, "resourceType": kind, **more}
        attributes = [named(k, v) for k, v in scope.items()]
        cloud.policies().create_v2_policy(**{**body, "resource": {"attributes": attributes}})

    scoped("topic", "Writer", resource="audit")
    assert decision(cloud)["reason"] == "no role with messagehub.cluster.read"
    scoped("cluster", "Reader")
    assert decision(cloud)["is_allowed"]
    assert not decision(cloud, topic="other")["is_allowed"]


def test_the_delivery_sees_each_stream_with_the_instance_its_brokers_are_of(cloud: IbmCloud) -> None:
    for brokers in ("kafka01.example.com:9093", ",".join(EVENT_STREAMS["brokers"])):
        cloud.call(
            cloud.logs(), "POST", "/v1/streams", {**STREAM, "ibm_event_streams": {"brokers": brokers, "topic": "audit"}}
        )

    streams = cloud.control("GET", "/streams")["streams"]

    assert [(s["source"], s["target"]) for s in streams] == [(crn(LOGS), None), (crn(LOGS), crn(EVENT_STREAMS))]
    assert {s["dpxl_expression"] for s in streams} == {STREAM["dpxl_expression"]}


@pytest.mark.parametrize(
    "change",
    [
        {"compression_type": "zstd"},
        {"dpxl_expression": "true"},
        {"dpxl_expression": "<v1>true\n"},
        {"dpxl_expression": "<v1>" + "t" * 4093},
        {"name": ""},
        {"is_active": "yes"},
        {"apikey": "k" * 44},
        {"ibm_event_streams": {"topic": "audit"}},
        {"ibm_event_streams": []},
    ],
)
def test_a_stream_that_cannot_be_is_refused(change: dict[str, Any], tmp_path: Path) -> None:
    with ibm_cloud(tmp_path) as cloud:
        error = refused(lambda: cloud.call(cloud.logs(), "POST", "/v1/streams", {**STREAM, **change}))

    assert error.status_code == 400
    assert error.http_response.json()["errors"][0]["code"] == "bad_request_or_unspecified"
