"""A service that logs in as a principal made elsewhere: one service's, nobody in general, no password of levee's."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from levee.model.acl import AclOperation
from levee.plan.build import build_plan
from levee.plan.observed import declared_connections, declared_logins, declared_principals
from levee.plan.planned import ExistingPrincipal
from tests.support.stack_files import StackFiles

NAME = "CN=collector,O=example"


@pytest.fixture
def files(tmp_path: Path) -> StackFiles:
    return StackFiles(tmp_path)


def existing(files: StackFiles, principal: str = NAME, more: str = "") -> StackFiles:
    return files.edit(files.stack, "services:\n", f'services:\n  orders-api: {{principal: "{principal}"{more}}}\n')


@pytest.mark.parametrize("principal", [NAME, f"User:{NAME}", "arn:aws:iam::123456789012:role/collector"])
def test_its_identity_has_grants_and_no_users(files: StackFiles, principal: str) -> None:
    plan = build_plan(existing(files, principal).load(), date(2026, 11, 21))
    credential = next(each for each in plan.credentials if each.service == "orders-api")
    name = principal.removeprefix("User:")
    assert credential.realized_as == ExistingPrincipal(name=name)
    assert (credential.usernames, credential.principals, credential.owner) == ((), (name,), "orders-team")
    assert AclOperation.WRITE in {acl.operation for acl in credential.acls}
    assert f"User:{name}" in {each.name for each in declared_principals(plan)}
    assert "orders-api" not in {each.service for each in declared_logins(plan)}


@pytest.mark.parametrize("principal", ["*", "User:*", "CN=*", "ANONYMOUS", "User:", "User:User:x", " x"])
def test_nobody_in_particular(files: StackFiles, principal: str) -> None:
    assert [each.id for each in existing(files, principal).diagnostics()] == ["bad-value"]


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        (", generation: 2", "not-levees-user"),
        (", generation: 2, previous: revoked", "not-levees-user not-levees-user"),
        (", rotate_every: 90d", "not-levees-user"),
        (", assumed_by: ecs-tasks.amazonaws.com", "not-levees-user"),
    ],
)
def test_what_is_of_users_that_levee_makes(files: StackFiles, more: str, expected: str) -> None:
    found = [each.id for each in existing(files, more=more).diagnostics() if each.id == "not-levees-user"]
    assert " ".join(found) == expected


@pytest.mark.parametrize("principal", ["siem-shipper.g1", "orders-api.g7", "admin"])
def test_a_name_that_is_anothers(files: StackFiles, principal: str) -> None:
    assert [each.id for each in existing(files, principal).diagnostics()] == ["principal-name"]


def test_one_principal_of_two_services(files: StackFiles) -> None:
    files.edit(files.stack, "services:\n", f'services:\n  detection-engine: {{principal: "{NAME}"}}\n')
    files.edit(files.stack, "services:\n", f'services:\n  orders-api: {{principal: "User:{NAME}"}}\n')
    assert [each.id for each in files.diagnostics()] == ["principal-twice"]


def test_the_mechanism_of_users_is_needed_where_there_are_any(files: StackFiles) -> None:
    files.edit(files.stack, "    mechanism: SCRAM-SHA-512\n", "")
    (found,) = files.diagnostics()
    assert (found.id, found.location and found.location.line) == ("missing-key", 10)
    assert "the users of detection-engine" in found.message

    text = files.stack.read_text().partition("services:\n")[0]
    named = ("orders-api", "detection-engine")
    files.stack.write_text(text + "services:\n" + "".join(f"  {each}: {{principal: CN={each}}}\n" for each in named))
    plan = build_plan(files.load(), date(2026, 11, 21))
    assert plan.cluster.security.mechanism is None
    assert not list(declared_logins(plan))
    assert [each.mechanism for each in declared_connections(plan)] == [""]


def test_a_platform_without_scram_asks_for_no_mechanism(files: StackFiles) -> None:
    files.edit(files.stack, "    mechanism: SCRAM-SHA-512\n", "").edit(files.stack, "target: kafka", "target: ibm")
    assert "missing-key" not in [each.id for each in files.diagnostics()]


def test_a_known_principal_too(files: StackFiles) -> None:
    files.add(
        files.stack,
        f"""
        principals:
          "{NAME}":
            owner: platform-team
            reason: it measures the lag of all groups
            rights: [{{operations: [Describe], on: topic, names: [eu.x]}}]
        """,
    )
    assert [each.id for each in existing(files).diagnostics()] == ["principal-twice"]
