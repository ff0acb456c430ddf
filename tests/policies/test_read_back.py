"""Every input of a registered resource that a rule on files speaks of: weakened, not known, and left out.

The rule fires under its own id, as it does for the declaration.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from levee.plan import type_tokens
from levee.plan.part import refs_in
from levee.plan.planned import Plan
from levee.plan.registered import Registered
from levee.plan.unknown import unknown
from levee.targets import TYPES, parts
from levee_policies.finding import Finding
from levee_policies.stack_evaluator import StackEvaluator
from tests.policies.test_crossguard import Pack
from tests.policies.test_registered_parts import (
    ALARM,
    BUCKET,
    CLUSTER,
    DELIVERY,
    KEY_PART,
    LAG,
    OTHER_KEY,
    POLICY,
    ROLE,
    SECRET,
    STREAM,
    SUBSCRIPTION,
    USERS,
    with_outputs,
)
from tests.support.aws.api import ACCOUNT, REGION, AwsApi
from tests.support.aws_outputs import PLACE
from tests.support.aws_registered import Resources, registered
from tests.support.aws_stack import ON_CALL, OTHER_ACCOUNT, TODAY, AwsStack
from tests.support.own_rules import write_rule

OUTSIDER = "999999999999"
Change = Callable[[Any], Any]
CREDENTIAL = (type_tokens.KAFKA_SERVICE_CREDENTIAL, "orders-api")
PROVIDER = ("pulumi:providers:levee", "levee")


@dataclass(frozen=True)
class Weak:
    """An input of one resource, what it is made, and the rules that say so. `unknown` and `removed`: those of an input
    that isn't known, or that isn't there; where nothing is said, the same. `path` leads into a mapping.
    """

    key: tuple[str, str]
    path: tuple[str, ...]
    change: Change
    rules: frozenset[str]
    unknown: frozenset[str]
    removed: frozenset[str]

    @property
    def id(self) -> str:
        return f"{self.key[0].rpartition(':')[2]}.{'.'.join(self.path)}-{min(self.rules)}"

    def made(self, resource: Registered, value: Any) -> Registered:
        return replace(resource, properties=_with(resource.properties, self.path, value))

    def weakened(self, resource: Registered) -> Registered:
        before: Any = resource.properties
        for step in self.path:
            before = before.get(step)
        return self.made(resource, self.change(before))


def _with(properties: Mapping[str, Any], path: tuple[str, ...], value: Any) -> dict[str, Any]:
    step, rest = path[0], path[1:]
    changed = {**properties, step: _with(properties[step], rest, value) if rest else value}
    return {key: each for key, each in changed.items() if key != step or each is not None}


def weak(
    key: tuple[str, str], path: str, value: Any, rules: str, unknown: str | None = None, removed: str | None = None
) -> Weak:
    def ids(text: str | None) -> frozenset[str]:
        return frozenset(f"RLS-{each}" for each in (rules if text is None else text).split())

    change = value if callable(value) else lambda _: value
    return Weak(key, tuple(path.split(".")), change, ids(rules), ids(unknown), ids(removed))


def also(**statement: Any) -> Change:
    """A policy with one statement more."""

    def change(text: str) -> str:
        document = json.loads(text)
        document["Statement"].append({"Effect": "Allow", **statement})
        return json.dumps(document)

    return change


def put(old: str, new: str) -> Change:
    return lambda text: [each.replace(old, new) for each in text] if isinstance(text, list) else text.replace(old, new)


ABROAD, ELSEWHERE = put(REGION, "us-east-1"), put(ACCOUNT, OUTSIDER)
KEY_ABROAD, KEY_ELSEWHERE = ABROAD(OTHER_KEY), ELSEWHERE(OTHER_KEY)
MANAGED = f"arn:aws:kms:{PLACE}:alias/aws/s3"
ANYONE = also(Principal="*", Action="*", Resource="*")
ACCESS_POINT = f"arn:aws:s3:{PLACE}:accesspoint/orders"

WEAK = [
    weak(BUCKET, "name", ABROAD(ACCESS_POINT), "RES-008"),
    weak(BUCKET, "name", ELSEWHERE(ACCESS_POINT), "ACC-002"),
    weak(BUCKET, "keyArn", KEY_ABROAD, "RES-004", removed="ENC-004"),
    weak(BUCKET, "keyArn", KEY_ELSEWHERE, "ACC-002", removed="ENC-004"),
    weak(BUCKET, "keyArn", MANAGED, "ENC-004"),
    weak(BUCKET, "keyArn", put("key/", "key/mrk-"), "ENC-004 RES-004", removed="ENC-004"),
    weak(BUCKET, "policy", ANYONE, "ACC-009", removed="DEL-003"),
    weak(BUCKET, "lockMode", "NONE", "RET-005"),
    weak(BUCKET, "retentionDays", 30, "RET-005"),
    weak(BUCKET, "expireAfterDays", 30, "RET-005"),
    weak(BUCKET, "versioned", False, "RET-005", removed=""),
    weak(BUCKET, "replicas", ["arn:aws:s3:::elsewhere"], "RES-008 ACC-002", removed=""),
    weak(KEY_PART, "policy", ANYONE, "ACC-009", removed="DEL-003"),
    weak(SECRET, "name", "levee/orders-api.g1", "ENC-007"),
    weak(SECRET, "keyArn", KEY_ABROAD, "RES-004", removed="ENC-007"),
    weak(SECRET, "keyArn", KEY_ELSEWHERE, "ACC-002", removed="ENC-007"),
    weak(SECRET, "keyArn", MANAGED, "ENC-007"),
    weak(SECRET, "replicas", ["us-east-1"], "RES-010", removed=""),
    weak(ROLE, "trust", also(Principal={"AWS": OUTSIDER}, Action="sts:AssumeRole"), "ACC-009", removed="DEL-003"),
    weak(ROLE, "policy", also(Action="kafka-cluster:*", Resource="*"), "IDN-001 IDN-003 IDN-004", removed="DEL-003"),
    weak(ROLE, "policy", also(NotAction="s3:*", Resource="*"), "IDN-001 IDN-003 IDN-004", removed="DEL-003"),
    weak(ROLE, "permissionsBoundary", f"arn:aws:iam::{OUTSIDER}:policy/all", "ACC-002", removed=""),
    weak(ROLE, "foreignPolicies", ["AdministratorAccess"], "IDN-003", removed=""),
    weak(DELIVERY, "trust", put("/ecs/checkout", "*"), "ACC-003 ACC-009", removed="DEL-003"),
    weak(DELIVERY, "trust", put("/ecs/checkout", "/ecs/other"), "ACC-003 ACC-009", removed="DEL-003"),
    weak(DELIVERY, "trust", ELSEWHERE, "ACC-003 ACC-009", removed="DEL-003"),
    weak(STREAM, "keyArn", KEY_ABROAD, "RES-004", removed="ENC-004"),
    weak(STREAM, "keyArn", KEY_ELSEWHERE, "ACC-002", removed="ENC-004"),
    weak(STREAM, "keyArn", MANAGED, "ENC-004"),
    weak(SUBSCRIPTION, "destinationArn", ABROAD, "RES-002"),
    weak(SUBSCRIPTION, "destinationArn", ELSEWHERE, "ACC-002"),
    weak(SUBSCRIPTION, "roleArn", ELSEWHERE, "ACC-002"),
    weak(ALARM, "metrics", [], "AUD-003"),
    weak(ALARM, "threshold", -1.0, "AUD-003"),
    weak(ALARM, "treatMissingData", "notBreaching", "AUD-003"),
    weak(ALARM, "actionsEnabled", False, "AUD-003", removed=""),
    weak(ALARM, "actions", [ABROAD(ON_CALL)], "RES-010 AUD-003", removed="AUD-003"),
    weak(ALARM, "actions", [ELSEWHERE(ON_CALL)], "ACC-002 AUD-003", removed="AUD-003"),
    weak(LAG, "threshold", 1e9, "AUD-003"),
    weak(LAG, "dimensions", [], "AUD-003"),
    weak(LAG, "metricName", "SumOffsetLag", "AUD-003"),
    weak(LAG, "insufficientDataActions", [ELSEWHERE(ON_CALL)], "ACC-002 AUD-003", removed=""),
    weak(USERS, "clusterArn", ABROAD, "RES-010"),
    weak(USERS, "clusterArn", ELSEWHERE, "ACC-002"),
    weak(USERS, "prefix", "levee/", "ENC-007"),
    weak(USERS, "secretArns", ABROAD, "RES-010", removed="DEL-003"),
    weak(USERS, "secretArns", ELSEWHERE, "ACC-002", removed="DEL-003"),
    weak(POLICY, "clusterArn", ELSEWHERE, "ACC-002"),
    weak(POLICY, "policy", ANYONE, "ACC-004 ACC-009", removed="DEL-003"),
    weak(POLICY, "policy", put(OTHER_ACCOUNT, OUTSIDER), "ACC-006 ACC-009", removed="DEL-003"),
    weak(POLICY, "allowedAccounts", [OUTSIDER], "ACC-006", removed="DEL-003"),
    weak(CREDENTIAL, "secretStore.prefix", "levee/", "ENC-007"),
    weak(CREDENTIAL, "secretStore.account", OUTSIDER, "ACC-008", removed=""),
    weak(CREDENTIAL, "secretStore.region", "us-east-1", "RES-010", removed=""),
    weak(CREDENTIAL, "secretStore", {"kind": "file", "directory": "/tmp"}, "ENC-007"),
    weak(PROVIDER, "aws.account", OUTSIDER, "ACC-005"),
    weak(PROVIDER, "aws.region", "us-east-1", "RES-003"),
    weak(PROVIDER, "aws.endpoint", "https://s3.us-east-1.amazonaws.com", "RES-010", removed=""),
]


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A stack on MSK that has one of everything, of a class that asks for everything."""
    project = tmp_path_factory.mktemp("project")
    for file in ("certs/ca.pem", "secrets/admin.password"):
        (project / file).parent.mkdir()
        (project / file).write_text("-----BEGIN CERTIFICATE-----\n")
    return project


