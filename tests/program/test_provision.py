"""The shape of what the program registers: types, names, parents, protection."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from levee.plan import type_tokens
from levee.plan.build import build_plan
from levee.plan.planned import Plan
from levee_infra.program import provision
from tests.support.recorder import Recorder, record
from tests.support.stack_files import StackFiles

TOPIC = "kafka:index/topic:Topic"


@pytest.fixture
def recorder(tmp_path: Path) -> Recorder:
    files = StackFiles(tmp_path)
    files.stream("debug")
    plan = planned(files)
    return record(lambda: provision(plan, tmp_path))


def planned(files: StackFiles) -> Plan:
    (files.project / "certs").mkdir()
    (files.project / "certs" / "ca.pem").write_text("-----BEGIN CERTIFICATE-----\n")
    return build_plan(files.load(), date(2026, 11, 21))


def test_type_tokens_are_in_every_state_and_never_change() -> None:
    assert {name: value for name, value in vars(type_tokens).items() if name.isupper()} == {
        "LOG_STREAM": "levee:index:LogStream",
        "SERVICE_CREDENTIAL": "levee:index:ServiceCredential",
        "KAFKA_SERVICE_CREDENTIAL": "levee:kafka:ServiceCredential",
        "KAFKA_PRINCIPAL_GRANTS": "levee:kafka:PrincipalGrants",
        "AWS_KEY": "levee:aws:Key",
        "AWS_SECRET": "levee:aws:Secret",
        "AWS_ROLE": "levee:aws:Role",
        "AWS_SCRAM_ASSOCIATION": "levee:aws:ScramAssociation",
        "AWS_CLUSTER_POLICY": "levee:aws:ClusterPolicy",
        "AWS_ARCHIVE_BUCKET": "levee:aws:ArchiveBucket",
        "AWS_DATA_STREAM": "levee:aws:DataStream",
        "AWS_LOG_SUBSCRIPTION": "levee:aws:LogSubscription",
        "AWS_ALARM": "levee:aws:Alarm",
    }


def test_a_few_meaningful_resources_per_stream_and_service(recorder: Recorder) -> None:
    services = ["detection-engine", "orders-api", "orders-operator", "siem-shipper"]
    assert sorted(recorder.requests) == sorted(
        [
            *((TOPIC, stream) for stream in ("debug", "orders")),
            *((type_tokens.KAFKA_SERVICE_CREDENTIAL, service) for service in services),
            ("pulumi:providers:kafka", "kafka"),
            ("pulumi:providers:levee", "levee"),
        ]
    )


def test_what_has_one_resource_needs_no_parent(recorder: Recorder) -> None:
    assert {request.parent.rpartition("::")[2] for request in recorder.requests.values()} == {"levee-test"}


def test_everything_is_found_where_it_stood_in_the_first_version(recorder: Recorder) -> None:
    aliases = {key: [alias.urn for alias in request.aliases] for key, request in recorder.requests.items()}
    before = "urn:pulumi:test::levee::levee:index:"
    assert aliases[TOPIC, "orders"] == [f"{before}LogStream${TOPIC}::orders"]
    credential = type_tokens.KAFKA_SERVICE_CREDENTIAL
    assert aliases[credential, "orders-api"] == [f"{before}ServiceCredential${credential}::orders-api"]


def test_a_credential_needs_the_topics_that_its_grants_name(recorder: Recorder) -> None:
    needs = {
        name: {urn.rpartition("::")[2] for urn in request.dependencies}
        for (type_, name), request in recorder.requests.items()
        if type_ == type_tokens.KAFKA_SERVICE_CREDENTIAL
    }
    assert needs["orders-api"] >= {"orders"}
    assert needs["orders-operator"] == {"orders"}, "a prefix names every topic of the stack that begins so"


def test_a_topic_is_named_by_the_streams_key(recorder: Recorder) -> None:
    assert recorder.inputs(TOPIC, "orders")["name"] == "eu.orders.audit.v1"


def test_a_regulated_topic_is_protected_and_another_is_not(recorder: Recorder) -> None:
    topics = {name: request for (type_, name), request in recorder.requests.items() if type_ == TOPIC}
    assert {name: request.protect for name, request in topics.items()} == {"debug": False, "orders": True}


def test_no_registration_holds_a_password(recorder: Recorder) -> None:
    connection = recorder.inputs("pulumi:providers:kafka", "kafka")
    assert "saslPassword" not in connection
    assert connection["saslPasswordFile"].endswith("secrets/admin.password")


def test_a_registration_does_not_say_where_in_levee_it_was_made(recorder: Recorder) -> None:
    assert recorder.requests
    for request in recorder.requests.values():
        assert not request.HasField("sourcePosition")
        assert not request.stackTrace.frames


@pytest.mark.parametrize(("regulated", "held"), [(True, "refuse"), (False, None)])
def test_both_providers_refuse_to_destroy_while_something_is_protected(
    tmp_path: Path, *, regulated: bool, held: str | None
) -> None:
    plan = planned(StackFiles(tmp_path))
    if not regulated:
        plan = replace(plan, topics=tuple(replace(topic, protected=False) for topic in plan.topics))
    recorder = record(lambda: provision(plan, tmp_path, holds_on_destroy=True))
    for provider in ("kafka", "levee"):
        assert recorder.inputs(f"pulumi:providers:{provider}", provider).get("onDestroy") == held


def test_a_provider_of_which_nothing_is_declared_is_not_told_to_refuse(tmp_path: Path) -> None:
    """It could not tell an update that removes its last resource from a destroy."""
    plan = replace(planned(StackFiles(tmp_path)), credentials=())
    recorder = record(lambda: provision(plan, tmp_path, holds_on_destroy=True))
    assert "onDestroy" in recorder.inputs("pulumi:providers:kafka", "kafka")
    assert "onDestroy" not in recorder.inputs("pulumi:providers:levee", "levee")


def test_an_engine_that_refuses_by_itself_needs_no_such_provider(recorder: Recorder) -> None:
    assert "onDestroy" not in recorder.inputs("pulumi:providers:kafka", "kafka")
