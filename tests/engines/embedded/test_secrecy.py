"""The embedded engine takes no secret: none comes to lie on disk or in an event."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pulumi
import pytest

from levee_infra.engines.embedded.errors import DeploymentFailed, Refused
from levee_infra.providers.protocol.kind import Recorded
from levee_infra.providers.protocol.properties import Properties, Secret
from tests.support.disk_program import Disk, DiskStack, File, Folder
from tests.support.disk_provider import DiskProvider, Files

PASSWORD = "correct horse battery staple"
Program = Callable[[pulumi.ResourceOptions], object]


def of_provider(disk: DiskStack) -> None:
    Disk("disk", disk.files, token=pulumi.Output.secret(PASSWORD))


def of_resource(disk: DiskStack) -> None:
    File("a", pulumi.ResourceOptions(provider=Disk("disk", disk.files)), secret=pulumi.Output.secret(PASSWORD))


def within(disk: DiskStack) -> None:
    options = pulumi.ResourceOptions(provider=Disk("disk", disk.files))
    File("a", options, content={"list": [{"of": pulumi.Output.secret(PASSWORD)}]})


def of_component(_disk: DiskStack) -> None:
    Folder("folder").register_outputs({"password": pulumi.Output.secret(PASSWORD)})


def of_stack(_disk: DiskStack) -> None:
    pulumi.export("password", pulumi.Output.secret(PASSWORD))


def by_option(disk: DiskStack) -> None:
    options = pulumi.ResourceOptions(provider=Disk("disk", disk.files), additional_secret_outputs=["path"])
    File("a", options)


@pytest.mark.parametrize("declare", [of_provider, of_resource, within, of_component, of_stack, by_option])
def test_a_secret_is_refused_by_name_and_is_nowhere(disk: DiskStack, declare: Callable[[DiskStack], None]) -> None:
    with pytest.raises(Refused) as caught:
        disk.up(lambda: declare(disk))
    assert "does not support" in str(caught.value)
    assert "secret" in str(caught.value)
    assert PASSWORD not in str(caught.value) + repr(disk.events)
    assert disk.effects() == []
    for path in disk.state_directory.rglob("*"):
        assert path.is_dir() or PASSWORD not in path.read_text()


class TellingFiles(Files):
    """Answers with a secret."""

    async def create(self, new: Properties) -> Recorded:
        made = await super().create(new)
        return replace(made, outputs={"path": Secret(PASSWORD)})


class Telling(DiskProvider):
    def files(self, directory: Path) -> Files:
        return TellingFiles(self, directory)


def test_a_secret_that_a_provider_answers_with_is_not_recorded(disk: DiskStack) -> None:
    """What it made may be there: the next run takes it over."""
    with pytest.raises(DeploymentFailed) as caught:
        disk.up(disk.program({"a": {}}), providers={"disk": Telling})
    assert "answered with a secret" in caught.value.failures[0].reasons[0]
    assert PASSWORD not in (disk.state_directory / "journal.jsonl").read_text()
    disk.up(disk.program({"a": {}}))
    assert disk.effects() == ["create a", "adopt a"]