@pytest.fixture(scope="module")
def plan(project: Path) -> Plan:
    stack = AwsStack(project, AwsApi("http://127.0.0.1:1", project / "credentials")).with_logs()
    asked = "archive_required: true\n    customer_key_required: true\n    monitors_required: [silence, lag]\n"
    stack.edit(stack.classes, "    regulated: true\n", f"    regulated: true\n    {asked}")
    stack.edit(stack.stack, "  brokers: 3\n", f"  brokers: 3\n  policy: {{accounts: ['{OTHER_ACCOUNT}']}}\n")
    stack.edit(stack.stack, "owner: platform-team\n", f"owner: platform-team\ntrusted_accounts: ['{OTHER_ACCOUNT}']\n")
    return stack.in_aws(f"cluster_arn: {CLUSTER}").in_aws(f"alarm_actions: ['{ON_CALL}']").plan()


@pytest.fixture(scope="module")
def planned(plan: Plan, project: Path) -> Resources:
    return registered(plan, project)


@pytest.fixture(scope="module")
def evaluator(plan: Plan, project: Path) -> StackEvaluator:
    return StackEvaluator(project, plan.stack, TODAY, plan)


@pytest.fixture(scope="module")
def declared(evaluator: StackEvaluator) -> set[tuple[str, str, str]]:
    """What the files break, as every stack of tests does."""
    return {finding.key for finding in evaluator.declaration()}


