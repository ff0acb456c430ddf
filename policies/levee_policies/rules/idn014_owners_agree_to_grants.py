"""A grant in stack.yaml reaches another owner's stream only where its owner agrees.

## What

A grant under `services` that names streams one by one reaches streams of the service's own owner. One of another owner
it may read or write where that stream's own file names the service too (as a consumer or sink, as a source), and read
where the stream's class lists it in `readers`. It manages none. Registered, its access counts, whatever resource gives
it. Prefixes are RLS-IDN-005.

## Why

A stream's file is its owner's. A grant elsewhere opens the stream without a line in it, and a reviewer of the stream
doesn't see it; a manager of another team can delete it.

## Fails

```yaml
stack.yaml:
  services:
    payments-dashboard:
      owner: identity-team
      grants: [{role: reader, streams: [payments-events], groups: [payments-dashboard]}]
streams/payments-events.yaml: {consumers: []}
```

## Passes

```yaml
stack.yaml:
  services:
    payments-dashboard:
      owner: identity-team
      grants: [{role: reader, streams: [payments-events], groups: [payments-dashboard]}]
```

## Fix

Name the service in the stream's own file, or have the class's owner add it to `readers`. Manage a stream by a service
of its owner's.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from levee.model.role import Role
from levee.plan.planned import PlannedCredential, PlannedGrant
from levee_policies.facts import Facts
from levee_policies.rule import Rule, Severity, Surface, Violation
from levee_policies.subjects import credentials

NAMED: Final = 5


def check(credential: PlannedCredential, facts: Facts) -> Iterator[Violation]:
    """Judge the grants of one service."""
    for grant in credential.grants:
        strange = [each for each in grant.streams if not _is_agreed(each, grant, credential, facts)]
        if strange:
            streams = ", ".join(strange[:NAMED]) + ("…" if len(strange) > NAMED else "")
            yield Violation(
                current=f"{credential.service} of {credential.owner} is {grant.role} of {streams}, of another owner",
                expected="a stream of its owner's, or one whose file or class names it",
                fix=f"name {credential.service} in the stream's own file; manage a stream by a service of its owner's",
                origin=grant.origin,
            )


def _is_agreed(stream: str, grant: PlannedGrant, credential: PlannedCredential, facts: Facts) -> bool:
    of_class = facts.class_of_stream(stream).readers if grant.role is Role.READER else ()
    agreed = facts.index.named_by(stream, grant.role) | {*of_class}
    return facts.topics[stream].owner == credential.owner or credential.service in agreed


RULE = Rule(
    id="RLS-IDN-014",
    title="A grant in stack.yaml reaches another owner's stream only where its owner agrees",
    severity=Severity.HIGH,
    surfaces=frozenset({Surface.FILES, Surface.RESOURCE}),
    authorities=("NIST AC-3", "NIST AC-6", "PCI 7.2.5", "DORA Art. 9"),
    subjects=credentials,
    check=check,
    page=__doc__,
)
