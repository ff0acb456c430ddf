"""What can't be read is named: a store of passwords is not the cluster."""

from __future__ import annotations

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any, cast

import pytest

from levee.diagnostics import LeveeError
from levee.plan.planned import Plan
from levee_infra.kafka.credential.credential_name import CredentialName
from levee_infra.verify.login import Login, UnusableLogin
from levee_infra.verify.proof import _Prover


class Unreadable:
    """A store that nobody may list."""

    async def login(self, username: str) -> Login:
        raise UnusableLogin("secretsmanager: AccessDeniedException")

    async def names(self) -> Sequence[CredentialName]:
        raise UnusableLogin("secretsmanager: AccessDeniedException")


async def test_a_store_that_cannot_be_listed_is_named(plan: Plan) -> None:
    comparison: Any = SimpleNamespace(plan=plan, administrator=None)
    prover = _Prover(cast("Any", comparison), Unreadable(), lambda _: None)
    with pytest.raises(LeveeError, match="the store of the passwords of stack") as refused:
        await prover._try_revoked(["payments-api"])
    assert "AccessDenied" in refused.value.message
    assert "cluster" not in refused.value.message
