"""A role holds what is declared and nothing else, and lets in nobody from outside."""

import asyncio
import json
from collections.abc import Mapping
from typing import Any

import pytest

from levee.clock import SYSTEM_CLOCK
from levee_infra.providers.protocol.properties import UNKNOWN, Properties, Value
from levee_infra.targets.aws.api import Api, AwsError
from levee_infra.targets.aws.connection import AwsConnection
from levee_infra.targets.aws.kinds.role.kind import Role
from tests.support.aws.api import ACCOUNT, REGION, AwsApi
from tests.support.aws.faults import Kind
from tests.support.provider_host import failure_of
from tests.support.resource_engine import CheckFailedError, Resource, ResourceEngine

ROLE = "levee:aws:Role"
NAME = "levee-test-billing"
BOUNDARY = f"arn:aws:iam::{ACCOUNT}:policy/boundary"
READ_ONLY = "arn:aws:iam::aws:policy/ReadOnlyAccess"
TOPIC = f"arn:aws:kafka:{REGION}:{ACCOUNT}:topic/logs/1234abcd-1/logs.billing"


def trust(account: str = ACCOUNT, **statement: Any) -> str:
    """A service's trust, with one thing changed."""
    source = {"aws:SourceAccount": account}
    return document(
        {
            "Effect": "Allow",
            "Principal": {"Service": "lambda.amazonaws.com"},
            "Action": "sts:AssumeRole",
            "Condition": {"StringEquals": source},
            **statement,
        }
    )


def policy(resource: str = TOPIC) -> str:
    return document({"Effect": "Allow", "Action": "kafka-cluster:WriteData", "Resource": resource})


