"""server.properties as rendered."""

from __future__ import annotations

from pathlib import Path

from levee_infra.local.broker import server_properties
from levee_infra.local.settings import ClusterSettings

GOLDEN = Path(__file__).with_name("golden")


def rendered(directory: Path, *, brokers: int, node: int) -> str:
    settings = ClusterSettings(directory, brokers=brokers)
    each = settings.nodes[node - 1]
    return server_properties(each, settings.nodes, settings.certificates, each.data)


def test_broker_2_of_3_is_as_reviewed() -> None:
    assert rendered(Path("/srv/levee"), brokers=3, node=2) == (GOLDEN / "broker-2-of-3.properties").read_text()


def test_a_single_broker_needs_no_other_replica() -> None:
    lines = rendered(Path("/srv/levee"), brokers=1, node=1).splitlines()

    assert "default.replication.factor=1" in lines
    assert "min.insync.replicas=1" in lines
    assert "super.users=User:admin;User:broker-1" in lines


def test_a_backslash_in_a_path_survives_java_properties() -> None:
    assert "log.dirs=/srv/a\\\\b/brokers/1/data\n" in rendered(Path("/srv/a\\b"), brokers=1, node=1)
