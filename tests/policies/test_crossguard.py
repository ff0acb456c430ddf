"""The rules as a policy pack, asked as the Pulumi SDK asks: proxies, floats, unknown values, secrets in clear."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from pulumi_policy import (
    EnforcementLevel,
    PolicyCustomTimeouts,
    PolicyResource,
    PolicyResourceOptions,
    ResourceValidationArgs,
    ResourceValidationPolicy,
    StackValidationArgs,
    StackValidationPolicy,
)
from pulumi_policy.proxy import UNKNOWN_STRING_VALUE, unknown_checking_proxy

from levee.clock import Clock
from levee.plan.registered import Registered
from levee.plan.unknown import Unknown
from levee_policies.crossguard import policies
from levee_policies.registry import BY_ID
from levee_policies.rule import Surface
from tests.support.registered import registered
from tests.support.rule_cases import AS_OF, Case, cases, loaded, write

COMPLIANT = Case("none", "compliant", fails=False, text="")
NOON = Clock.fixed(datetime(AS_OF.year, AS_OF.month, AS_OF.day, 12, tzinfo=UTC))


def name(case: Case) -> str:
    return f"{case.rule}-{case.name}"


def as_sent(value: Any) -> Any:
    """A value as the engine sends it: numbers are doubles, what is not known is one fixed text."""
    if isinstance(value, Unknown):
        return UNKNOWN_STRING_VALUE
    if isinstance(value, bool):
        return value
    if isinstance(value, int):
        return float(value)
    if isinstance(value, dict):
        return {key: as_sent(item) for key, item in value.items()}
    return [as_sent(item) for item in value] if isinstance(value, list | tuple) else value


def options(resource: Registered) -> PolicyResourceOptions:
    timeouts = PolicyCustomTimeouts(0, 0, 0)
    return PolicyResourceOptions(resource.protected, list(resource.ignored), None, [], timeouts, [], None)


def args(resource: Registered) -> ResourceValidationArgs:
    props = unknown_checking_proxy(as_sent(dict(resource.properties)))
    return ResourceValidationArgs(resource.type, props, resource.urn, resource.name, options(resource), None)


class Pack:
    """The pack over one project, its reports kept."""

    def __init__(self, project: Path, clock: Clock = NOON) -> None:
        self.policies = policies(project, clock)
        self.reports: list[tuple[str, str | None]] = []

    def report(self, message: str, urn: str | None = None) -> None:
        self.reports.append((message, urn))

    def resources(self, resources: Iterable[Registered]) -> set[str]:
        for policy in self.policies:
            if isinstance(policy, ResourceValidationPolicy):
                for resource in resources:
                    policy.validate(args(resource), self.report)
        return self.ids

    def stack(self, resources: Iterable[Registered]) -> set[str]:
        shown = [
            PolicyResource(each.type, args(each).props, each.urn, each.name, options(each), None, None, [], {})
            for each in resources
        ]
        for policy in self.policies:
            if isinstance(policy, StackValidationPolicy):
                policy.validate(StackValidationArgs(shown), self.report)
        return self.ids

    @property
    def ids(self) -> set[str]:
        return {message.partition(" ")[0] for message, _ in self.reports}


def test_what_is_low_or_waived_is_advice_and_there_are_few_policies(tmp_path: Path) -> None:
    pack = Pack(write(COMPLIANT, tmp_path)).policies
    advisory = [policy.name for policy in pack if policy.enforcement_level is not EnforcementLevel.MANDATORY]
    assert advisory == ["levee-low", "levee-low-stack", "levee-unread", "levee-waived"]
    assert len(pack) == len({policy.name for policy in pack}) == 10


def test_what_the_program_registers_passes(tmp_path: Path) -> None:
    pack = Pack(write(COMPLIANT, tmp_path))
    resources = registered(loaded(COMPLIANT), COMPLIANT)
    assert pack.resources(resources) == set()
    assert pack.stack(resources) == set()


@pytest.mark.parametrize("case", [each for each in cases() if each.resources], ids=name)
def test_a_registered_case_is_found_one_resource_at_a_time(case: Case, tmp_path: Path) -> None:
    pack = Pack(write(case, tmp_path))
    found = pack.resources(registered(loaded(case), case))
    later = {Surface.STACK} if any(change.get("removed") for change in case.resources) else set()
    alone = {each for each in case.expected if Surface.RESOURCE in BY_ID[each].surfaces}
    assert found == {each for each in alone if not later & BY_ID[each].surfaces}


@pytest.mark.parametrize("case", [each for each in cases() if each.resources and each.is_dated], ids=name)
def test_a_registered_case_with_dates_is_found_on_any_day(case: Case, tmp_path: Path, clock: Clock) -> None:
    moved = case.on(clock.today())
    pack = Pack(write(moved, tmp_path), clock)
    assert pack.resources(registered(loaded(moved), moved)) == case.expected


def acl(name: str, operation: str) -> Registered:
    return Registered(
        urn=f"urn:pulumi:prod::levee::kafka:index/acl:Acl::{name}",
        type="kafka:index/acl:Acl",
        name=name,
        properties={
            "aclPrincipal": "User:two-faced",
            "aclHost": "10.0.0.1",
            "aclOperation": operation,
            "aclPermissionType": "Allow",
            "aclResourceName": "another.topic",
            "aclResourceType": "Topic",
        },
    )


def test_what_only_two_resources_show_is_found_on_the_stack(tmp_path: Path) -> None:
    two = [acl("writes", "Write"), acl("deletes", "Delete")]
    pack = Pack(write(COMPLIANT, tmp_path))
    assert pack.resources(two) == set()
    assert pack.stack(two) == {"RLS-IDN-001"}


def test_what_one_resource_shows_is_not_told_again_of_the_stack(tmp_path: Path) -> None:
    pack = Pack(write(COMPLIANT, tmp_path))
    pack.resources([acl("all", "All")])
    said = len(pack.reports)
    pack.stack([acl("all", "All")])
    assert said
    assert len(pack.reports) == said


def test_the_files_are_judged_for_a_program_that_does_not_ask_them(tmp_path: Path) -> None:
    case = Case(
        "RLS-RES-002", "abroad", fails=True, text="streams/payments-audit.yaml: {sources: {0: {region: us-east-1}}}"
    )
    assert Pack(write(case, tmp_path)).stack([acl("a", "Describe")]) == {"RLS-RES-002"}


IGNORING = next(each for each in cases() if each.rule == "RLS-DEL-002" and each.fails)
WAIVER = {
    "reason": "the third broker arrives in December",
    "owner": "payments-team",
    "ticket": "GOV-1",
    "approved_by": "risk@example.com",
}


def waive(project: Path, rule: str, subject: str, expires: date) -> None:
    entry = {"rule": rule, "subject": f"prod/{subject}", "expires": expires, **WAIVER}
    (project / "stacks" / "waivers.yaml").write_text(yaml.safe_dump({"waivers": [entry]}))


def judged(case: Case, project: Path, clock: Clock) -> Pack:
    pack = Pack(project, clock)
    resources = registered(loaded(case), case)
    pack.resources(resources)
    pack.stack(resources)
    return pack


def test_what_is_waived_is_told_once_by_advice(tmp_path: Path, clock: Clock) -> None:
    case = Case("RLS-DUR-002", "broken", fails=True, text="streams/payments-audit.yaml: {min_insync: 1}")
    until = clock.today() + timedelta(days=7)
    waive(write(case, tmp_path), "RLS-DUR-002", "stream/payments-audit", until)
    ((text, _),) = judged(case, tmp_path, clock).reports
    assert text.startswith("waived: RLS-DUR-002 prod/stream/payments-audit: min.insync.replicas 1")
    assert f"until {until}, owner payments-team, GOV-1, approved by risk@example.com" in text


def test_a_waiver_of_a_rule_that_only_resources_show_is_used_here(tmp_path: Path, clock: Clock) -> None:
    waive(write(IGNORING, tmp_path), "RLS-DEL-002", "resource/payments-*", clock.today() + timedelta(days=7))
    assert judged(IGNORING, tmp_path, clock).ids == {"waived:"}


def test_one_that_no_resource_needs_is_unused_here(tmp_path: Path, clock: Clock) -> None:
    waive(write(COMPLIANT, tmp_path), "RLS-DEL-002", "resource/payments-*", clock.today() + timedelta(days=7))
    assert judged(COMPLIANT, tmp_path, clock).ids == {"RLS-POL-003"}


def test_one_that_has_expired_is_told_here_and_lets_nothing_through(tmp_path: Path, clock: Clock) -> None:
    waive(write(IGNORING, tmp_path), "RLS-DEL-002", "resource/payments-*", clock.today() - timedelta(days=1))
    assert judged(IGNORING, tmp_path, clock).ids == {"RLS-DEL-002", "RLS-POL-002"}


def test_a_kind_that_no_rule_reads_is_told_once_as_unknown(tmp_path: Path) -> None:
    kinds = ("levee:aws:ArchiveBucket", "levee:aws:ArchiveBucket", "aws:s3/bucketV2:BucketV2", "levee:index:LogStream")
    strange = [
        Registered(urn=f"urn:pulumi:prod::levee::{kind}::x{number}", type=kind, name=f"x{number}", properties={})
        for number, kind in enumerate((*kinds, "random:index/randomId:RandomId"))
    ]
    pack = Pack(write(COMPLIANT, tmp_path))
    pack.stack([*registered(loaded(COMPLIANT), COMPLIANT), *strange])
    assert [text.partition(":  ")[0].split("):")[0] for text, _ in pack.reports] == [
        "unknown: aws:s3/bucketV2:BucketV2 (1 of it",
        "unknown: levee:aws:ArchiveBucket (2 of it",
    ]


def test_an_unknown_value_is_a_violation_and_not_an_exception_that_the_sdk_softens(tmp_path: Path) -> None:
    case = next(each for each in cases() if each.rule == "RLS-ENC-001" and each.name == "fail/not_known_yet")
    assert Pack(write(case, tmp_path)).resources(registered(loaded(case), case)) == {"RLS-ENC-001"}


def test_no_message_holds_a_secret(tmp_path: Path) -> None:
    user = Registered(
        urn="urn:pulumi:prod::levee::kafka:index/userScramCredential:UserScramCredential::u",
        type="kafka:index/userScramCredential:UserScramCredential",
        name="u",
        properties={"username": "u", "password": "hunter2", "passwordWo": "hunter2", "scramMechanism": "SCRAM-SHA-256"},
    )
    pack = Pack(write(COMPLIANT, tmp_path))
    assert {"RLS-IDN-008", "RLS-IDN-009"} <= pack.resources([user])
    assert "hunter2" not in str(pack.reports)


def test_resources_of_other_kinds_are_left_alone(tmp_path: Path) -> None:
    other = Registered(urn="urn:pulumi:prod::levee::a:b:C::x", type="a:b:C", name="x", properties={"a": 1})
    assert Pack(write(COMPLIANT, tmp_path)).resources([other]) == set()


def test_nothing_passes_where_the_files_cannot_be_used(tmp_path: Path) -> None:
    project = write(COMPLIANT, tmp_path)
    (project / "stacks" / "prod" / "stack.yaml").write_text("target: [")
    pack = Pack(project)
    assert pack.resources([acl("a", "Describe")]) == {"RLS-POL-004"}
    assert len(pack.reports) == 1


def test_nothing_passes_where_no_files_declare_the_stack(tmp_path: Path) -> None:
    pack = Pack(tmp_path)
    (tmp_path / "stacks").mkdir()
    assert pack.resources([acl("a", "Describe")]) == {"RLS-POL-004"}
