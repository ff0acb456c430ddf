"""No field of a plan holds a place that the rules on location and account don't see."""

from __future__ import annotations

import dataclasses
import types
import typing
from collections.abc import Iterator, Mapping
from typing import Any, Final

import pytest

from levee.model.cluster import AWS_SECRETS_MANAGER, SecretStoreSpec
from levee.model.origin import Origin
from levee.plan.places import Form, PlaceKind, places
from levee.plan.planned import Plan
from levee.targets.registry import MODELS
from tests.support.rule_cases import Case, loaded

SENTINEL: Final = "sentinel.example.com"

PLAN: Final = dataclasses.replace(
    loaded(
        Case(
            "none",
            "everything",
            fails=False,
            text="""
stack.yaml:
  services: {payments-api: {assumed_by: null}}
  cluster: {policy: {accounts: ["123456789012"]}}
streams/payments-audit.yaml:
  sinks: {0: {settings: {topics.dir: audit}}}
  sources: {0: {trust: {source_account: "123456789012", source_arn: "arn:aws:logs:eu-west-1:123456789012:*"}}}
""",
        )
    ),
    secrets=SecretStoreSpec(
        kind=AWS_SECRETS_MANAGER, prefix="p", key="arn:aws:kms:eu-west-1:123456789012:alias/secrets"
    ),
)

BLOCKS: Final = tuple(model.block({}, Origin("")) for model in MODELS.values())

NO_PLACE: Final[Mapping[str, str]] = {
    "AwsBlock.credentials_file": "a path",
    "Boundary.account": "what all others are compared with",
    "Boundary.jurisdiction": "what all others are compared with",
    "Boundary.region": "what all others are compared with; itself judged by RLS-RES-001",
    "ClusterSpec.id": "tells no place",
    "DataClass.description": "words",
    "DataClass.destinations": "patterns of what may be delivered to: permissions, not places",
    "DataClass.jurisdictions": "what places are compared with",
    "DataClass.name": "a key",
    "DataClass.readers": "services",
    "Exemption.name": "an exception to the rules on places",
    "Exemption.reason": "words",
    "Flow.stream": "a key",
    "Hop.account": "taken from the source, reader, sink or archive",
    "Hop.name": "taken from the source, reader, sink or archive",
    "Hop.region": "taken from the source, reader, sink or archive",
    "Link.name": "a key",
    "LogSink.name": "a key",
    "NamePattern.name": "a topic's, a group's, a transactional id's name",
    "NetworkSpec.boundary": "words",
    "Peer.name": "a key",
    "PlannedFilter.stream": "a key",
    "PlannedFilter.text": "words",
    "Plan.owner": "a team",
    "Outsider.name": "a principal of the stack's own cluster",
    "Outsider.owner": "a team",
    "Outsider.reason": "words",
    "OutsiderRight.host": "where a principal may come from: an address, not where data lies",
    "OutsiderRight.resource_type": "a word of Kafka's",
    "ExistingPrincipal.name": "a place as an ARN or CRN, else a user of the brokers",
    "IbmBlock.api_key_file": "a path",
    "IbmIam.ca_file": "a path",
    "IbmIam.extensions": "words of the brokers' own",
    "IbmIam.mechanism": "a word of Kafka's",
    "IbmIam.principal": "a user of the brokers",
    "IbmIam.token_url": "an identity provider, which no record reaches",
    "MskIam.credentials_file": "a path",
    "MskIam.principal": "a user of the brokers",
    "MskIam.region": "the stack's own",
    "MutualTls.certificate": "a path",
    "MutualTls.key": "a path",
    "MutualTls.principal": "a user of the brokers",
    "OAuth.ca_file": "a path",
    "OAuth.client_id": "a client of the identity provider",
    "OAuth.extensions": "words of the brokers' own",
    "OAuth.mechanism": "a word of Kafka's",
    "OAuth.principal": "a user of the brokers",
    "OAuth.scope": "words of the identity provider's",
    "OAuth.token_url": "an identity provider, which no record reaches",
    "MskIam.mechanism": "a word of Kafka's",
    "Plain.mechanism": "a word of Kafka's",
    "Plain.username": "a user of the brokers",
    "Plan.acknowledged": "identities of things whose names are judged",
    "Plan.project": "a name of one's own",
    "Plan.stack": "a key",
    "Plan.trusted_accounts": "what accounts are compared with",
    "PlannedArchive.stream": "a key",
    "PlannedConsumer.stream": "a key",
    "PlannedCredential.assumed_by": "a service of the cloud, in no account",
    "PlannedCredential.owner": "a team",
    "PlannedCredential.service": "a service",
    "PlannedGrant.streams": "keys",
    "PlannedMonitor.stream": "a key",
    "PlannedSink.stream": "a key",
    "PlannedSource.stream": "a key",
    "PlannedTopic.acknowledged": "identities of things whose names are judged",
    "PlannedTopic.cost_centre": "who pays",
    "PlannedTopic.data_class": "a key",
    "PlannedTopic.effective": "of a list that holds no place (levee.catalog.topic_setting)",
    "PlannedTopic.legal_basis": "words",
    "PlannedTopic.name": "a topic of the stack's own cluster",
    "PlannedTopic.owner": "a team",
    "PlannedTopic.settings": "of a list that holds no place (levee.catalog.topic_setting)",
    "PlannedTopic.stream": "a key",
    "PolicySpec.organization": "an id of AWS Organizations, in no place",
    "ConsumerSpec.service": "a service",
    "ConsumerSpec.transfer_basis": "words",
    "ProducerProfile.acks": "a word of Kafka's",
    "Scram.mechanism": "a word of Kafka's",
    "Scram.username": "a user of the brokers",
    "SecretReference.environment": "the name of a variable",
    "SecretReference.file": "a path",
    "SecretStoreSpec.directory": "a path",
    "SecretStoreSpec.kind": "one of a list",
    "SecretStoreSpec.prefix": "the beginning of a secret's name, in the stack's own account",
    "Security.ca_file": "a path",
    "SinkSpec.dead_letter": "a key of a stream, whose own places are judged for it",
    "SinkSpec.name": "a key",
    "SinkSpec.register_entry": "words",
    "SinkSpec.service": "a service",
    "SourceSpec.log_group": "the name of a log group of the source's own account and region",
    "SourceSpec.log_pattern": "what events match",
    "SourceSpec.service": "a service",
}


