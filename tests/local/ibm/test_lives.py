"""IBM's own clients drive the stand-in of IBM Cloud through whole lives, whatever of its behaviour is undocumented."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from levee_infra.local.ibm.behaviour import SOURCES, Behaviour, choices
from tests.support.ibm_cloud import IbmCloud, ibm_cloud
from tests.support.ibm_contract import breaches_of
from tests.support.ibm_lives import LIVES

NUMBERS: dict[str, list[int]] = {"first_stream_id": [0], "topic_lag": [2], "page_size": [1, 2], "token_seconds": [60]}
DEFAULT = Behaviour()
OTHERWISE = [
    (item.name, value)
    for item in fields(Behaviour)
    for value in (*choices(item.name), *NUMBERS.get(item.name, []))
    if value != getattr(DEFAULT, item.name)
]


@pytest.mark.parametrize("life", LIVES, ids=lambda life: life.__name__)
def test_a_life_by_ibms_own_clients(life: Callable[[IbmCloud], None], tmp_path: Path) -> None:
    with ibm_cloud(tmp_path) as cloud:
        life(cloud)
        assert breaches_of(cloud.requests) == []


@pytest.mark.parametrize(("switch", "value"), OTHERWISE)
def test_each_life_holds_whatever_is_undocumented(switch: str, value: Any, tmp_path: Path) -> None:
    for life in LIVES:
        with ibm_cloud(tmp_path / life.__name__, **{switch: value}) as cloud:
            life(cloud)
            assert breaches_of(cloud.requests) == []


def test_every_switch_is_set_otherwise_and_has_a_source() -> None:
    assert {name for name, _ in OTHERWISE} == set(SOURCES) == {item.name for item in fields(Behaviour)}
