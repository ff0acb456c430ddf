"""One stack in the words of each target, for the suite that every target runs (tests/targets/test_conformance.py)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from tests.support.aws.api import AwsApi
from tests.support.aws_deployment import AwsDeployment
from tests.support.cluster import LocalCluster
from tests.support.deployment import Deployment

Words = Callable[[Path, LocalCluster, str, AwsApi], Deployment]
"""Declares a regulated stream `audit` with a writer and a reader, and an unregulated one, `events`, of that writer."""


def _kafka(folder: Path, cluster: LocalCluster, word: str, _: AwsApi) -> Deployment:
    stack = Deployment(folder, cluster, word)
    reader = stack.service("reader")
    stack.write_stack("".join(f"  {stack.service(each)}: {{rotate_every: 90d}}\n" for each in ("writer", "reader")))
    stack.stream(
        "audit",
        **{"class": "audit", "retention": "90d"},
        consumers=f"[{{service: {reader}, groups: [{reader}]}}]",
    )
    stack.stream("events")
    return stack


def _aws(folder: Path, cluster: LocalCluster, word: str, api: AwsApi) -> Deployment:
    stack = AwsDeployment(folder, cluster, word, api)
    stack.declare_streams()
    return stack


WORDS: Final[Mapping[str, Words]] = {"kafka": _kafka, "aws": _aws}
