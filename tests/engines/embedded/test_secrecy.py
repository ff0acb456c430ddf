"""Secrets are nowhere on disk and in no event, and yet a change of one is noticed."""

from collections.abc import Callable
from typing import Any

import pulumi
import pytest

from levee_infra.engines.embedded.errors import DeploymentFailed, Refused
from levee_infra.engines.embedded.secrecy import has_placeholder, redact, restore
from levee_infra.providers.protocol.marks import clear_all, secret
from levee_infra.providers.protocol.properties import Properties
from tests.support.disk_program import Disk, DiskStack, File

PASSWORD = "correct horse battery staple"


def program(disk: DiskStack, password: str = PASSWORD, **inputs: Any) -> Callable[[], None]:
    def main() -> None:
        provider = Disk("disk", disk.files, token=pulumi.Output.secret(password))
        file = File("a", pulumi.ResourceOptions(provider=provider), secret=pulumi.Output.secret(password), **inputs)
        pulumi.export("again", file.secret)

    return main


def test_a_known_password_is_nowhere(disk: DiskStack) -> None:
    seen = []
    for password in (PASSWORD, PASSWORD, "a new one, " + PASSWORD):
        disk.up(program(disk, password))
        seen += disk.events
    with pytest.raises(DeploymentFailed):
        disk.up(program(disk, behaviour="crash", content="2"))
    seen += disk.events
    files = [path for path in disk.state_directory.rglob("*") if path.is_file()]
    assert {path.name for path in files} == {"journal.jsonl", "lock"}
    for path in files:
        assert PASSWORD not in path.read_text()
    assert PASSWORD not in repr(seen)


def test_an_unchanged_secret_is_no_change_and_a_changed_one_is(disk: DiskStack) -> None:
    disk.up(program(disk))
    journal = (disk.state_directory / "journal.jsonl").read_bytes()
    assert set(disk.up(program(disk)).changes) == {"same"}
    assert (disk.state_directory / "journal.jsonl").read_bytes() == journal
    disk.up(program(disk, "another"))
    assert disk.effects() == ["create a", "update a"]


def test_the_program_gets_a_secret_output_back_that_repeats_an_input(disk: DiskStack) -> None:
    got: list[str] = []

    def main() -> None:
        provider = Disk("disk", disk.files)
        file = File("a", pulumi.ResourceOptions(provider=provider), secret=pulumi.Output.secret(PASSWORD))
        file.secret.apply(got.append)

    disk.up(main)
    got.clear()
    disk.up(main)
    assert got == [PASSWORD]


def test_a_secret_output_that_is_not_kept_stops_only_who_needs_it(disk: DiskStack) -> None:
    def main(*, with_reader: bool) -> None:
        provider = Disk("disk", disk.files)
        options = pulumi.ResourceOptions(provider=provider, additional_secret_outputs=["path"])
        file = File("a", options)
        if with_reader:
            File("reader", pulumi.ResourceOptions(provider=provider), content=file.path)

    disk.up(lambda: main(with_reader=False))
    disk.up(lambda: main(with_reader=False))
    with pytest.raises(DeploymentFailed) as caught:
        disk.up(lambda: main(with_reader=True))
    assert "secrets are not kept by the embedded engine" in caught.value.failures[0].reasons[0]
    assert disk.on_disk() == {"a"}


def test_destroy_runs_the_program_for_a_provider_configured_with_secrets(disk: DiskStack) -> None:
    disk.up(program(disk))
    disk.destroy(program(disk))
    assert disk.on_disk() == set()


def test_destroy_says_what_is_missing_when_the_program_does_not_tell(disk: DiskStack) -> None:
    disk.up(program(disk))
    with pytest.raises(Refused) as caught:
        disk.destroy()
    (refusal,) = caught.value.refusals
    assert refusal.message == "pulumi:providers:disk 'disk' was configured with secrets, which are not kept"


def test_redacted_values_can_be_restored_only_by_who_knows_them() -> None:
    known: Properties = {"a": secret("x"), "deep": {"list": [secret({"b": 1}), "plain"]}, "plain": 1}
    stored = redact(known)
    assert has_placeholder(stored)
    assert restore(stored, known) == known
    assert restore(stored, {"a": "y"}) == stored
    assert redact(known, stored) == stored
    assert redact(known) != stored  # every digest has its own salt


def test_a_provider_that_echoes_what_it_was_sent_changes_nothing() -> None:
    stored = redact({"a": secret("x")})
    assert redact(stored) == stored
    assert redact(clear_all(stored)) == stored  # even where it lost the mark


def test_what_was_a_secret_stays_hidden_when_it_stops_being_one(disk: DiskStack) -> None:
    disk.up(program(disk))
    provider_input: Callable[[], None] = lambda: (  # noqa: E731
        File("a", pulumi.ResourceOptions(provider=Disk("disk", disk.files)), secret="plain"),
        None,
    )[1]
    disk.up(provider_input)
    (change,) = (
        change
        for event in disk.events
        for change in getattr(event, "changes", ())
        if getattr(change, "path", "") == "secret" and str(getattr(event, "stage", "")) == "planned"
    )
    assert (change.old, change.new) == ("[secret]", "[secret]")
