"""The parts of a stack on aws: every decision is taken, in an order in which they can be made."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from levee.plan import type_tokens
from levee.plan.build import build_plan
from levee.plan.part import Part, Ref, Text, refs_in, size_of, text_with
from levee.targets import growing_parts, parts
from tests.support.aws.api import AwsApi
from tests.support.aws_outputs import KEY, PLACE
from tests.support.aws_stack import TODAY, AwsStack
from tests.support.stack_files import StackFiles

CLUSTER = f"arn:aws:kafka:{PLACE}:cluster/logs/1234abcd-12ab-34cd-56ef-1234567890ab-2"
OTHER_KEY = f"arn:aws:kms:{PLACE}:key/99999999-2222-3333-4444-555555555555"


@pytest.fixture
def stack(tmp_path: Path) -> AwsStack:
    """A stack on an MSK cluster that has one of everything."""
    stack = AwsStack(tmp_path, AwsApi("http://127.0.0.1:1", tmp_path / "credentials")).with_logs()
    stack.edit(stack.stack, "  brokers: 3\n", "  brokers: 3\n  policy: {organization: o-a1b2c3d4e5}\n")
    return stack.in_aws(f"cluster_arn: {CLUSTER}")


def made(part: Part) -> dict[str, object]:
    """A part's inputs as they are once everything is made."""
    return {name: _made(value) for name, value in part.inputs.items()}


def _made(value: object) -> object:
    match value:
        case Ref():
            return KEY if value.type == type_tokens.AWS_KEY else value.head
        case Text():
            return "".join(str(_made(piece)) if isinstance(piece, Ref) else piece for piece in value.pieces)
    return value


def test_each_comes_after_what_it_refers_to(stack: AwsStack) -> None:
    before: set[tuple[str, str]] = set()
    for part in parts(stack.plan()):
        assert {(ref.type, ref.name) for ref in refs_in(part.inputs)} <= before
        before.add((part.type, part.name))
    assert {token for token, _ in before} == {
        getattr(type_tokens, name) for name in vars(type_tokens) if name.startswith("AWS_")
    }


def test_equal_declarations_have_equal_parts(stack: AwsStack) -> None:
    assert parts(stack.plan()) == parts(stack.plan())


def test_elsewhere_there_are_none(tmp_path: Path) -> None:
    assert parts(build_plan(StackFiles(tmp_path).load(), TODAY)) == ()


def test_each_leads_to_its_place_in_the_files(stack: AwsStack) -> None:
    origins = {f"{part.kind} {part.name}": part.origin for part in parts(stack.plan())}
    assert {name: (Path(origin.file).name, origin.path) for name, origin in origins.items()} == {
        "Key stack-key": ("stack.yaml", ()),
        "ArchiveBucket orders": ("orders.yaml", ("archive",)),
        "DataStream orders.checkout-logs": ("orders.yaml", ("sources", 1)),
        "Role orders.checkout-logs.delivery": ("orders.yaml", ("sources", 1)),
        "LogSubscription orders.checkout-logs": ("orders.yaml", ("sources", 1)),
        "Alarm levee-test-orders-silence": ("orders.yaml", ("monitors", 0)),
        "Alarm levee-test-orders-lag-detection-engine": ("orders.yaml", ("monitors", 1)),
        "Secret checkout-logs.g1": ("stack.yaml", ("services", "checkout-logs")),
        "Role checkout-logs": ("stack.yaml", ("services", "checkout-logs")),
        "Secret detection-engine.g1": ("stack.yaml", ("services", "detection-engine")),
        "Role detection-engine": ("stack.yaml", ("services", "detection-engine")),
        "Secret orders-api.g1": ("stack.yaml", ("services", "orders-api")),
        "Role orders-api": ("stack.yaml", ("services", "orders-api")),
        "Secret orders-operator.g1": ("stack.yaml", ("services", "orders-operator")),
        "Secret siem-shipper.g1": ("stack.yaml", ("services", "siem-shipper")),
        "ScramAssociation users": ("stack.yaml", ("aws", "cluster_arn")),
        "ClusterPolicy cluster-policy": ("stack.yaml", ("cluster", "policy")),
    }


@pytest.mark.parametrize("key", ["stack-key", OTHER_KEY])
def test_a_policys_size_is_that_of_the_text_that_is_made(stack: AwsStack, key: str) -> None:
    for file in (stack.stack, stack.orders):
        stack.edit(file, "encrypted_by: stack-key", f"encrypted_by: {key}")
    texts = [(part, name) for part in parts(stack.plan()) for name in ("policy", "trust") if name in part.inputs]
    assert len(texts) == (11 if key == "stack-key" else 10)
    for part, name in texts:
        text = str(made(part)[name])
        assert json.loads(text)["Statement"]
        assert size_of(part.inputs[name]) == len(text)
        assert "00000000" not in text
        assert name in {limit.input for limit in part.limits}


def test_what_does_not_grow_is_never_too_long(stack: AwsStack) -> None:
    stack.edit(stack.orders, "bucket: levee-test-orders", f"bucket: {'b' * 63}")
    plan = stack.plan()
    grows = {(part.type, part.name) for part in growing_parts(plan)}
    for part in parts(plan):
        for limit in part.limits if (part.type, part.name) not in grows else ():
            assert size_of(part.inputs[limit.input]) * 2 < limit.characters
    assert {token for token, _ in grows} >= {type_tokens.AWS_ROLE, type_tokens.AWS_CLUSTER_POLICY}


def test_a_text_without_a_stand_in_is_itself() -> None:
    ref = Ref(type_tokens.AWS_KEY, "key", "arn", "x", 2)
    assert text_with("abc", [ref]) == "abc"
    assert text_with("ax00bx00", [ref]) == Text(("a", ref, "b", ref), 8)


@pytest.mark.parametrize(
    ("retention", "days", "tiers"),
    [("120d", 120, (0, 0)), ("2880h", 120, (0, 0)), ("2881h", 121, (30, 90)), ("400d", 400, (30, 90))],
)
def test_what_is_kept_long_moves_to_cheaper_tiers(
    stack: AwsStack, retention: str, days: int, tiers: tuple[int, int]
) -> None:
    stack.edit(stack.orders, "  retention: 400d", f"  retention: {retention}")
    (archive,) = [part for part in parts(stack.plan()) if part.kind == "ArchiveBucket"]
    assert (archive.inputs["standardIaAfterDays"], archive.inputs["glacierAfterDays"]) == tiers
    assert (archive.inputs["retentionDays"], archive.inputs["expireAfterDays"]) == (days, days)
