"""Runs one operation on a ServiceCredential and is killed outright just before its N-th step, as by kill -9.

``python -m tests.support.dying_engine <work.json>``, the file holding ``connection``, ``operation`` (create, update,
delete), ``state`` (id, inputs, outputs; not for create), ``inputs`` (not for delete) and ``step``. Exits with 0 if the
operation ended before that step.
"""

import asyncio
import functools
import itertools
import json
import os
import signal
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from levee_infra.kafka.admin.acl_marks import AclMarks
from levee_infra.kafka.credential.credential_cluster import CredentialCluster
from levee_infra.kafka.secret_store.batched_store import BatchedStore
from tests.support.credential_engine import State, credential_engine

STEPS = (
    (BatchedStore, "keep"),
    (BatchedStore, "forget"),
    (CredentialCluster, "allow"),
    (CredentialCluster, "withdraw"),
    (CredentialCluster, "withdraw_all"),
    (CredentialCluster, "set_password"),
    (CredentialCluster, "remove_user"),
    (AclMarks, "claim"),
    (AclMarks, "release"),
)


def die_before(step: int) -> None:
    """Make the process kill itself when it is about to take this step; the first is 0."""
    numbers = itertools.count()

    def dying(method: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
        @functools.wraps(method)
        async def taken(*arguments: Any) -> Any:
            changes_nothing = len(arguments) > 2 and not arguments[2]
            if not changes_nothing and next(numbers) == step:
                os.kill(os.getpid(), signal.SIGKILL)
            return await method(*arguments)

        return taken

    for owner, name in STEPS:
        setattr(owner, name, dying(getattr(owner, name)))


async def run(work: dict[str, Any]) -> None:
    async with credential_engine(work["connection"]) as engine:
        match work["operation"]:
            case "create":
                await engine.create(work["inputs"])
            case "update":
                await engine.update(State(**work["state"]), work["inputs"])
            case "delete":
                await engine.delete(State(**work["state"]))


if __name__ == "__main__":
    given = json.loads(Path(sys.argv[1]).read_text())
    die_before(given["step"])
    asyncio.run(run(given))
