"""`levee:kafka:PrincipalGrants`: what can be declared, and what can follow what was declared before."""

from __future__ import annotations

from typing import Any

import pytest

from levee_infra.kafka.credential.principal_grants import PrincipalGrants
from levee_infra.providers.protocol.failures import RefusedError
from levee_infra.providers.protocol.kind import Declaration, Naming
from levee_infra.providers.protocol.properties import UNKNOWN, Properties
from tests.support.credential_inputs import acl


def inputs(**changes: Any) -> Properties:
    fine: Properties = {"service": "billing", "principal": "User:CN=billing,O=x", "acls": [acl("logs.a", "Write")]}
    return {name: value for name, value in (fine | changes).items() if value is not None}


async def checked(new: Properties, old: Properties | None = None) -> Properties:
    kind = PrincipalGrants(cluster=None, marks=None)  # type: ignore[arg-type] # a check asks nobody
    return await kind.check(Declaration(old=old or {}, new=new, naming=Naming("billing")))


async def problems(new: Properties, old: Properties | None = None) -> dict[str, str]:
    with pytest.raises(RefusedError) as refused:
        await checked(new, old)
    return {problem.property: problem.reason for problem in refused.value.problems}


async def test_what_is_fine() -> None:
    filled = await checked(inputs())
    assert filled["acls"] == [
        {"resourceType": "topic", "name": "logs.a", "pattern": "literal", "operation": "Write", "host": "*"}
    ]
    await checked(inputs(principal=UNKNOWN))
    await checked(inputs(acls=[acl("logs.b", "Read")]), inputs())


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"principal": "CN=billing"}, "principal"),
        ({"principal": "User:*"}, "principal"),
        ({"principal": "User:ANONYMOUS"}, "principal"),
        ({"principal": "Group:x"}, "principal"),
        ({"principal": None}, "principal"),
        ({"service": "Billing"}, "service"),
        ({"acls": []}, "acls"),
        ({"acls": [acl("*", "Write")]}, "acls[0].name"),
        ({"generation": 1}, "generation"),
    ],
)
async def test_what_is_not(changes: dict[str, Any], where: str) -> None:
    assert list(await problems(inputs(**changes))) == [where]


@pytest.mark.parametrize("changes", [{"principal": "User:other"}, {"service": "other"}])
async def test_it_stays_who_it_is(changes: dict[str, Any]) -> None:
    assert "can't change from" in next(iter((await problems(inputs(**changes), inputs())).values()))
