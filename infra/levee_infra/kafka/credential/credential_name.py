"""How a service's credentials are called on the cluster: ``<service>.g<generation>``."""

import re
from dataclasses import dataclass
from typing import Final, Self

_USERNAME: Final = re.compile(r"(?P<service>[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)\.g(?P<generation>[1-9][0-9]{0,8})")


@dataclass(frozen=True, slots=True, order=True)
class CredentialName:
    """The user of one generation of a service. The dot keeps services and generations apart: no service
    name has one.
    """

    service: str
    generation: int

    @classmethod
    def parse(cls, username: str) -> Self:
        """Read a username. Raises ValueError for any text that isn't one, such as a path."""
        match = _USERNAME.fullmatch(username)
        if match is None:
            raise ValueError("not the name of a service credential")
        return cls(match["service"], int(match["generation"]))

    @property
    def username(self) -> str:
        """The SCRAM user."""
        return f"{self.service}.g{self.generation}"

    @property
    def principal(self) -> str:
        """The user as ACLs write it."""
        return f"User:{self.username}"

    def __str__(self) -> str:
        return self.username
