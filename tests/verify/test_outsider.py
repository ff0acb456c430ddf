"""Principals that are declared and not made: exactly their rights are expected."""

from __future__ import annotations

from dataclasses import replace

import pytest

from levee.diagnostics import Rejected
from levee.model.name import NamePattern
from levee_infra.verify.live_state import LiveAcl
from levee_infra.verify.unexpected_access import outsiders, unexpected_access
from tests.support.stack_files import StackFiles
from tests.verify.conftest import compliant, plan_of

DECLARED = """\
principals:
  exporter:
    owner: platform-team
    reason: It measures the lag of every group.
    rights:
      - {operations: [Describe], on: topic, names: ["*"], host: 10.0.0.7}
      - {operations: [Describe], on: cluster}
"""
ON_TOPICS = LiveAcl("User:exporter", "topic", NamePattern("*"), "Describe", "10.0.0.7", allows=True)
ON_CLUSTER = LiveAcl("User:exporter", "cluster", NamePattern("kafka-cluster"), "Describe", "*", allows=True)


def told(files: StackFiles, *acls: LiveAcl, principals: str = DECLARED) -> list[str]:
    plan = plan_of(files.add(files.stack, principals))
    live = compliant(plan).acls | set(acls)
    return [each.line for each in (*unexpected_access(plan, live), *outsiders(plan, live))]


def test_exactly_its_rights_are_no_finding(files: StackFiles) -> None:
    assert told(files, ON_TOPICS, ON_CLUSTER) == []


def test_one_that_it_lacks_is(files: StackFiles) -> None:
    assert told(files, ON_TOPICS) == ["exporter lost Describe on cluster kafka-cluster"]


@pytest.mark.parametrize("change", [{"operation": "Read"}, {"host": "*"}, {"principal": "User:other"}])
def test_one_that_it_has_beyond_them_is(files: StackFiles, change: dict[str, str]) -> None:
    (line,) = told(files, ON_TOPICS, ON_CLUSTER, replace(ON_TOPICS, **change))  # type: ignore[arg-type]
    assert "undeclared: it covers " in line


def test_a_denial_is(files: StackFiles) -> None:
    denial = replace(ON_TOPICS, operation="Read", allows=False)
    assert told(files, ON_TOPICS, ON_CLUSTER, denial) == ["exporter is denied Read on topic * from 10.0.0.7"]


@pytest.mark.parametrize(
    "change",
    [
        ("exporter:", '"*":'),
        ("exporter:", '"User:exporter":'),
        ("exporter:", "ANONYMOUS:"),
        ("[Describe], on: cluster", "[All], on: cluster"),
        ("on: cluster", "on: cluster, names: [kafka-cluster]"),
        (', names: ["*"]', ""),
        ("10.0.0.7", "exporter.example.com"),
        ("It measures the lag of every group.", "because"),
        ("    owner: platform-team\n", ""),
    ],
)
def test_what_is_nobody_in_particular_or_unclear_is_refused(files: StackFiles, change: tuple[str, str]) -> None:
    with pytest.raises(Rejected):
        told(files, principals=DECLARED.replace(*change))
