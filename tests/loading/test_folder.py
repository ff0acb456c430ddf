"""Which files make a stack, and what must not lie among them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from levee.diagnostics import LeveeError, Rejected
from levee.loading.folder import strays
from levee.loading.load import load_stack, stacks
from tests.support.stack_files import StackFiles


@pytest.fixture
def files(tmp_path: Path) -> StackFiles:
    return StackFiles(tmp_path)


def refused(project: Path, name: str) -> LeveeError:
    with pytest.raises(LeveeError) as refusal:
        load_stack(project, name)
    assert not isinstance(refusal.value, Rejected)
    assert refusal.value.exit_code == 2
    return refusal.value


def test_stacks_are_folders_with_a_stack_file(files: StackFiles) -> None:
    StackFiles(files.project, "production")
    (files.project / "stacks" / "notes").mkdir()
    (files.project / "stacks" / "Pulumi.test.yaml").touch()
    assert stacks(files.project) == ("production", "test")


def test_a_stack_that_is_not_there(files: StackFiles) -> None:
    StackFiles(files.project, "production")
    refusal = refused(files.project, "prodution")
    assert refusal.message == "there is no stack prodution: stacks/prodution/stack.yaml is missing"
    assert refusal.help == "did you mean `production`? stacks here: production, test"


@pytest.mark.parametrize("name", ["", "..", "../test", "a/b", "Test", "\x00", "x" * 200])
def test_names_that_no_stack_has(files: StackFiles, name: str) -> None:
    assert "is not a stack's name" in refused(files.project, name).message


def test_a_project_without_stacks(tmp_path: Path) -> None:
    assert refused(tmp_path, "test").message == "stacks/ can't be listed: No such file or directory"


def test_folders_are_not_followed_out_of_the_project(files: StackFiles, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    (files.folder / "streams").rename(outside)
    (files.folder / "streams").symlink_to(outside)
    assert refused(files.project, "test").message == "stacks/test/streams is a symbolic link"


def test_streams_that_is_a_file(files: StackFiles) -> None:
    files.orders.unlink()
    (files.folder / "streams").rmdir()
    (files.folder / "streams").touch()
    assert refused(files.project, "test").message == "stacks/test/streams/ can't be listed: Not a directory"


@pytest.mark.parametrize(
    "name",
    ["other.yml", "other.json", "README.md", "Other.yaml", "a.b.yaml", ".yaml", ".hidden.yaml", "-x.yaml", "x y.yaml"],
)
def test_a_stray_file_among_the_streams_is_an_error(files: StackFiles, name: str) -> None:
    (files.folder / "streams" / name).touch()
    assert [each.id for each in files.diagnostics()] == ["stray-file"]


@pytest.mark.parametrize("name", [".orders.yaml.swp", "orders.yaml~", "#orders.yaml#", ".gitkeep", ".DS_Store"])
def test_what_editors_leave_is_ignored(files: StackFiles, name: str) -> None:
    (files.folder / "streams" / name).touch()
    assert len(files.load().streams) == 1


def test_folders_and_links_among_the_streams_are_errors(files: StackFiles) -> None:
    (files.folder / "streams" / "more").mkdir()
    (files.folder / "streams" / "folder.yaml").mkdir()
    (files.folder / "streams" / "link.yaml").symlink_to("orders.yaml")
    assert [each.id for each in files.diagnostics()] == ["stray-file"] * 3


@pytest.mark.parametrize(
    "name",
    [
        *("classes.yml", "waivers.yml", "sites.yml", "Waivers.yaml", "classes.YAML", "waiver.yaml", "sites.json"),
        *("README.md", "notes.txt", ".hidden.yml", "pulumi.test.yaml"),
    ],
)
def test_what_nothing_reads_beside_the_stacks_is_told(files: StackFiles, name: str) -> None:
    (files.project / "stacks" / name).touch()
    (stray,) = strays(files.project)
    assert stray.id == "stray-file"
    assert stray.location is not None
    assert stray.location.file == f"stacks/{name}"
    assert stray.help


@pytest.mark.parametrize("name", ["Prod", "prod.eu", "prod eu", "prod_eu", "-prod", "PROD"])
def test_a_stack_that_no_stack_can_be_called_is_told(files: StackFiles, name: str) -> None:
    StackFiles(files.project, name)
    (stray,) = strays(files.project)
    assert "rename the folder" in stray.help


@pytest.mark.parametrize("name", ["Stack.yaml", "stack.yml", "STACK.YAML", "stack.json"])
def test_a_stack_whose_file_is_called_otherwise_is_told(files: StackFiles, name: str) -> None:
    StackFiles(files.project, "production").stack.rename(files.project / "stacks" / "production" / name)
    (stray,) = strays(files.project)
    assert stray.help == "rename it to stacks/production/stack.yaml"


def test_links_and_folders_that_are_no_stack_are_told(files: StackFiles) -> None:
    folder = files.project / "stacks"
    (folder / "linked").symlink_to(files.folder)
    (folder / "nowhere").symlink_to("not-there")
    (folder / "notes").mkdir()
    assert [each.location.file for each in strays(files.project) if each.location] == [
        "stacks/linked",
        "stacks/notes",
        "stacks/nowhere",
    ]


@pytest.mark.parametrize("name", ["Pulumi.test.yaml", ".DS_Store", ".gitkeep", "classes.yaml~", "#classes.yaml#"])
def test_what_pulumi_and_editors_keep_beside_the_stacks_is_nothing(files: StackFiles, name: str) -> None:
    (files.project / "stacks" / name).touch()
    assert strays(files.project) == ()


@pytest.mark.parametrize("name", ["stream", "Streams", "streams.old", "archive"])
def test_a_folder_beside_streams_is_an_error(files: StackFiles, name: str) -> None:
    (files.folder / name).mkdir()
    assert [each.id for each in files.diagnostics()] == ["stray-file"]


def test_a_link_beside_the_stack_file_is_an_error(files: StackFiles) -> None:
    (files.folder / "stream").symlink_to("streams")
    assert [each.id for each in files.diagnostics()] == ["stray-file"]


@pytest.mark.parametrize("name", ["stack.yml", "Stack.YML", "orders.yaml", "stream.json"])
def test_a_stray_file_beside_the_stack_file_is_an_error(files: StackFiles, name: str) -> None:
    (files.folder / name).touch()
    assert [each.id for each in files.diagnostics()] == ["stray-file"]


def test_missing_classes_are_an_error(files: StackFiles) -> None:
    files.classes.unlink()
    assert files.found() == ["unreadable-file classes.yaml:1:1"]


def test_a_stack_file_that_is_a_folder(files: StackFiles) -> None:
    files.stack.unlink()
    files.stack.mkdir()
    assert files.found() == ["unreadable-file stack.yaml:1:1"]


def only_the_boundary(files: StackFiles) -> None:
    text = files.stack.read_text()
    files.stack.write_text(text[: text.index("services:")])
    files.orders.unlink()


def test_no_streams_at_all_must_be_said(files: StackFiles) -> None:
    only_the_boundary(files)
    assert files.found() == ["no-streams stack.yaml:1:1"]
    files.add(files.stack, "streams: none\n")
    assert files.load().streams == ()


def test_no_streams_folder_is_no_streams(files: StackFiles) -> None:
    only_the_boundary(files)
    (files.folder / "streams").rmdir()
    assert files.found() == ["no-streams stack.yaml:1:1"]


def test_streams_none_with_streams_is_an_error(files: StackFiles) -> None:
    assert files.add(files.stack, "streams: none\n").found() == ["no-streams stack.yaml:32:1"]


def test_streams_are_in_order_of_key(files: StackFiles) -> None:
    for key in ("zebra", "a", "m-1", "m"):
        files.stream(key)
    assert [stream.key for stream in files.load().streams] == ["a", "m", "m-1", "orders", "zebra"]


@pytest.mark.parametrize(
    ("kind", "said"), [("pipe", "a named pipe"), ("folder", "a folder"), ("link", "a symbolic link")]
)
@pytest.mark.parametrize("name", ["payments.yaml", "payments"])
def test_what_lies_where_a_stream_should_is_told_what_it_is(tmp_path: Path, kind: str, said: str, name: str) -> None:
    files = StackFiles(tmp_path)
    at = files.folder / "streams" / name
    match kind:
        case "pipe":
            os.mkfifo(at)
        case "folder":
            at.mkdir()
        case _:
            at.symlink_to("/dev/null")
    (found,) = files.diagnostics()
    assert said in found.message
    assert found.help.startswith(("put the", "name a plain file"))
