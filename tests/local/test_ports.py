"""Ports in use are named before anything is changed."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from levee.clock import SYSTEM_CLOCK
from levee_infra.local import cluster as local
from levee_infra.local.ports import require_free
from tests.support.cluster import session_base_port

BASE_PORT = session_base_port(200)


def settings(directory: Path) -> local.ClusterSettings:
    return local.ClusterSettings(directory, base_port=BASE_PORT)


@contextmanager
def listening(port: int, address: str = "127.0.0.1") -> Iterator[None]:
    with socket.create_server((address, port)):
        yield


@pytest.mark.parametrize("address", ["127.0.0.1", "0.0.0.0"])
def test_every_taken_port_is_named_with_its_broker(tmp_path: Path, address: str) -> None:
    with (
        listening(BASE_PORT + 1, address),
        listening(BASE_PORT + 22, address),
        pytest.raises(local.LocalClusterError) as refused,
    ):
        require_free(settings(tmp_path).nodes)

    assert f"{BASE_PORT + 1} (of broker 1), {BASE_PORT + 22} (of broker 3)" in refused.value.message
    assert "--base-port" in refused.value.help


def test_free_ports_are_no_obstacle(tmp_path: Path) -> None:
    require_free(settings(tmp_path).nodes)


def test_up_on_a_taken_port_makes_nothing(tmp_path: Path) -> None:
    lines: list[str] = []

    with listening(BASE_PORT), pytest.raises(local.LocalClusterError, match=f"{BASE_PORT} .of broker 1."):
        local.up(settings(tmp_path / "new"), lines.append, SYSTEM_CLOCK)

    assert lines == []
    assert {path.name for path in (tmp_path / "new").iterdir()} == {".gitignore", "lock"}
