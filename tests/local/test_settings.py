"""Settings that no cluster can have are refused with what to write."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from levee_infra.local.failure import LocalClusterError
from levee_infra.local.settings import DEFAULT_CLUSTER_ID, ClusterSettings


def test_ports_and_racks_follow_from_the_base_port_and_region() -> None:
    settings = ClusterSettings(Path("/srv/levee"), base_port=29092, region="eu-de")

    assert settings.bootstrap == "127.0.0.1:29092,127.0.0.1:29102,127.0.0.1:29112"
    assert [node.ports for node in settings.nodes][1] == (29102, 29103, 29104)
    assert [node.rack for node in settings.nodes] == ["eu-de/eu-dea", "eu-de/eu-deb", "eu-de/eu-dec"]
    assert len(DEFAULT_CLUSTER_ID) == 22


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"brokers": 2}, "2 brokers"),
        ({"base_port": 80}, "base port 80"),
        ({"base_port": 65530}, "base port 65530"),
        ({"cluster_id": "short"}, "cluster id 'short'"),
        ({"cluster_id": "-GV2ZWUtbG9jYWwtMDAwMQ"}, "cluster id"),
        ({"cluster_id": "bGV2ZWUtbG9jYWwtMDAwMb"}, "cluster id"),
        ({"region": "eu west"}, "region 'eu west'"),
        ({"region": "eu/../.."}, "region"),
    ],
)
def test_impossible_settings_are_bad_usage(wrong: dict[str, Any], message: str) -> None:
    with pytest.raises(LocalClusterError, match=message) as refused:
        ClusterSettings(Path("/srv/levee"), **wrong)
    assert refused.value.exit_code == 2
    assert refused.value.help
