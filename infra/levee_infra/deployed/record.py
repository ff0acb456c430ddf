"""What the state of a stack has recorded that only a state can tell: identities, and when passwords were made."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from levee.plan.credential_age import CredentialAge, credential_ages
from levee.plan.planned import Plan
from levee.plan.registered import Registered
from levee_infra.providers.protocol.identity import THING_ID
from levee_policies.readback import service_credential, topic

TOPIC_ID: Final = "topicId"


@dataclass(frozen=True, slots=True)
class Record:
    """A stack's recorded resources. `source` says, in words, whose record it is; None: no state here has any of it."""

    source: str | None = None
    resources: tuple[Registered, ...] = ()

    @property
    def topic_ids(self) -> Mapping[str, str]:
        """Kafka's own ids of the topics, by name."""
        topics = [each.outputs for each in self.resources if each.type == topic.TYPE]
        return {each["name"]: each[TOPIC_ID] for each in topics if isinstance(each.get(TOPIC_ID), str)}

    @property
    def identities(self) -> Mapping[tuple[str, str], str]:
        """The identities of things in a cloud, by type token and the thing's name there; of a key that is its alias."""
        found = {}
        for each in self.resources:
            name, identity = each.outputs.get("name") or each.outputs.get("alias"), each.outputs.get(THING_ID)
            if isinstance(name, str) and isinstance(identity, str):
                found[each.type, name] = identity
        return found

    @property
    def passwords_made(self) -> Mapping[str, date | None]:
        """All users with the day (UTC) on which the password was made, None where nobody noted it."""
        credentials = (each for each in self.resources if each.type == service_credential.TYPE)
        return dict(day for each in credentials for day in service_credential.passwords_made(each))

    def ages(self, plan: Plan, as_of: date) -> Iterator[CredentialAge]:
        """How old the plan's passwords are on a day (UTC)."""
        return credential_ages(plan, self.passwords_made, as_of)


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A record that can't be read, and why: nothing that only it knows is proved."""

    reason: str