def text_fields(holder: type[Any]) -> Iterator[tuple[str, Any]]:
    """The fields that take text, each with a value that is the sentinel."""
    for name, hint in typing.get_type_hints(holder).items():
        options = typing.get_args(hint) if isinstance(hint, types.UnionType) else (hint,)
        for option in options:
            parts = typing.get_args(option)
            if option is str:
                yield name, SENTINEL
            elif typing.get_origin(option) is tuple and parts[0] is str:
                yield name, (SENTINEL,)
            elif typing.get_origin(option) is tuple and parts[0] == tuple[str, str]:
                yield name, (("key", SENTINEL),)
            elif typing.get_origin(option) is not tuple and parts == (str, str):
                yield name, {"key": SENTINEL}


def variants(value: Any) -> Iterator[tuple[str, Any]]:
    """The value with one text in it changed to the sentinel, and which field that was: every field, at every depth."""
    if isinstance(value, Origin) or not dataclasses.is_dataclass(value):
        return
    for name, sentinel in text_fields(type(value)):
        yield f"{type(value).__name__}.{name}", dataclasses.replace(value, **{name: sentinel})  # type: ignore[type-var]
    for field in dataclasses.fields(value):
        inner = getattr(value, field.name)
        for index, item in enumerate(inner if isinstance(inner, tuple) else [inner]):
            for which, changed in variants(item):
                whole = (*inner[:index], changed, *inner[index + 1 :]) if isinstance(inner, tuple) else changed
                yield which, dataclasses.replace(value, **{field.name: whole})  # type: ignore[type-var]


def held(annotation: Any) -> Iterator[type[Any]]:
    """The dataclasses that a type leads to."""
    if dataclasses.is_dataclass(annotation) and isinstance(annotation, type):
        yield annotation
    for part in typing.get_args(annotation):
        yield from held(part)


def all_text_fields() -> set[str]:
    """Every field of text of every class that a plan leads to, whether this plan has one or not."""
    seen: set[type[Any]] = {Origin}
    waiting: list[type[Any]] = [Plan, *map(type, BLOCKS)]
    found: set[str] = set()
    while waiting:
        holder = waiting.pop()
        if holder in seen:
            continue
        seen.add(holder)
        found |= {f"{holder.__name__}.{name}" for name, _ in text_fields(holder)}
        for hint in typing.get_type_hints(holder).values():
            waiting += held(hint)
    return found


def test_every_text_of_a_plan_is_a_place_or_is_known_to_be_none() -> None:
    plans = (each for block in BLOCKS for each in variants(dataclasses.replace(PLAN, block=block)))
    seen = {which for which, plan in plans if any(SENTINEL in named.text for named in places(plan))}
    told_elsewhere = {
        "Adoption",
        "Approval",
        "Retirement",
        "PlannedCarrier",
    }  # words and derived names, in no compliant stack
    others = {each for each in all_text_fields() - seen if each.partition(".")[0] not in told_elsewhere}
    assert others == set(NO_PLACE)
    assert len(seen) > 20


@pytest.mark.parametrize(
    ("key", "form"),
    [
        ("aws.region", Form.REGION),
        ("s3.region", Form.REGION),
        ("kinesisRegion", Form.REGION),
        ("aws.s3.region.name", Form.REGION),
        ("region", Form.REGION),
        ("regional.endpoint", Form.NAME),
        ("region.failover", Form.NAME),
        ("aws.account.id", Form.ACCOUNT),
        ("accountId", Form.ACCOUNT),
        ("account.name", Form.NAME),
    ],
)
def test_settings_that_are_called_after_what_they_hold(key: str, form: Form) -> None:
    (sink,) = PLAN.sinks
    changed = dataclasses.replace(sink, sink=dataclasses.replace(sink.sink, settings={key: "123456789012"}))
    found = places(dataclasses.replace(PLAN, sinks=(changed,)))
    assert [(named.kind, named.form) for named in found if named.what == f"setting {key}"] == [(PlaceKind.SINK, form)]


def test_a_list_of_regions_is_judged_one_by_one() -> None:
    (sink,) = PLAN.sinks
    settings = {"s3.region": "eu-west-1, us-east-1"}
    changed = dataclasses.replace(sink, sink=dataclasses.replace(sink.sink, settings=settings))
    found = [named.text for named in places(dataclasses.replace(PLAN, sinks=(changed,))) if named.form is Form.REGION]
    assert {"eu-west-1", "us-east-1"} <= set(found)
