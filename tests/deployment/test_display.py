"""What a failed run of the embedded engine says."""

from __future__ import annotations

from infra.deployment.display import LISTED, Display
from infra.embedded.errors import DeploymentFailed, Failure, Refusal, Refused
from infra.embedded.event import Change, ChangeKind, Op, ResourceEvent, Stage


def urn(number: int) -> str:
    return f"urn:pulumi:test::levee::kafka:index/topic:Topic::stream-{number}"


def test_every_refusal_of_a_few_is_shown() -> None:
    text = Display.text_of(Refused([Refusal(urn(number), "it is gone") for number in range(3)]))
    assert [line.strip() for line in text.splitlines()[1:]] == [f"stream-{number}: it is gone" for number in range(3)]


def test_thousands_of_refusals_are_counted() -> None:
    text = Display.text_of(Refused([Refusal(urn(number), "no broker answers") for number in range(2000)]))
    assert len(text.splitlines()) == LISTED + 2
    assert text.endswith(f"… and {2000 - LISTED:,} more")


def test_thousands_of_failures_are_counted() -> None:
    failures = [Failure(urn(number), "create", ("no broker answers",)) for number in range(2000)]
    lines = Display.text_of(DeploymentFailed(failures)).splitlines()
    assert lines[1].strip() == "stream-0: create: no broker answers"
    assert lines[-1].strip() == f"… and {2000 - LISTED:,} more"


def test_a_property_that_is_a_secret_by_its_name_is_not_shown() -> None:
    lines: list[str] = []
    changes = (
        Change("connection.saslPassword", ChangeKind.UPDATE, "old one", "new one"),
        Change("settings.retention.ms", ChangeKind.UPDATE, "1", "2"),
    )
    Display(lines.append, preview=True).show(
        ResourceEvent(Stage.PLANNED, Op.UPDATE, urn(1), "kafka:index/topic:Topic", "orders", changes)
    )
    assert lines[1:] == [
        "     connection.saslPassword: <redacted> -> <redacted>",
        "     settings.retention.ms: 1 -> 2",
    ]
