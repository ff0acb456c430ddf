"""The kinds of IBM's resources, through whole lives, on a server that plays IBM Cloud."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from levee.clock import SYSTEM_CLOCK
from levee_infra.kafka.secret_store.client_settings import PLAIN, ClientConnection
from levee_infra.kafka.secret_store.file_store import FileLocation
from levee_infra.providers.protocol.failures import FailedError, PartlyDoneError, RefusedError
from levee_infra.providers.protocol.kind import Declaration, Naming, Recorded, ResourceKind
from levee_infra.providers.protocol.properties import Properties
from levee_infra.targets.ibm.api import Api, Patience
from levee_infra.targets.ibm.connection import IbmConnection
from levee_infra.targets.ibm.kinds.authorization_policy.kind import AuthorizationPolicy
from levee_infra.targets.ibm.kinds.logs_stream.kind import LogsStream
from levee_infra.targets.ibm.kinds.service_id.kind import ServiceId
from levee_infra.targets.ibm.kinds.topic.kind import Topic
from levee_infra.targets.ibm.platform import KEY_USER
from tests.support.ibm_cloud import ACCOUNT, BROKERS, EVENT_STREAMS, LOGS, OWNER_KEY, IbmCloud, ibm_cloud
from tests.support.ibm_contract import breaches_of

AT_ONCE = Patience(pauses=(0.0, 0.0, 0.0), longest=0.0)


@pytest.fixture
def cloud(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[IbmCloud]:
    with ibm_cloud(tmp_path / "ibm", **getattr(request, "param", {})) as running:
        yield running
    assert breaches_of(running.requests) == []


def api(cloud: IbmCloud, monkeypatch: pytest.MonkeyPatch, key: str = OWNER_KEY) -> Api:
    monkeypatch.setenv("IBMCLOUD_API_KEY", key)
    endpoints = {name: f"{cloud.url}/{name}" for name in ("iam", "resource-controller")}
    return Api(IbmConnection(ACCOUNT, "eu-de", endpoints=endpoints), AT_ONCE)


def authorization(**changes: Any) -> Properties:
    return {
        "sourceService": "logs",
        "sourceInstance": LOGS["guid"],
        "targetService": "messagehub",
        "targetInstance": EVENT_STREAMS["guid"],
        "role": "Writer",
        "description": "levee payments/prod: Cloud Logs writes",
        **changes,
    }


def stream(cloud: IbmCloud, **changes: Any) -> Properties:
    return {
        "instanceUrl": f"{cloud.url}/logs/{LOGS['guid']}",
        "name": "payments/prod/audit",
        "filter": "<v1> $l.applicationname == 'ibm-audit-event'",
        "active": True,
        "compression": "gzip",
        "brokers": [*BROKERS],
        "topic": "audit",
        **changes,
    }


def topic(cloud: IbmCloud, **changes: Any) -> Properties:
    return {
        "adminUrl": f"{cloud.url}/event-streams/{EVENT_STREAMS['guid']}",
        "name": "audit",
        "partitions": 3,
        "config": {"retention.ms": "86400000", "cleanup.policy": "delete"},
        **changes,
    }


def identity(tmp_path: Path, **changes: Any) -> Properties:
    topics = {"kind": "topic", "name": "audit", "match": "literal", "role": "Reader"}
    connects = {"kind": "cluster", "name": "", "match": "literal", "role": "Reader"}
    return {
        "service": "siem",
        "name": "prod-siem",
        "description": "levee payments/prod: siem",
        "instance": EVENT_STREAMS["guid"],
        "policies": [connects, topics],
        "generations": [1],
        "secretStore": {"kind": "file", "directory": str(tmp_path / "secrets")},
        **changes,
    }


def service_ids(api: Api, *brokers: str) -> ServiceId:
    connection = ClientConnection(brokers or tuple(BROKERS), None, mechanism=PLAIN, user=KEY_USER)
    return ServiceId(api, SYSTEM_CLOCK, connection, {"file": FileLocation.read})


async def declared(kind: ResourceKind, new: Properties, old: Properties | None = None) -> Properties:
    return await kind.check(Declaration(new, old or {}, Naming("a")))


async def is_settled(kind: ResourceKind, recorded: Recorded) -> bool:
    """Whether a refresh finds it exactly as declared."""
    found = await kind.read(Recorded(recorded.id, recorded.inputs, recorded.outputs))
    return found is not None and not await kind.diff(found, recorded.inputs)


def all_policies(cloud: IbmCloud, type_: str = "authorization") -> list[dict[str, Any]]:
    found = cloud.policies().list_v2_policies(ACCOUNT, type=type_).get_result()["policies"]
    return [policy for policy in found if policy["state"] == "active"]


def all_streams(cloud: IbmCloud) -> list[dict[str, Any]]:
    return list(cloud.call(cloud.logs(), "GET", "/v1/streams")[1]["streams"])


SWITCHES = [
    {},
    {"stale_if_match": 409},
    {"policy_after_delete": "404"},
    {"same_attributes_other_role": "accepted"},
    {"conflicting_policy_as": "text"},
    {"duplicate_stream_name": "refused"},
    {"inactive_reads_back": "absent"},
    {"first_stream_id": 0},
    {"list_order": "newest"},
    {"topic_lag": 2},
    {"page_size": 1},
]


@pytest.mark.parametrize("cloud", SWITCHES, indirect=True, ids=str)
async def test_whole_lives_under_each_reading_of_the_documentation(
    cloud: IbmCloud, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = api(cloud, monkeypatch)
    lives = [
        (AuthorizationPolicy(asked, SYSTEM_CLOCK), authorization(), authorization(role="Reader")),
        (LogsStream(asked), stream(cloud), stream(cloud, active=False, filter="<v1>true")),
        (Topic(asked), topic(cloud), topic(cloud, partitions=4)),
        (service_ids(asked), identity(tmp_path), identity(tmp_path, generations=[2])),
    ]
    for kind, first, then in lives:
        await kind.preview_create(first)
        made = await kind.create(await declared(kind, first))
        assert await is_settled(kind, made), kind.token
        changed = Recorded(made.id, then, await kind.update(made, await declared(kind, then, first)))
        assert await is_settled(kind, changed), kind.token
        await kind.delete(changed)
        assert await kind.look_for(then) is None, kind.token
    await asked.close()


@pytest.mark.parametrize("path", ["/v2/policies", "/v1/streams", "/admin/topics", "/v1/serviceids/", "/v1/apikeys"])
async def test_a_lost_answer_leaves_exactly_one(
    cloud: IbmCloud, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    asked = api(cloud, monkeypatch)
    cloud.fault("lost", method="POST", path=f".*{path}")
    for kind, new in (
        (AuthorizationPolicy(asked, SYSTEM_CLOCK), authorization()),
        (LogsStream(asked), stream(cloud)),
        (Topic(asked), topic(cloud)),
        (service_ids(asked), identity(tmp_path)),
    ):
        made = await kind.create(await declared(kind, new))
        assert await is_settled(kind, made)
    assert (len(all_policies(cloud)), len(all_streams(cloud)), len(all_policies(cloud, "access"))) == (1, 1, 2)
    listed = cloud.identities().list_service_ids(account_id=ACCOUNT).get_result()["serviceids"]
    assert len(listed) == 1
    assert (
        len(cloud.identities().list_api_keys(account_id=ACCOUNT, iam_id=listed[0]["iam_id"]).get_result()["apikeys"])
        == 1
    )
    await asked.close()


async def test_a_second_run_goes_on_with_what_a_killed_one_made(
    cloud: IbmCloud, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = api(cloud, monkeypatch)
    for kind, new in (
        (AuthorizationPolicy(asked, SYSTEM_CLOCK), authorization()),
        (LogsStream(asked), stream(cloud)),
        (service_ids(asked), identity(tmp_path)),
    ):
        first = await kind.create(await declared(kind, new))
        again = await kind.create(await declared(kind, new))
        assert (first.id, again.outputs.get("adopted")) == (again.id, None)
        await kind.delete(again)
        assert await kind.look_for(new) is None


async def test_an_authorization_of_somebody_else_is_adopted_and_stays(
    cloud: IbmCloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    kind = AuthorizationPolicy(api(cloud, monkeypatch), SYSTEM_CLOCK)
    theirs = await kind.create(await declared(kind, authorization(description="by hand")))
    ours = await kind.create(await declared(kind, authorization()))
    assert (ours.id, ours.outputs["adopted"]) == (theirs.id, True)
    assert await is_settled(kind, ours)
    await kind.delete(ours)
    assert [policy["description"] for policy in all_policies(cloud)] == ["by hand"]


async def test_one_that_differs_is_refused(cloud: IbmCloud, monkeypatch: pytest.MonkeyPatch) -> None:
    kind = AuthorizationPolicy(api(cloud, monkeypatch), SYSTEM_CLOCK)
    await kind.create(await declared(kind, authorization(description="by hand", role="Reader")))
    with pytest.raises(RefusedError, match="levee didn't make it, and it differs from what is declared in role"):
        await kind.preview_create(authorization())
    with pytest.raises(RefusedError):
        await kind.create(authorization())
    assert len(all_policies(cloud)) == 1


async def test_a_role_that_is_cut_is_found(cloud: IbmCloud, monkeypatch: pytest.MonkeyPatch) -> None:
    kind = AuthorizationPolicy(api(cloud, monkeypatch), SYSTEM_CLOCK)
    cloud.fault("cut", times=9, role="Reader")
    with pytest.raises(PartlyDoneError, match="stored the role Reader and not Writer"):
        await kind.create(authorization())
    cloud.control("DELETE", "/faults")
    made = await kind.create(authorization())
    assert await is_settled(kind, made)
    assert len(all_policies(cloud)) == 1


async def test_a_policy_that_is_not_shown_yet_is_there(cloud: IbmCloud, monkeypatch: pytest.MonkeyPatch) -> None:
    kind = AuthorizationPolicy(api(cloud, monkeypatch), SYSTEM_CLOCK)
    cloud.fault("unseen", reads=5, lists=1)
    made = await kind.create(authorization())
    assert await is_settled(kind, made)
    again = await kind.create(authorization())
    assert again.id == made.id
    assert len(all_policies(cloud)) == 1


async def test_somebody_quicker_is_not_overwritten_unseen(cloud: IbmCloud, monkeypatch: pytest.MonkeyPatch) -> None:
    kind = AuthorizationPolicy(api(cloud, monkeypatch), SYSTEM_CLOCK)
    made = await kind.create(authorization())
    live = await kind.look_at(made)
    assert live is not None
    await kind.alter(live, authorization(role="Manager"))
    await kind.alter(live, authorization(role="Reader"))  # by a revision that is no longer there
    assert await is_settled(kind, Recorded(made.id, authorization(role="Reader"), made.outputs))


@pytest.mark.parametrize("kind", [LogsStream, Topic])
async def test_a_wrong_instance_is_not_an_empty_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: type[LogsStream | Topic]
) -> None:
    with ibm_cloud(tmp_path / "ibm") as cloud:
        new = stream(cloud) if kind is LogsStream else topic(cloud)
        where = next(name for name in new if name.endswith("Url"))
        wrong = {**new, where: str(new[where]).replace("-4000-", "-4999-")}
        with pytest.raises(FailedError, match="404"):
            await kind(api(cloud, monkeypatch)).create(wrong)
        # Contract data says what an instance answers, and not what answers where there is none.
        assert breaches_of(cloud.requests, but=["answer 404 isn't documented"]) == []


async def test_two_streams_of_a_name_are_refused(cloud: IbmCloud, monkeypatch: pytest.MonkeyPatch) -> None:
    kind = LogsStream(api(cloud, monkeypatch))
    await kind.create(stream(cloud))
    body = {"name": "payments/prod/audit", "dpxl_expression": "<v1>true"}
    cloud.call(cloud.logs(), "POST", "/v1/streams", body)
    with pytest.raises(RefusedError, match="there are 2 streams"):
        await kind.create(stream(cloud))


async def test_a_filter_that_no_parser_reads_is_read_and_compared(
    cloud: IbmCloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    kind = LogsStream(api(cloud, monkeypatch))
    made = await kind.create(stream(cloud))
    body = {"name": "payments/prod/audit", "dpxl_expression": "<v1> what may come §", "is_active": True}
    number = made.id.rpartition("/")[2]
    cloud.call(cloud.logs(), "PUT", f"/v1/streams/{number}", body)
    found = await kind.read(made)
    assert found is not None
    assert "filter" in await kind.diff(found, made.inputs)
    imported = await kind.read(Recorded(made.id, {}, {}))
    assert imported is not None
    assert imported.inputs["filter"] == "<v1> what may come §"


async def test_a_topic_never_shrinks(cloud: IbmCloud, monkeypatch: pytest.MonkeyPatch) -> None:
    kind = Topic(api(cloud, monkeypatch))
    made = await kind.create(topic(cloud))
    with pytest.raises(RefusedError, match="can't fall from 3 to 2"):
        await declared(kind, topic(cloud, partitions=2), made.inputs)
    with pytest.raises((FailedError, PartlyDoneError), match="more than declared"):
        await kind.update(made, topic(cloud, partitions=2))


async def test_rights_that_somebody_added_go_with_the_next_update(
    cloud: IbmCloud, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kind = service_ids(api(cloud, monkeypatch))
    made = await kind.create(identity(tmp_path))
    attributes = [
        {"key": "accountId", "operator": "stringEquals", "value": ACCOUNT},
        {"key": "serviceName", "operator": "stringEquals", "value": "messagehub"},
    ]
    cloud.policies().create_v2_policy(
        control={"grant": {"roles": [{"role_id": "crn:v1:bluemix:public:iam::::serviceRole:Manager"}]}},
        type="access",
        subject={"attributes": [{"key": "iam_id", "operator": "stringEquals", "value": made.outputs["iamId"]}]},
        resource={"attributes": attributes},
    )
    found = await kind.read(made)
    assert found is not None
    assert any(path.startswith("policies") for path in await kind.diff(found, made.inputs))
    await kind.update(made, made.inputs)
    assert await is_settled(kind, made)


async def test_settings_of_clients_follow_the_brokers_and_keep_their_key(
    cloud: IbmCloud, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = api(cloud, monkeypatch)
    made = await service_ids(asked).create(identity(tmp_path))
    file = tmp_path / "secrets" / "siem.g1.properties"
    before = file.read_text()
    more = service_ids(asked, *BROKERS, "broker-1.example:9093")
    found = await more.read(made)
    assert found is not None
    assert "generations" in await more.diff(found, made.inputs)
    await more.update(made, made.inputs)
    assert file.read_text() == before.replace(BROKERS[0], f"{BROKERS[0]},broker-1.example:9093")
    assert await is_settled(more, made)
    with pytest.raises(PartlyDoneError, match="of another instance"):
        await service_ids(asked, "elsewhere.example:9093").update(made, made.inputs)


async def test_no_key_is_in_states_or_messages(
    cloud: IbmCloud, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kind = service_ids(api(cloud, monkeypatch))
    made = await kind.create(identity(tmp_path))
    kept = "".join(path.read_text() for path in (tmp_path / "secrets").iterdir() if path.suffix == ".properties")
    password = kept.split("sasl.password=")[1].split()[0]
    assert len(password) >= 32
    assert "sasl.mechanism=PLAIN\nsasl.username=token\n" in kept
    assert password not in repr(made.outputs) + repr(made.inputs)
