"""`kafka:index/userScramCredential:UserScramCredential`.

Source: https://www.pulumi.com/registry/packages/kafka/api-docs/userscramcredential/. Its default of 4096 iterations
is Kafka's least.
"""

from __future__ import annotations

from typing import Final

from levee.model.origin import Origin
from levee.plan.observed import Login
from levee.plan.registered import Registered
from levee.plan.unknown import unknown

TYPE: Final = "kafka:index/userScramCredential:UserScramCredential"
DEFAULT_ITERATIONS: Final = 4096


def login(resource: Registered) -> Login:
    """The user. Only whether there is a password in clear is looked at, never what it is."""
    return Login(
        name=resource.text("username", unknown(f"the name of user {resource.name}")),
        label=resource.name,
        service=None,
        mechanism=resource.text("scramMechanism", unknown(f"the mechanism of user {resource.name}")),
        iterations=resource.whole("scramIterations", DEFAULT_ITERATIONS),
        in_clear="password" in resource.properties,
        owner=None,
        rotate_every=None,
        origin=Origin("", (), resource.urn),
    )