def fired(evaluator: StackEvaluator, resource: Registered, declared: set[tuple[str, str, str]]) -> set[tuple[str, str]]:
    found = evaluator.resource(resource)
    return {(each.rule.id, each.verdict.value) for each in found if each.key not in declared}


def test_what_levee_registers_breaks_nothing_more_than_the_files(
    evaluator: StackEvaluator, planned: Resources, declared: set[tuple[str, str, str]]
) -> None:
    found = [evaluator.everything(planned.values()), evaluator.everything(with_outputs(planned))]
    found += [evaluator.resource(each) for each in (*planned.values(), *with_outputs(planned))]
    more = {each.key for findings in found for each in findings} - declared
    assert {key for key in more if key[0] != "RLS-RES-006"} == set()  # there the subject is the provider


@pytest.mark.parametrize("case", WEAK, ids=lambda case: case.id)
def test_an_input_that_is_weakened_breaks_its_rule(
    case: Weak, evaluator: StackEvaluator, planned: Resources, declared: set[tuple[str, str, str]]
) -> None:
    changed = case.weakened(planned[case.key])
    assert case.rules <= {rule for rule, _ in fired(evaluator, changed, declared)}
    everything = evaluator.everything({**planned, case.key: changed}.values())
    assert case.rules <= {each.rule.id for each in everything if each.key not in declared}


