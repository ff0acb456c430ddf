"""A stack on the session's cluster, as declared."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from datetime import date

import pytest

from levee.loading.load import load_stack
from levee.plan.build import build_plan
from levee.plan.planned import Plan
from tests.support.cluster import LocalCluster
from tests.support.deployment import Deployment


@pytest.fixture(scope="package")
def stack(cluster: LocalCluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployment]:
    """Two streams with a writer and a reader, a manager of their prefix, and a shipper amid its rotation."""
    deployment = Deployment(tmp_path_factory.mktemp("proof"), cluster, f"p{secrets.token_hex(4)}")
    reader = deployment.service("reader")
    deployment.stream("orders", extra="settings: {compression.type: zstd}\n")
    deployment.stream("audit", consumers=f"[{{service: {reader}, groups: [{reader}, {reader}-*]}}]")
    deployment.write_stack(
        f"""\
  {deployment.service("shipper")}:
    owner: orders-team
    generation: 2
    previous: valid
    grants:
      - {{role: reader, streams: [orders, audit], groups: [{deployment.service("shipper")}]}}
  {deployment.service("operator")}:
    owner: orders-team
    grants:
      - {{role: manager, topics: "eu.{deployment.word}.*"}}
"""
    )
    assert deployment.up().code == 0
    yield deployment
    assert deployment.destroy().code == 0


@pytest.fixture
def plan(stack: Deployment) -> Plan:
    return build_plan(load_stack(stack.project, "test"), date(2026, 11, 21))
