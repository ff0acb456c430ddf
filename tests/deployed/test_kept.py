"""What a removal keeps is recognized by what is recorded, not by the files as they are now."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from levee.plan import type_tokens
from levee.plan.registered import Registered
from levee_infra.deployed.kept import Kept, kept_on_removal, no_longer_declared
from levee_policies.readback import topic
from tests.support.aws.api import AwsApi
from tests.support.aws_stack import AwsStack

TODAY = date(2026, 11, 30)
DUE = {"deletion": {"on": "2026-11-30", "approvedBy": "dpo", "ticket": "GOV-1"}}
LATER = {"deletion": {"on": "2026-12-01", "approvedBy": "dpo", "ticket": "GOV-1"}}
LOCK = "let go of: it is kept with its lock, locked until 2027-11-30 at the latest"


def words_of(kept: Kept) -> str:
    return f"let go of: {kept.how}" + (f"; deleted {kept.unless}" if kept.unless else "")


def resource(token: str, name: str = "orders", **properties: Any) -> Registered:
    return Registered(urn=f"urn::{token}::{name}", type=token, name=name, properties=properties, protected=False)


@pytest.mark.parametrize(
    ("token", "properties", "words"),
    [
        (topic.TYPE, {"name": "t"}, None),
        (topic.TYPE, {"name": "t", "onRemoval": "delete"}, None),
        (topic.TYPE, {"name": "t", "onRemoval": "let-go"}, "let go of: it stays with its records"),
        (type_tokens.AWS_ARCHIVE_BUCKET, {"retentionDays": 365}, LOCK),
        (type_tokens.AWS_ARCHIVE_BUCKET, {"retentionDays": 365, **LATER}, LOCK),
        (type_tokens.AWS_ARCHIVE_BUCKET, {"retentionDays": 365, **DUE}, f"{LOCK}; deleted if it is empty"),
        (type_tokens.AWS_DATA_STREAM, {}, "let go of: it stays with its records"),
        (type_tokens.AWS_DATA_STREAM, DUE, None),
        (type_tokens.AWS_KEY, {}, "let go of: it stays usable"),
        (type_tokens.AWS_KEY, DUE, "let go of: it stays usable; deleted if nothing that stays is encrypted by it"),
        (type_tokens.AWS_SECRET, {}, None),
        (type_tokens.AWS_ROLE, {}, None),
    ],
)
def test_what_becomes_of_each(token: str, properties: dict[str, Any], words: str | None) -> None:
    found = [words_of(each) for each in kept_on_removal([resource(token, **properties)], TODAY).values()]
    assert found == ([] if words is None else [words])


@pytest.mark.parametrize(
    "token",
    [
        topic.TYPE,
        type_tokens.AWS_ARCHIVE_BUCKET,
        type_tokens.AWS_DATA_STREAM,
        type_tokens.AWS_SECRET,
        type_tokens.AWS_ROLE,
    ],
)
def test_what_somebody_made_anew_stays_whatever_the_files_said(token: str) -> None:
    anew = replace(resource(token, name="orders", onRemoval="delete-adopted", **DUE), outputs={"recreatedAs": "x"})
    (kept,) = kept_on_removal([anew], TODAY).values()
    assert (words_of(kept).startswith("let go of: it stays as it is"), kept.unless) == (True, "")


def test_only_what_the_plan_could_hold_leaves_by_it(tmp_path: Path) -> None:
    plan = AwsStack(tmp_path, AwsApi("http://127.0.0.1:1", tmp_path / "credentials")).with_logs().plan()
    assert list(no_longer_declared([resource(type_tokens.AWS_ROLE), resource(type_tokens.AWS_SECRET)], plan)) == []


def test_what_the_files_still_hold_does_not_leave(tmp_path: Path) -> None:
    stack = AwsStack(tmp_path, AwsApi("http://127.0.0.1:1", tmp_path / "credentials")).with_logs()
    plan = stack.plan()
    names = {
        topic.TYPE: ("orders", "orders.checkout-logs.checkpoints"),
        type_tokens.AWS_ARCHIVE_BUCKET: ("orders",),
        type_tokens.AWS_DATA_STREAM: ("orders.checkout-logs",),
        type_tokens.AWS_KEY: ("stack-key",),
    }
    there = [resource(token, name) for token, each in names.items() for name in each]
    gone = [resource(token, "gone") for token in names]
    assert list(no_longer_declared([*there, *gone], plan)) == gone
    assert list(no_longer_declared(there, None)) == there