def document(*statements: Mapping[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": statements})


def declared(name: str = NAME, /, **changes: Value) -> Properties:
    return {
        "name": name,
        "description": "Writes logs.billing.",
        "trust": trust(),
        "policy": policy(),
        "tags": {
            "levee:managed-by": "levee",
            "levee:stack": "test",
            "levee:resource": name,
            "owner": "billing@example.com",
        },
        **changes,
    }


async def make(engine: ResourceEngine, **changes: Value) -> Resource:
    return await engine.create(ROLE, NAME, declared(**changes))


async def refreshed(engine: ResourceEngine, role: Resource) -> Resource:
    found = await engine.refresh(role)
    assert found is not None
    return found


def roles(aws: AwsApi) -> list[str]:
    return [role["RoleName"] for role in aws.client("iam").list_roles()["Roles"]]


async def test_a_role_is_made_as_declared_and_then_nothing_changes(aws: AwsApi, engine: ResourceEngine) -> None:
    foreseen = await engine.preview_create(ROLE, NAME, declared(policy=UNKNOWN))
    role = await make(engine)
    assert foreseen["arn"] == role.outputs["arn"]

    about = aws.client("iam").get_role(RoleName=NAME)["Role"]
    assert (role.id, about["Path"], about["MaxSessionDuration"]) == (NAME, "/levee/", 3600)
    assert role.outputs["arn"] == about["Arn"] == f"arn:aws:iam::{ACCOUNT}:role/levee/{NAME}"
    assert about["AssumeRolePolicyDocument"] == json.loads(trust())
    assert {tag["Key"]: tag["Value"] for tag in about["Tags"]} == declared()["tags"]
    held = aws.client("iam").get_role_policy(RoleName=NAME, PolicyName="levee")
    assert held["PolicyDocument"] == json.loads(policy())

    assert await refreshed(engine, role) == role
    assert await engine.changed(role, declared()) == set()


async def test_an_update_changes_each_part_in_place(engine: ResourceEngine) -> None:
    role = await make(engine)
    changes: Properties = {
        "description": "Other.",
        "maxSessionSeconds": 7200,
        "policy": policy(TOPIC + ".other"),
        "trust": trust(Principal={"Service": "firehose.amazonaws.com"}),
        "permissionsBoundary": BOUNDARY,
    }
    for name, value in changes.items():
        wanted = {**role.inputs, name: value}
        assert await engine.changed(role, wanted) == {name}
        role = await refreshed(engine, await engine.update(role, wanted))
        assert role.outputs[name] == value
        assert await engine.changed(role, wanted) == set()


async def test_what_is_no_longer_declared_goes_and_what_others_added_stays(aws: AwsApi, engine: ResourceEngine) -> None:
    role = await make(engine, permissionsBoundary=BOUNDARY)
    iam = aws.client("iam")
    iam.tag_role(RoleName=NAME, Tags=[{"Key": "theirs", "Value": "yes"}])
    tags = {key: value for key, value in dict(declared()["tags"]).items() if key != "owner"}  # type: ignore[arg-type]

    role = await engine.update(role, declared(tags={**tags, "class": "audit"}))
    about = iam.get_role(RoleName=NAME)["Role"]
    assert {tag["Key"] for tag in about["Tags"]} == {*tags, "class", "theirs"}
    assert "PermissionsBoundary" not in about

    iam.put_role_permissions_boundary(RoleName=NAME, PermissionsBoundary=BOUNDARY)
    role = await refreshed(engine, role)
    assert "permissionsBoundary" not in role.outputs
    await engine.update(role, declared(description="Other."))
    assert iam.get_role(RoleName=NAME)["Role"]["PermissionsBoundary"]["PermissionsBoundaryArn"] == BOUNDARY


async def test_policies_that_somebody_added_are_drift_and_go_with_the_next_update(
    aws: AwsApi, engine: ResourceEngine
) -> None:
    role = await make(engine)
    iam = aws.client("iam")
    iam.put_role_policy(RoleName=NAME, PolicyName="by-hand", PolicyDocument=policy("*"))
    mine = iam.create_policy(PolicyName="by-hand", PolicyDocument=policy("*"))["Policy"]["Arn"]
    iam.attach_role_policy(RoleName=NAME, PolicyArn=mine)

    drifted = await refreshed(engine, role)
    assert drifted.outputs["foreignPolicies"] == [mine, "by-hand"]
    assert await engine.changed(drifted, declared()) == {"foreignPolicies"}

    put_right = await engine.update(drifted, declared())
    assert put_right.outputs["foreignPolicies"] == []
    assert iam.list_role_policies(RoleName=NAME)["PolicyNames"] == ["levee"]
    assert iam.list_attached_role_policies(RoleName=NAME)["AttachedPolicies"] == []
    assert await engine.changed(await refreshed(engine, put_right), declared()) == set()


async def test_drift_of_each_part_is_found_and_put_right(aws: AwsApi, engine: ResourceEngine) -> None:
    role = await make(engine, permissionsBoundary=BOUNDARY)
    iam = aws.client("iam")
    iam.update_assume_role_policy(RoleName=NAME, PolicyDocument=trust("999999999999"))
    iam.put_role_policy(RoleName=NAME, PolicyName="levee", PolicyDocument=policy("*"))
    iam.update_role(RoleName=NAME, Description="By hand.", MaxSessionDuration=43_200)
    iam.delete_role_permissions_boundary(RoleName=NAME)
    iam.untag_role(RoleName=NAME, TagKeys=["owner"])

    wanted = declared(permissionsBoundary=BOUNDARY)
    drifted = await refreshed(engine, role)
    parts = {"trust", "policy", "description", "maxSessionSeconds", "permissionsBoundary", "tags.owner"}
    assert await engine.changed(drifted, wanted) == parts
    put_right = await refreshed(engine, await engine.update(drifted, wanted))
    assert await engine.changed(put_right, wanted) == set()


async def test_one_that_is_gone_is_gone(aws: AwsApi, engine: ResourceEngine) -> None:
    role = await make(engine)
    aws.client("iam").delete_role_policy(RoleName=NAME, PolicyName="levee")
    assert (await refreshed(engine, role)).outputs["policy"] == ""
    aws.client("iam").delete_role(RoleName=NAME)

    assert await engine.refresh(role) is None
    await engine.delete(role)
    failure = await failure_of(engine.update(role, declared(description="Other.")))
    assert "is gone" in str(failure.details())


async def test_a_removed_role_takes_all_its_policies_along(aws: AwsApi, engine: ResourceEngine) -> None:
    role = await make(engine)
    aws.client("iam").put_role_policy(RoleName=NAME, PolicyName="by-hand", PolicyDocument=policy("*"))

    await engine.delete(role)
    assert roles(aws) == []


async def test_a_role_that_instances_use_is_not_touched(aws: AwsApi, engine: ResourceEngine) -> None:
    role = await make(engine)
    iam = aws.client("iam")
    iam.create_instance_profile(InstanceProfileName="collectors")
    iam.add_role_to_instance_profile(InstanceProfileName="collectors", RoleName=NAME)

    failure = await failure_of(engine.delete(role))
    assert "instance profile collectors" in str(failure.details())
    assert iam.list_role_policies(RoleName=NAME)["PolicyNames"] == ["levee"]


async def test_a_role_can_be_imported(aws: AwsApi, engine: ResourceEngine) -> None:
    await make(engine)
    found = await engine.import_(ROLE, NAME, NAME)
    assert found is not None
    assert await engine.changed(found, declared(trust=found.inputs["trust"], policy=found.inputs["policy"])) == set()
    assert await engine.import_(ROLE, NAME, "nobody") is None

    aws.client("iam").put_role_policy(RoleName=NAME, PolicyName="by-hand", PolicyDocument=policy("*"))
    with pytest.raises(CheckFailedError, match="by-hand"):
        await engine.import_(ROLE, NAME, NAME)


async def test_a_strangers_role_is_refused(aws: AwsApi, engine: ResourceEngine) -> None:
    aws.client("iam").create_role(RoleName=NAME, AssumeRolePolicyDocument=trust())

    failure = await failure_of(make(engine))
    assert "levee did not make it; if it is meant, tag it levee:managed-by=levee" in str(failure.details())
    assert aws.calls()["iam:PutRolePolicy"] == 0


REFUSED: dict[str, tuple[Properties, str]] = {
    "its account": ({"policy": policy(TOPIC.replace(ACCOUNT, "999999999999"))}, "policy"),
    "its region": ({"policy": policy(TOPIC.replace(REGION, "us-east-1"))}, "policy"),
    "any region": ({"policy": policy(TOPIC.replace(REGION, "eu-*"))}, "policy"),
    "its partition": ({"policy": policy(TOPIC.replace("arn:aws:", "arn:aws-cn:"))}, "policy"),
    "no JSON": ({"policy": "Allow all"}, "policy"),
    "too long": ({"policy": policy("x" * 10_240)}, "policy"),
    "a boundary of another account": (
        {"permissionsBoundary": BOUNDARY.replace(ACCOUNT, "999999999999")},
        "permissionsBoundary",
    ),
    "a service for anyone": ({"trust": trust(Condition={})}, "trust"),
    "a service, if they say so": (
        {"trust": trust(Condition={"StringEqualsIfExists": {"aws:SourceAccount": ACCOUNT}})},
        "trust",
    ),
    "a service for another account": ({"trust": trust("999999999999")}, "trust"),
    "a service for a source elsewhere": (
        {
            "trust": trust(
                Condition={
                    "StringEquals": {"aws:SourceAccount": ACCOUNT},
                    "ArnLike": {"aws:SourceArn": f"arn:aws:logs:us-east-1:{ACCOUNT}:*"},
                }
            )
        },
        "trust",
    ),
    "anyone": ({"trust": trust(Principal="*")}, "trust"),
    "anyone of AWS": ({"trust": trust(Principal={"AWS": ["*"]})}, "trust"),
    "all but": ({"trust": document({"Effect": "Allow", "NotPrincipal": {"AWS": "*"}})}, "trust"),
    "another account": ({"trust": trust(Principal={"AWS": "arn:aws:iam::999999999999:root"})}, "trust"),
    "who signed in elsewhere": (
        {"trust": trust(Principal={"Federated": f"arn:aws:iam::{ACCOUNT}:oidc-provider/example.com"})},
        "trust",
    ),
    "a number": ({"trust": trust(Principal={"AWS": "999999999999"})}, "trust"),
    "a name": ({"name": "no/slash"}, "name"),
    "a path": ({"path": "levee"}, "path"),
    "a description": ({"description": "reads – and writes"}, "description"),  # noqa: RUF001
    "a session": ({"maxSessionSeconds": 60}, "maxSessionSeconds"),
    "another policy": ({"foreignPolicies": [READ_ONLY]}, "foreignPolicies"),
    "a misspelling": ({"maxSession": 60}, "maxSession"),
}


@pytest.mark.parametrize(("changes", "where"), REFUSED.values(), ids=REFUSED.keys())
async def test_what_reaches_outside_is_refused_before_anything_is_asked(
    aws: AwsApi, engine: ResourceEngine, changes: Properties, where: str
) -> None:
    with pytest.raises(CheckFailedError) as refused:
        await make(engine, **changes)
    assert set(refused.value.reasons) == {where}
    assert not aws.calls()


@pytest.mark.parametrize(
    "changes",
    [
        {"permissionsBoundary": READ_ONLY},
        {"trust": trust(Principal={"AWS": f"arn:aws:iam::{ACCOUNT}:role/other"}, Condition={})},
        {"policy": policy("arn:aws:s3:::levee-archive/*")},
        {"trust": UNKNOWN, "policy": UNKNOWN, "permissionsBoundary": UNKNOWN},
    ],
    ids=["AWS's own boundary", "a principal here", "a bucket", "what isn't known yet"],
)
async def test_what_lies_inside_is_taken(engine: ResourceEngine, changes: Properties) -> None:
    await engine.check(ROLE, NAME, declared(**changes))


async def test_a_name_and_a_path_can_not_change(engine: ResourceEngine) -> None:
    role = await make(engine)
    for changes in ({"name": "other"}, {"path": "/other/"}):
        with pytest.raises(CheckFailedError, match="can't change"):
            await engine.changed(role, declared(**changes))


@pytest.mark.parametrize(
    ("call", "kind"),
    [("iam:CreateRole", "lost"), ("iam:PutRolePolicy", "throttled"), ("iam:ListRoles", "server-error")],
)
async def test_a_call_that_failed_is_repeated_and_nothing_is_made_twice(
    aws: AwsApi, engine: ResourceEngine, call: str, kind: Kind
) -> None:
    aws.fail(call, kind)

    await make(engine)
    assert roles(aws) == [NAME]
    assert aws.client("iam").list_role_policies(RoleName=NAME)["PolicyNames"] == ["levee"]


async def test_a_run_that_stopped_at_any_call_is_finished_by_the_next(aws: AwsApi, engine: ResourceEngine) -> None:
    stops: dict[str, Kind] = {
        "ListRoles": "denied",
        "GetAccountAuthorizationDetails": "expired",
        "CreateRole": "denied",
        "PutRolePolicy": "denied",
    }
    for call, kind in stops.items():
        wanted = await engine.check(ROLE, call, declared(call))
        aws.fail(f"iam:{call}", kind)

        failure = str(await failure_of(engine.create_checked(ROLE, call, wanted)))
        assert any(f"{code} (request " in failure for code in ("AccessDenied", "ExpiredToken"))
        role = await engine.create_checked(ROLE, call, wanted)
        assert await engine.changed(await refreshed(engine, role), declared(call)) == set()
    assert set(roles(aws)) == stops.keys()


class LateApi(Api):
    """IAM that doesn't know a new role before it was waited for."""

    waited = False

    async def call(self, service: str, operation: str, **parameters: Any) -> Mapping[str, Any]:
        if operation == "put_role_policy" and not self.waited:
            raise AwsError("The role cannot be found.", "NoSuchEntity")
        return await super().call(service, operation, **parameters)

    async def wait(self, service: str, waiter: str, **parameters: Any) -> None:
        await super().wait(service, waiter, **parameters)
        self.waited = True


async def test_a_role_that_iam_does_not_know_yet_is_waited_for(aws: AwsApi, engine: ResourceEngine) -> None:
    wanted = await engine.check(ROLE, NAME, declared())
    api = LateApi(AwsConnection(aws.account, aws.region, aws.endpoint, str(aws.credentials_file)))
    try:
        await Role(api, SYSTEM_CLOCK).create(wanted)
    finally:
        await api.close()
    assert aws.client("iam").list_role_policies(RoleName=NAME)["PolicyNames"] == ["levee"]


async def test_an_update_that_stopped_is_finished_by_the_next(aws: AwsApi, engine: ResourceEngine) -> None:
    role = await make(engine)
    wanted = declared(trust=trust(Principal={"Service": "firehose.amazonaws.com"}), policy=policy(TOPIC + ".other"))
    aws.fail("iam:PutRolePolicy", "denied")
    assert "not finished: AWS iam:put_role_policy was answered AccessDenied" in str(
        await failure_of(engine.update(role, wanted))
    )

    role = await refreshed(engine, await engine.update(role, wanted))
    assert await engine.changed(role, wanted) == set()


async def test_a_removal_that_stopped_is_finished_by_the_next(aws: AwsApi, engine: ResourceEngine) -> None:
    role = await make(engine)
    aws.fail("iam:DeleteRole", "denied")
    assert "AccessDenied" in str(await failure_of(engine.delete(role)))

    aws.fail("iam:DeleteRole", "lost")
    await engine.delete(role)
    assert roles(aws) == []


async def test_many_roles_are_listed_together(aws: AwsApi, engine: ResourceEngine) -> None:
    names = [f"levee-{number}" for number in range(24)]
    made = await asyncio.gather(*(engine.create(ROLE, name, declared(name)) for name in names))
    calls = aws.calls()
    assert calls["iam:CreateRole"] == calls["iam:PutRolePolicy"] == len(names)
    assert calls["iam:ListRoles"] <= 4
    assert calls["iam:GetRole"] == 0

    aws.reset_calls()
    assert None not in await asyncio.gather(*(engine.refresh(role) for role in made))
    assert sum(aws.calls().values()) <= 8
    await asyncio.gather(*(engine.delete(role) for role in made))
    assert roles(aws) == []
    assert aws.calls()["iam:ListRoles"] <= 8
