"""What is refused, before anything is changed and all of it at once."""

from collections.abc import Callable
from typing import Any

import pulumi
import pytest

from levee_infra.deployed.engine_error import EngineError
from levee_infra.engines.embedded.errors import ProgramFailed, Refused
from tests.support.disk_program import Disk, DiskStack, File, Folder


def refused(disk: DiskStack, operation: Callable[[], Any]) -> list[str]:
    """The refusals' texts; nothing on the disk may have changed."""
    effects, journal = disk.effects(), disk.state_directory / "journal.jsonl"
    before = journal.read_bytes() if journal.exists() else None
    with pytest.raises(Refused) as caught:
        operation()
    assert disk.effects() == effects
    assert (journal.read_bytes() if journal.exists() else None) == before
    return [refusal.message for refusal in caught.value.refusals]


def test_every_failed_check_is_listed_and_nothing_is_made(disk: DiskStack) -> None:
    program = disk.program({"bad1": {}, "good": {}, "bad2": {}})
    expected = [
        "disk:index:File 'bad1': property name: bad1 begins with bad",
        "disk:index:File 'bad2': property name: bad2 begins with bad",
    ]
    assert refused(disk, lambda: disk.up(program)) == expected
    assert refused(disk, lambda: disk.preview(program)) == expected


def test_a_protected_resource_is_not_removed(disk: DiskStack) -> None:
    disk.up(disk.program({"a": {"protect": True}, "b": {"protect": True}, "c": {}}))
    expected = [f"disk:index:File '{name}' cannot be deleted because it is protected" for name in "ab"]
    assert refused(disk, lambda: disk.up(disk.program({}))) == expected
    assert refused(disk, lambda: disk.preview(disk.program({}))) == expected
    assert refused(disk, disk.destroy) == expected


def test_protection_is_inherited_and_taken_off_by_an_up(disk: DiskStack) -> None:
    def program(*, protect: bool) -> Callable[[], None]:
        def main() -> None:
            provider = Disk("disk", disk.files)
            folder = Folder("folder", pulumi.ResourceOptions(protect=protect))
            File("file", pulumi.ResourceOptions(parent=folder, provider=provider))

        return main

    disk.up(program(protect=True))
    assert len(refused(disk, disk.destroy)) == 2
    summary = disk.up(program(protect=False))
    assert set(summary.changes) == {"same"}
    disk.destroy()
    assert disk.on_disk() == set()


def test_a_resource_is_not_moved_to_another_provider(disk: DiskStack) -> None:
    def program(provider: str) -> Callable[[], None]:
        return lambda: (File("a", pulumi.ResourceOptions(provider=Disk(provider, disk.files))), None)[1]

    disk.up(program("one"))
    (message,) = refused(disk, lambda: disk.up(program("two")))
    assert message == "disk:index:File 'a' is managed by the provider 'one' and cannot be moved to 'two'"


def test_a_resource_declared_twice(disk: DiskStack) -> None:
    def main() -> None:
        options = pulumi.ResourceOptions(provider=Disk("disk", disk.files))
        File("a", options)
        File("a", options)

    assert refused(disk, lambda: disk.up(main)) == ["disk:index:File 'a' is declared twice"]


def test_a_provider_that_does_not_exist_and_one_that_refuses_its_configuration(disk: DiskStack) -> None:
    def main() -> None:
        File("a", pulumi.ResourceOptions(provider=pulumi.ProviderResource("disk", "disk", {})))
        pulumi.ProviderResource("cloud", "cloud", {})

    assert refused(disk, lambda: disk.up(main)) == [
        "the embedded engine has no provider named 'cloud' (it has: disk)",
        "pulumi:providers:disk 'disk': property directory: is required",
    ]


OPTIONS = {
    "the option import_id": {"import_": "a"},
    "the option ignore_changes": {"ignore_changes": ["content"]},
    "the option replace_on_changes": {"replace_on_changes": ["content"]},
    "the option delete_before_replace": {"delete_before_replace": True},
    "the option retain_on_delete": {"retain_on_delete": True},
    "the option custom_timeouts": {"custom_timeouts": pulumi.CustomTimeouts(create="5m")},
    "the option replacement_trigger": {"replacement_trigger": "1"},
}


@pytest.mark.parametrize("name", OPTIONS)
def test_an_option_that_is_not_supported_is_refused_by_name(disk: DiskStack, name: str) -> None:
    def main() -> None:
        File("a", pulumi.ResourceOptions(provider=Disk("disk", disk.files), **OPTIONS[name]))  # type: ignore[arg-type]

    (message,) = refused(disk, lambda: disk.up(main))
    assert message == f"disk:index:File 'a': the embedded engine does not support {name}"


def test_what_the_sdk_is_not_offered_ends_the_program(disk: DiskStack) -> None:
    def main() -> None:
        provider = Disk("disk", disk.files)
        other = File("other", pulumi.ResourceOptions(provider=provider))
        File("a", pulumi.ResourceOptions(provider=provider, deleted_with=other))

    with pytest.raises(ProgramFailed, match="does not support the DeletedWith option"):
        disk.up(main)
    assert disk.effects() == []


def test_a_default_provider_and_an_asset_are_refused_by_name(disk: DiskStack) -> None:
    def main() -> None:
        File("a", pulumi.ResourceOptions())
        provider = Disk("disk", disk.files)
        File("b", pulumi.ResourceOptions(provider=provider), content=pulumi.StringAsset("text"))

    assert refused(disk, lambda: disk.up(main)) == [
        "disk:index:File 'a': the embedded engine does not support a resource without an explicit provider",
        "disk:index:File 'b': the embedded engine does not support an asset as the property content",
    ]


@pytest.mark.parametrize(
    ("call", "name"),
    [
        (lambda: pulumi.runtime.register_resource_transform(lambda args: None), "transforms"),
        (lambda: pulumi.require_pulumi_version(">=3"), "RequirePulumiVersion"),
        (lambda: pulumi.StackReference("org/project/stack"), "ReadResource"),
        (lambda: pulumi.runtime.invoke("disk:index:list", {}), "Invoke"),
    ],
)
def test_a_call_that_is_not_supported_is_refused_by_name(disk: DiskStack, call: Callable[[], Any], name: str) -> None:
    with pytest.raises(EngineError, match="does not support") as caught:
        disk.up(lambda: (call(), None)[1])
    assert name in caught.value.message


def test_a_provider_configuration_must_be_known(disk: DiskStack) -> None:
    def main() -> None:
        first = File("first", pulumi.ResourceOptions(provider=Disk("disk", disk.files)))
        pulumi.ProviderResource("disk", "second", {"directory": first.path})

    (message,) = refused(disk, lambda: disk.up(main))
    assert message == "pulumi:providers:disk 'second': its configuration must be known before anything is deployed"
