"""Reading checkpoints ends as soon as the carrier is told to. All else about it is tested on real brokers."""

from __future__ import annotations

import itertools
import socket

import pytest

from levee_infra.carrier.route import Route
from levee_infra.carrier.transaction import kept_checkpoints
from levee_infra.carrier.transaction.failure import Left
from levee_infra.carrier.transaction.kept_checkpoints import read_checkpoints

ROUTE = Route(
    account="123456789012", log_group="/group", name="carrier", topic="topic", checkpoints="checkpoints", username="me"
)


def test_told_to_end_while_brokers_say_nothing_it_waits_no_longer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept_checkpoints, "ASK_S", 0.05)
    looks = itertools.count()
    with socket.create_server(("127.0.0.1", 0)) as silent:
        login = {"bootstrap.servers": f"127.0.0.1:{silent.getsockname()[1]}"}
        with pytest.raises(Left):
            read_checkpoints(ROUTE, login, lambda: next(looks) == 3)
    assert next(looks) == 4
