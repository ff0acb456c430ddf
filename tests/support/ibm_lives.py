"""The life of each kind of thing at IBM, by IBM's own clients: made, in conflict, changed, on the second page, gone.

Each is written so that it holds under every setting of what IBM leaves open.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import pytest
from ibm_cloud_sdk_core import ApiException, get_query_param
from ibm_platform_services.iam_identity_v1 import ApiKey, ServiceId
from ibm_platform_services.iam_policy_management_v1 import (
    Control,
    CustomRole,
    Grant,
    PoliciesPager,
    Roles,
    V2PoliciesPager,
    V2Policy,
    V2PolicyResource,
    V2PolicyResourceAttribute,
    V2PolicySubject,
    V2PolicySubjectAttribute,
)
from ibm_platform_services.resource_controller_v2 import ResourceInstance, ResourceInstancesPager
from ibm_secrets_manager_sdk.secrets_manager_v2 import ArbitrarySecret, SecretGroup, SecretsPager

from tests.support.ibm_cloud import ACCOUNT, EVENT_STREAMS, GEN2, LOGS, OWNER_KEY, IbmCloud, Instance, crn

ROLE = "crn:v1:bluemix:public:iam::::serviceRole:"
STREAM: dict[str, Any] = {
    "name": "audit",
    "dpxl_expression": "<v1>$l.applicationname == 'ibm-audit-event'",
    "is_active": False,
    "compression_type": "gzip",
    "ibm_event_streams": {"brokers": "kafka01.example.com:9093", "topic": "live.screen"},
}


def attributes(kind: Any, **values: str) -> list[Any]:
    return [kind(key=key, operator="stringEquals", value=value) for key, value in values.items()]


def authorization(role: str = "Writer", source: Instance = LOGS, target: Instance = EVENT_STREAMS) -> dict[str, Any]:
    """What `create_v2_policy` takes."""
    return {
        "type": "authorization",
        "control": Control(grant=Grant(roles=[Roles(role_id=ROLE + role)])),
        "subject": V2PolicySubject(
            attributes=attributes(
                V2PolicySubjectAttribute,
                accountId=source["account"],
                serviceName="logs",
                serviceInstance=source["guid"],
            )
        ),
        "resource": V2PolicyResource(
            attributes=attributes(
                V2PolicyResourceAttribute,
                accountId=target["account"],
                serviceName="messagehub",
                serviceInstance=target["guid"],
            )
        ),
    }


def access(iam_id: str, topic: str, role: str = "Reader") -> dict[str, Any]:
    return {
        "type": "access",
        "control": Control(grant=Grant(roles=[Roles(role_id=ROLE + role)])),
        "subject": V2PolicySubject(attributes=attributes(V2PolicySubjectAttribute, iam_id=iam_id)),
        "resource": V2PolicyResource(
            attributes=attributes(
                V2PolicyResourceAttribute,
                accountId=ACCOUNT,
                serviceName="messagehub",
                serviceInstance=EVENT_STREAMS["guid"],
                resourceType="topic",
                resource=topic,
            )
        ),
    }


def role_of(policy: dict[str, Any]) -> str:
    role: str = policy["control"]["grant"]["roles"][0]["role_id"]
    return role.removeprefix(ROLE)


def refused(what: Callable[[], object]) -> ApiException:
    with pytest.raises(ApiException) as caught:
        what()
    return caught.value


def tried(what: Callable[[], Any], status: int = 404) -> Any:
    """What it answers, or its refusal with that status."""
    try:
        return what()
    except ApiException as error:
        if error.status_code != status:
            raise
        return error


def same(model: Any, answer: dict[str, Any], *, but: Iterable[str] = ()) -> None:
    """An answer comes through IBM's model whole: nothing missing, nothing that the model doesn't know."""
    known = model.from_dict(answer).to_dict()
    left, right = (
        {k: v for k, v in side.items() if k not in but and not k.endswith("_at")} for side in (known, answer)
    )
    assert left == right


def policy_life(cloud: IbmCloud) -> None:
    client = cloud.policies()
    made = client.create_v2_policy(**authorization(), description="logs to event streams")
    policy, etag = made.get_result(), made.get_headers()["ETag"]
    assert made.get_status_code() == 201
    same(V2Policy, policy)

    conflict = refused(lambda: client.create_v2_policy(**authorization()))
    assert conflict.status_code == 409
    body = conflict.http_response.json()
    assert body["errors"][0]["code"] == "policy_conflict_error"
    other = body["errors"][0]["details"]["conflicts_with"]
    assert other["etag"] == etag
    assert policy["id"] in str(other["policy"])

    policy_id = policy["id"]
    cut = client.replace_v2_policy(policy_id, etag, **authorization("Reader"))
    assert cut.get_status_code() == 200
    assert cut.get_headers()["ETag"] != etag
    assert refused(lambda: client.replace_v2_policy(policy_id, etag, **authorization())).status_code in (409, 412)
    assert role_of(client.get_v2_policy(policy_id).get_result()) == "Reader"

    readers = [client.create_v2_policy(**access(f"iam-ServiceId-{n}", "audit")).get_result()["id"] for n in range(3)]
    pager = V2PoliciesPager(client=client, account_id=ACCOUNT, type="access", limit=2)
    assert sorted(p["id"] for p in pager.get_all()) == sorted(readers)
    first = client.list_v2_policies(ACCOUNT, type="access", limit=2).get_result()
    assert len(first["policies"]) <= 2
    assert first["next"]["start"]

    assert client.delete_v2_policy(policy_id).get_status_code() == 204
    left = V2PoliciesPager(client=client, account_id=ACCOUNT, type="authorization").get_all()
    assert left == []
    gone = V2PoliciesPager(client=client, account_id=ACCOUNT, type="authorization", state="deleted").get_all()
    assert [p["id"] for p in gone] == [policy_id]
    read = tried(lambda: client.get_v2_policy(policy_id).get_result())
    assert isinstance(read, ApiException) or read["state"] == "deleted"
    assert client.create_v2_policy(**authorization()).get_result()["id"] != policy_id


def old_policy_life(cloud: IbmCloud) -> None:
    """The same policies by the older shape, by the same ids."""
    client = cloud.policies()
    made = client.create_v2_policy(**authorization())
    identity, etag = made.get_result()["id"], made.get_headers()["ETag"]
    old = client.get_policy(identity).get_result()
    assert old["subjects"][0]["attributes"][0] == {"name": "accountId", "value": ACCOUNT}
    kept = {key: old[key] for key in ("subjects", "resources")}
    replaced = client.replace_policy(identity, etag, type="authorization", roles=[{"role_id": ROLE + "Reader"}], **kept)
    assert role_of(client.get_v2_policy(identity).get_result()) == "Reader"
    assert replaced.get_headers()["ETag"] != etag
    again = {"type": "authorization", "roles": [{"role_id": ROLE + "Reader"}], **kept}
    assert refused(lambda: client.create_policy(**again)).status_code == 409
    assert [p["id"] for p in PoliciesPager(client=client, account_id=ACCOUNT).get_all()] == [identity]
    assert client.delete_policy(identity).get_status_code() == 204
    second = client.create_policy(**again)
    assert second.get_status_code() == 201
    assert client.delete_policy(second.get_result()["id"]).get_status_code() == 204


def role_life(cloud: IbmCloud) -> None:
    client = cloud.policies()
    actions = ["logs.logs-stream-setup.read", "logs.logs-stream-setup.manage"]
    words = {"account_id": ACCOUNT, "service_name": "logs"}
    made = client.create_role(display_name="Streams", actions=actions, name="Streams", **words)
    role = made.get_result()
    same(CustomRole, role)
    twice = {"display_name": "Streams", "actions": actions, "name": "Streams", **words}
    assert refused(lambda: client.create_role(**twice)).status_code == 409
    etag = made.get_headers()["ETag"]
    client.replace_role(role["id"], etag, display_name="Streams", actions=actions[:1])
    stale = {"if_match": etag, "display_name": "Streams", "actions": actions}
    assert refused(lambda: client.replace_role(role["id"], **stale)).status_code in (409, 412)
    listed = client.list_roles(account_id=ACCOUNT, service_name="logs").get_result()
    assert [r["actions"] for r in listed["custom_roles"]] == [actions[:1]]
    assert {"Reader", "Writer", "Manager"} <= {r["display_name"] for r in listed["service_roles"]}
    assert client.delete_role(role["id"]).get_status_code() == 204
    assert refused(lambda: client.get_role(role["id"])).status_code == 404


def identity_life(cloud: IbmCloud) -> None:
    client = cloud.identities()
    made = client.create_service_id(account_id=ACCOUNT, name="siem-shipper").get_result()
    same(ServiceId, made)
    client.create_service_id(account_id=ACCOUNT, name="siem-shipper")  # names aren't unique
    client.create_service_id(account_id=ACCOUNT, name="other")
    every = {"account_id": ACCOUNT, "pagesize": 1}
    assert len(pages(client.list_service_ids, "serviceids", **every)) == 3
    assert len(pages(client.list_service_ids, "serviceids", name="siem-shipper", **every)) == 2
    changed = client.update_service_id(made["id"], made["entity_tag"], description="reads audit").get_result()
    stale = refused(lambda: client.update_service_id(made["id"], made["entity_tag"], description="x"))
    assert stale.status_code in (409, 412)
    assert client.get_service_id(made["id"]).get_result() == changed

    value = "chosen-by-the-caller-" + "v" * 20
    key = client.create_api_key(name="siem", iam_id=made["iam_id"], account_id=ACCOUNT, apikey=value).get_result()
    same(ApiKey, key)
    assert key["apikey"] == value
    assert client.get_api_key(key["id"]).get_result()["apikey"] == ""
    found = client.get_api_keys_details(iam_api_key=value).get_result()
    assert (found["id"], found["apikey"]) == (key["id"], "")
    again = {"name": "again", "iam_id": made["iam_id"], "account_id": ACCOUNT}
    assert refused(lambda: client.create_api_key(apikey=value, **again)).status_code == 400
    assert refused(lambda: client.create_api_key(apikey="v" * 31, **again)).status_code == 400
    assert (
        refused(lambda: client.create_service_id(ACCOUNT, "n", apikey={"name": "n", "apikey": value})).status_code
        == 400
    )
    made_here = client.create_api_key(store_value=True, **again).get_result()["apikey"]
    assert len(made_here) >= 32
    keys = pages(client.list_api_keys, "apikeys", iam_id=made["iam_id"], **every)
    assert sorted(k["name"] for k in keys) == ["again", "siem"]
    assert {k["apikey"] for k in keys} == {"", made_here}
    assert cloud.authenticator(value).token_manager.get_token()
    renamed = client.update_api_key(key["id"], key["entity_tag"], description="in use").get_result()
    assert renamed["description"] == "in use"
    assert client.delete_api_key(key["id"]).get_status_code() == 204
    assert refused(cloud.authenticator(value).token_manager.get_token).status_code == 400
    assert client.delete_service_id(made["id"]).get_status_code() == 204
    assert refused(lambda: client.get_service_id(made["id"])).status_code == 404
    assert refused(cloud.authenticator(made_here).token_manager.get_token).status_code == 400


def pages(read: Callable[..., Any], rows: str, /, **query: Any) -> list[dict[str, Any]]:
    """All of a list whose answers say where the next page is."""
    found: list[dict[str, Any]] = []
    token: str | None = None
    while True:
        answer = read(pagetoken=token, **query).get_result()
        found += answer[rows]
        token = get_query_param(answer.get("next", ""), "pagetoken")
        if token is None:
            return found


def instance_life(cloud: IbmCloud) -> None:
    client = cloud.controller()
    by_crn = client.get_resource_instance(crn(LOGS)).get_result()
    same(ResourceInstance, by_crn)
    assert client.get_resource_instance(LOGS["guid"]).get_result() == by_crn
    guids = sorted(i["guid"] for i in cloud.fake_instances())
    assert sorted(i["guid"] for i in ResourceInstancesPager(client=client, limit=2).get_all()) == guids
    assert "kafka_http_url" in client.get_resource_instance(crn(EVENT_STREAMS)).get_result()["extensions"]
    gen2 = client.get_resource_instance(crn(GEN2)).get_result()["extensions"]
    assert "kafka_http_url" not in gen2
    assert gen2["dataservices"]["connection"]["bootstrap_servers"] == ",".join(GEN2["brokers"])
    unknown = crn({**LOGS, "guid": "f" * 8})
    assert refused(lambda: client.get_resource_instance(unknown)).status_code == 404


def stream_life(cloud: IbmCloud) -> None:
    client = cloud.logs()
    status, made = cloud.call(client, "POST", "/v1/streams", STREAM)
    assert status == 201
    assert {name: made[name] for name in STREAM} == STREAM
    again = tried(lambda: cloud.call(client, "POST", "/v1/streams", STREAM), 409)
    copies = 1 if isinstance(again, ApiException) else 2
    _, listed = cloud.call(client, "GET", "/v1/streams")
    assert len(listed["streams"]) == copies
    changed = {**STREAM, "is_active": True, "dpxl_expression": "<v1>true"}
    status, answer = cloud.call(client, "PUT", f"/v1/streams/{made['id']}", changed)
    assert (status, answer["id"], answer["created_at"]) == (200, made["id"], made["created_at"])
    assert {name: answer[name] for name in changed} == changed
    _, bare = cloud.call(client, "POST", "/v1/streams", {"name": "bare", "dpxl_expression": "<v1>true"})
    assert bare.get("is_active", False) is False
    _, listed = cloud.call(client, "GET", "/v1/streams")
    for stream in listed["streams"]:
        assert cloud.call(client, "DELETE", f"/v1/streams/{stream['id']}")[0] == 204
    assert cloud.call(client, "GET", "/v1/streams")[1] == {"streams": []}
    for method, body in (("PUT", changed), ("DELETE", None)):
        gone = refused(lambda m=method, b=body: cloud.call(client, m, f"/v1/streams/{made['id']}", b))  # type: ignore[misc]
        assert gone.status_code == 404
        assert gone.http_response.json()["errors"][0]["code"] == "not_found"


def topic_life(cloud: IbmCloud) -> None:
    client = cloud.topics()
    configs = [{"name": "retention.ms", "value": "7200000"}, {"name": "cleanup.policy", "value": "delete"}]
    assert client.create_topic(name="audit", partition_count=3, configs=configs).get_status_code() == 202
    again = refused(lambda: client.create_topic(name="audit"))
    assert (again.status_code, again.http_response.json()["error_code"]) == (422, 42236)
    topic = until(lambda: client.get_topic("audit").get_result())
    assert (topic["partitions"], topic["replicationFactor"], topic["retentionMs"]) == (3, 3, 7200000)
    for n in range(3):
        client.create_topic(name=f"other-{n}")
        until(lambda n=n: client.get_topic(f"other-{n}").get_result())  # type: ignore[misc]
    until_equal(lambda: sorted(all_topics(client, per_page=2)), ["audit", "other-0", "other-1", "other-2"])
    assert (
        sorted(t["name"] for t in client.list_topics(topic_filter="other*").get_result())
        or cloud.fake.behaviour.page_size
    )
    update = [{"name": "retention.ms", "value": "3600000"}, {"name": "cleanup.policy", "reset_to_default": True}]
    assert client.update_topic("audit", new_total_partition_count=4, configs=update).get_status_code() == 202
    topic = client.get_topic("audit").get_result()
    assert (topic["partitions"], topic["retentionMs"]) == (4, 3600000)
    fewer = refused(lambda: client.update_topic("audit", new_total_partition_count=3))
    assert fewer.http_response.json()["error_code"] == 42237
    assert client.delete_topic("audit").get_status_code() == 202
    gone = refused(lambda: [client.get_topic("audit") for _ in range(10)])
    assert (gone.status_code, gone.http_response.json()["error_code"]) == (404, 40403)
    assert gone.http_response.json()["incident_id"] == gone.global_transaction_id


def all_topics(client: Any, per_page: int) -> list[str]:
    found: list[str] = []
    page: int | None = 1
    while page is not None:
        answer = client.list_topics(per_page=per_page, page=page)
        found += [topic["name"] for topic in answer.get_result()]
        page = page + 1 if 'rel="next"' in answer.get_headers().get("Link", "") else None
    return found


def until(read: Callable[[], Any]) -> Any:
    """What is there after some reads that find nothing."""
    for _ in range(10):
        if not isinstance(found := tried(read), ApiException):
            return found
    raise AssertionError("never there")


def until_equal(read: Callable[[], Any], expected: Any) -> None:
    assert any(read() == expected for _ in range(10))


def secret_life(cloud: IbmCloud) -> None:
    client = cloud.secrets()
    group = client.create_secret_group("levee").get_result()
    same(SecretGroup, group)
    assert refused(lambda: client.create_secret_group("levee")).status_code in (400, 409)
    words = {"secret_type": "arbitrary", "name": "siem", "payload": "first", "secret_group_id": group["id"]}
    secret = client.create_secret(words).get_result()
    same(ArbitrarySecret, secret)
    assert refused(lambda: client.create_secret(words)).status_code in (400, 409)
    for n in range(3):
        client.create_secret({**words, "name": f"other-{n}"})
    pager = SecretsPager(client=client, limit=2, groups=[group["id"]])
    listed = pager.get_all()
    assert sorted(s["name"] for s in listed) == ["other-0", "other-1", "other-2", "siem"]
    assert not any("payload" in s for s in listed)
    identity = secret["id"]
    client.create_secret_version(identity, {"payload": "second"})
    assert client.get_secret(identity).get_result()["payload"] == "second"
    assert client.get_secret_by_name_type("arbitrary", "siem", "levee").get_result()["id"] == identity
    assert client.get_secret_version(identity, "previous").get_result()["payload"] == "first"
    versions = client.list_secret_versions(identity).get_result()
    assert [v.get("alias") for v in versions["versions"]] == ["previous", "current"]
    assert client.get_secret_metadata(identity).get_result()["versions_total"] == 2
    assert refused(lambda: client.delete_secret_group(group["id"])).status_code in (400, 409)
    for s in listed:
        assert client.delete_secret(s["id"]).get_status_code() == 204
    assert refused(lambda: client.get_secret(identity)).status_code == 404
    assert client.delete_secret_group(group["id"]).get_status_code() == 204
    assert client.list_secret_groups().get_result()["secret_groups"] == []


def log_life(cloud: IbmCloud) -> None:
    client = cloud.logs(OWNER_KEY, "logs-ingress")
    record = {"applicationName": "levee", "subsystemName": "proof", "severity": 3, "text": {"mark": "m1"}}
    assert cloud.call(client, "POST", "/logs/v1/singles", [record])[0] == 200
    kept = cloud.control("GET", f"/records/{LOGS['guid']}")["records"]
    assert [r["text"] for r in kept] == [{"mark": "m1"}]
    assert cloud.control("GET", f"/records/{LOGS['guid']}?from=1")["records"] == []
    bad = refused(lambda: cloud.call(client, "POST", "/logs/v1/singles", [{**record, "severity": 7}]))
    assert bad.status_code == 400


LIVES = (
    policy_life,
    old_policy_life,
    role_life,
    identity_life,
    instance_life,
    stream_life,
    topic_life,
    secret_life,
    log_life,
)
