"""What a failed run of the embedded engine says."""

from __future__ import annotations

from infra.deployment.display import LISTED, Display
from infra.embedded.errors import DeploymentFailed, Failure, Refusal, Refused
from infra.embedded.event import Change, ChangeKind, Op, PlanReady, ResourceEvent, Stage


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


def refreshed(*changes: Change) -> list[str]:
    lines: list[str] = []
    event = ResourceEvent(Stage.DONE, Op.REFRESH, urn(1), "kafka:index/topic:Topic", "stream-1", changes)
    Display(lines.append, preview=True).show(event)
    return lines


def test_an_id_that_is_seen_for_the_first_time_was_changed_by_nobody() -> None:
    assert refreshed(Change("topicId", ChangeKind.ADD, None, "x")) == []


def test_an_id_that_changed_was() -> None:
    assert len(refreshed(Change("recreatedAs", ChangeKind.ADD, None, "x"))) == 2
    assert len(refreshed(Change("topicId", ChangeKind.UPDATE, "w", "x"))) == 2


def test_an_adoption_is_shown_as_one_and_what_was_adopted_as_kept() -> None:
    lines: list[str] = []
    display = Display(lines.append, preview=True)
    for number, op in enumerate((Op.CREATE, Op.DELETE)):
        display.show(
            ResourceEvent(Stage.PLANNED, op, urn(number), "kafka:index/topic:Topic", f"s-{number}", adopted=True)
        )
    assert lines[0] == " = adopt kafka:index/topic:Topic s-0"
    assert lines[1].startswith(" - was adopted: let go of, and kept")


def test_what_stays_as_it_is_is_nothing_to_wait_for() -> None:
    lines: list[str] = []
    display = Display(lines.append, preview=False)
    display.show(PlanReady({Op.SAME: 10_000, Op.CREATE: 2, Op.DELETE: 1}, preview=False))
    display.show(ResourceEvent(Stage.DONE, Op.CREATE, urn(1), "kafka:index/topic:Topic", "stream-1"))
    display.end()
    assert lines == ["   1 created of 3"]
