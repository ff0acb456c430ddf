"""Deployed resources, as an engine recorded them, in the words of the field."""

from __future__ import annotations

from collections.abc import Iterable

from levee.plan.change import Deployed
from policies.readback import service_credential, topic
from policies.readback.registered import Registered

JUDGED = frozenset({topic.TYPE, service_credential.TYPE})


def deployed(source: str, resources: Iterable[Registered], doomed: Iterable[str] = ()) -> Deployed:
    """The topics and services among the resources; `doomed` are URNs that the engine would delete or replace.

    Owners, classes and approvals are in no state: a topic is regulated there as far as it is protected.
    """
    listed = list(resources)
    topics = [each for each in listed if each.type == topic.TYPE]
    condemned = set(doomed)
    return Deployed(
        source=source,
        topics=tuple(topic.topic(each, {}) for each in topics),
        principals=tuple(
            service_credential.principal(each, {}) for each in listed if each.type == service_credential.TYPE
        ),
        doomed=frozenset(each.name for each in topics if each.urn in condemned),
    )