@pytest.mark.parametrize("case", WEAK, ids=lambda case: case.id)
def test_an_input_that_is_not_known_is_no_pass(
    case: Weak, plan: Plan, evaluator: StackEvaluator, planned: Resources, declared: set[tuple[str, str, str]]
) -> None:
    """But for a reference to a part that isn't made yet: that is decided by the update, once it is made."""
    part = {(each.type, each.name): each for each in parts(plan)}.get(case.key)
    refers = part is not None and next(refs_in(part.inputs.get(case.path[0])), None) is not None
    found = fired(evaluator, case.made(planned[case.key], unknown(case.path[-1])), declared)
    assert {rule for rule, _ in found} >= (frozenset() if refers else case.unknown)
    assert {verdict for _, verdict in found} <= (set() if refers else {"unknown"})


@pytest.mark.parametrize("case", WEAK, ids=lambda case: case.id)
def test_an_input_that_is_left_out_is_judged_by_its_default(
    case: Weak, evaluator: StackEvaluator, planned: Resources, declared: set[tuple[str, str, str]]
) -> None:
    found = fired(evaluator, case.made(planned[case.key], None), declared)
    assert case.removed <= {rule for rule, _ in found}


@pytest.mark.parametrize(("key", "rule"), [(BUCKET, "RLS-RET-005"), (ALARM, "RLS-AUD-003"), (LAG, "RLS-AUD-003")])
def test_a_resource_that_is_left_out_breaks_its_rule(
    key: tuple[str, str], rule: str, evaluator: StackEvaluator, planned: Resources
) -> None:
    rest = [each for name, each in planned.items() if name != key]
    assert rule in {each.rule.id for each in evaluator.together(rest)}
    assert rule in {each.rule.id for each in evaluator.everything(rest)}


def test_every_kind_has_an_input_that_is_judged() -> None:
    assert {case.key[0] for case in WEAK} >= set(TYPES)


@pytest.mark.parametrize("case", WEAK, ids=lambda case: case.id)
def test_the_pack_reports_it(case: Weak, project: Path, planned: Resources) -> None:
    assert case.rules <= Pack(project).resources([case.weakened(planned[case.key])])


OWN_RULE = '''\
"""An archive keeps for a year.

## What

It does.
"""

from collections.abc import Iterator

from levee.model.duration import Duration
from levee_policies.facts import Facts
from levee_policies.joined import StreamArchive
from levee_policies.rule import Rule, Severity, Surface, Violation
from levee_policies.subjects import archives


def check(stream: StreamArchive, facts: Facts) -> Iterator[Violation]:
    if stream.archive is None or stream.archive.retention < Duration.days(365):
        yield Violation("less than a year", "a year", "write it")


RULE = Rule(
    id="ACME-RET-001",
    title="An archive keeps for a year",
    severity=Severity.HIGH,
    surfaces=frozenset({Surface.FILES, Surface.RESOURCE, Surface.STACK}),
    authorities=("ACME handbook 4",),
    subjects=archives,
    check=check,
    page=__doc__,
)
'''


def test_a_rule_of_an_organizations_own_is_judged_on_the_same_feeds(
    tmp_path: Path, plan: Plan, planned: Resources
) -> None:
    (tmp_path / "stacks").mkdir()
    write_rule(tmp_path, OWN_RULE, "ret001_a_year.py")
    evaluator = StackEvaluator(tmp_path, plan.stack, TODAY, plan)

    def ids(findings: Iterable[Finding]) -> set[str]:
        return {each.rule.id for each in findings if each.rule.id.startswith("ACME")}

    shorter = replace(planned[BUCKET], properties={**planned[BUCKET].properties, "retentionDays": 300})
    assert ids(evaluator.declaration()) == ids(evaluator.everything(planned.values())) == set()
    assert ids(evaluator.resource(shorter)) == {"ACME-RET-001"}
    assert ids(evaluator.together(each for key, each in planned.items() if key != BUCKET)) == {"ACME-RET-001"}
