"""Folders that `up` must not touch, and that `down` must not empty. Nothing runs in these tests."""

from __future__ import annotations

from pathlib import Path

import pytest

from levee.clock import SYSTEM_CLOCK
from levee_infra.local import cluster as local
from levee_infra.local.admin import Administrator
from levee_infra.local.record import FILE_NAME, write_record
from tests.support.cluster import JARS, session_base_port

OTHER_ID = "bGV2ZWUtb3RoZXItMDAwMg"


def made(directory: Path, **changes: object) -> local.ClusterSettings:
    """A cluster's folder as `up` leaves it, without what runs from it."""
    settings = local.ClusterSettings(directory, base_port=session_base_port(200), jars=JARS, **changes)  # type: ignore[arg-type]
    for node in settings.nodes:
        node.data.mkdir(parents=True)
        (node.data / "meta.properties").write_text(f"cluster.id={settings.cluster_id}\nnode.id={node.id}\n")
    Administrator(settings.administrator).create()
    write_record(settings, formatted=True)
    return settings


def refusal(settings: local.ClusterSettings) -> local.LocalClusterError:
    """What `up` refuses with, having changed nothing."""
    before = contents(settings.directory)
    with pytest.raises(local.LocalClusterError) as refused:
        local.up(settings, print, SYSTEM_CLOCK)
    assert contents(settings.directory) == before
    assert refused.value.help
    return refused.value


def contents(directory: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in directory.rglob("*") if path.is_file() and path.name != "lock"}


def test_a_folder_of_another_cluster(tmp_path: Path) -> None:
    made(tmp_path, cluster_id=OTHER_ID)

    error = refusal(local.ClusterSettings(tmp_path, base_port=session_base_port(200)))
    assert f"cluster id is {OTHER_ID}" in error.message
    assert "--delete-data" in error.help


def test_another_number_of_brokers(tmp_path: Path) -> None:
    made(tmp_path, brokers=3)

    assert "number of brokers is 3, not 1" in refusal(local.ClusterSettings(tmp_path, brokers=1)).message


def test_a_data_folder_of_another_cluster(tmp_path: Path) -> None:
    settings = made(tmp_path)
    (settings.nodes[1].data / "meta.properties").write_text(f"cluster.id={OTHER_ID}\nnode.id=2\n")

    assert f"node 2 of cluster {OTHER_ID}" in refusal(settings).message


def test_a_data_folder_of_another_node(tmp_path: Path) -> None:
    settings = made(tmp_path)
    (settings.nodes[1].data / "meta.properties").write_text(f"cluster.id={settings.cluster_id}\nnode.id=3\n")

    assert "belongs to node 3" in refusal(settings).message


def test_a_data_folder_without_identity(tmp_path: Path) -> None:
    settings = made(tmp_path)
    (settings.nodes[2].data / "meta.properties").unlink()

    assert "brokers/3/data belongs to node None" in refusal(settings).message


def test_a_lost_data_folder_is_not_replaced_by_an_empty_one(tmp_path: Path) -> None:
    settings = made(tmp_path)
    settings.nodes[0].data.rename(tmp_path / "elsewhere")

    assert "brokers/1/data is missing, though this cluster has run" in refusal(settings).message


def test_a_lost_password(tmp_path: Path) -> None:
    settings = made(tmp_path)
    Administrator(settings.administrator).password_file.unlink()

    assert "admin/password is missing" in refusal(settings).message


def test_a_broken_record(tmp_path: Path) -> None:
    settings = made(tmp_path)
    (tmp_path / FILE_NAME).write_text("{")

    assert "isn't a record of a local cluster" in refusal(settings).message


def test_a_folder_in_other_use(tmp_path: Path) -> None:
    (tmp_path / "admin").mkdir()
    (tmp_path / "admin" / "thesis.txt").write_text("years of work")

    assert "has admin; nothing was changed" in refusal(local.ClusterSettings(tmp_path)).message


def test_delete_data_leaves_a_folder_that_is_no_cluster(tmp_path: Path) -> None:
    (tmp_path / "admin").mkdir()
    (tmp_path / "admin" / "thesis.txt").write_text("years of work")
    lines: list[str] = []

    local.down(local.ClusterSettings(tmp_path), lines.append, delete_data=True)

    assert (tmp_path / "admin" / "thesis.txt").exists()
    assert "nothing to delete" in lines[-1]


@pytest.mark.parametrize("broken", [False, True])
def test_delete_data_removes_a_cluster_and_nothing_else(tmp_path: Path, broken: bool) -> None:
    settings = made(tmp_path)
    (tmp_path / "notes.txt").write_text("mine")
    (tmp_path / "jars").mkdir()
    if broken:
        (tmp_path / FILE_NAME).write_text("{")

    local.down(settings, print, delete_data=True)

    assert sorted(path.name for path in tmp_path.iterdir()) == ["jars", "lock", "notes.txt"]


def test_down_where_nothing_ever_was_makes_nothing(tmp_path: Path) -> None:
    lines: list[str] = []

    local.down(local.ClusterSettings(tmp_path / "never"), lines.append)

    assert not (tmp_path / "never").exists()
    assert lines == [f"nothing runs: there is no {tmp_path / 'never'}"]


def test_status_of_what_never_was_is_stopped(tmp_path: Path) -> None:
    assert local.status(local.ClusterSettings(tmp_path / "never")).to_json()["state"] == "stopped"


def test_a_file_where_the_folder_should_be_is_said_plainly(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    with pytest.raises(local.LocalClusterError, match="file"):
        local.up(local.ClusterSettings(tmp_path / "file"), print, SYSTEM_CLOCK)
