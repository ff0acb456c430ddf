"""A connector speaks TLS, holds no secret, and keeps what it can't deliver under the same rules.

## What

A sink's destination and the addresses in its settings are reached by TLS 1.2 or later, with the broker's and the
destination's names verified. Settings are judged by the words of their names in any spelling (`useSsl: "no"`,
`tls.skip.verify`, `https.hostname.verifier: noop`, `?sslmode=disable`). Neither the destination nor a setting holds a
login or a token. A sink of a regulated stream names a `dead_letter` stream of the same class, any other sink none of
a class that is laxer in regulation, jurisdictions or retention; and no setting names another topic in its place.

The catalogue this began with asked for a dead letter topic under the same rules and overlooked the other way out:
`errors.deadletterqueue.topic.name` names a topic that no stream file declares. (`errors.log.include.messages` is none:
of a sink's records it logs the place, not what they hold.)

## Why

A connector holds the records of a stream and the login of a destination at once. What it can't deliver is the same data
as what it can: in a topic of a laxer class it is kept too short, read by too many, or kept too long. Without a dead
letter topic it stops, or it drops records and nobody knows (KIP-298).

## Fails

```yaml
streams/payments-audit.yaml:
  sinks:
    0: {dead_letter: payments-events}
streams/payments-events.yaml:
  sources:
    - {service: siem-shipper, kind: application, producer: {acks: all, idempotent: true}}
```

## Passes

```yaml
streams/payments-audit.yaml:
  sinks:
    0: {dead_letter: payments-dead-letters}
```

## Fix

Write the destination with `https://`, secrets as `${provider:path:key}`, and a `dead_letter` stream of the same class.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from levee.diagnostics.redaction import holds_secret
from levee.model.stream import SinkSpec
from levee.plan.planned import PlannedSink
from levee_policies.connector_settings import squashed, weakness
from levee_policies.dead_letters import is_laxer
from levee_policies.facts import Facts
from levee_policies.rule import OF_CONNECTORS, Rule, Severity, Surface, Violation
from levee_policies.subjects import sinks

ENCRYPTED: Final = ("https://", "s3://", "cos://", "arn:", "crn:")  # the clouds' own libraries speak TLS
_WAY: Final = re.compile(r"[a-z][a-z0-9+.-]*(?=://)")


def check(each: PlannedSink, facts: Facts) -> Iterator[Violation]:
    """Judge one sink."""
    yield from _destination(each.sink)
    for name, value in each.sink.settings.items():
        secret = holds_secret(value)
        problem = "holds what looks like a secret" if secret else _setting_problem(name, value)
        if problem is not None:
            yield Violation(
                current=f"the setting {name} {problem}",
                expected="TLS with verified names, secrets by reference, dead letters in a stream",
                fix=f"correct or remove {name}",
                at=("settings", name),
                secret=secret,
            )
    yield from _dead_letters(each, facts)


def _destination(sink: SinkSpec) -> Iterator[Violation]:
    address = sink.destination.lower()
    if not address.startswith(ENCRYPTED):
        way = _WAY.match(address)
        yield Violation(
            current=f"it delivers by {way[0]}" if way else "its destination doesn't say how it is reached",
            expected="a destination that is reached by TLS",
            fix="write the destination with https://, or s3:// or cos:// for a bucket",
            at=("destination",),
            unknown=not way,
        )
    elif weakness("", sink.destination) is not None:
        yield Violation(
            current=f"its destination {weakness('', sink.destination)}",
            expected="a destination that is reached by TLS, verified",
            fix="remove what switches it off from the address",
            at=("destination",),
        )
    if holds_secret(sink.destination):
        yield Violation(
            current="its destination holds what looks like a secret",
            expected="a destination without a secret",
            fix="remove it from the address, and write it as a reference in `settings`: ${provider:path:key}",
            at=("destination",),
            secret=True,
        )


def _setting_problem(name: str, value: str) -> str | None:
    """What is wrong with a setting, without its value: it may be a secret."""
    if squashed(name) == "errorsdeadletterqueuetopicname":
        return "names a topic where `dead_letter` names a stream"
    return weakness(name, value)


def _dead_letters(each: PlannedSink, facts: Facts) -> Iterator[Violation]:
    data_class, dead_letter = facts.class_of_stream(each.stream), each.sink.dead_letter
    other = None if dead_letter is None else facts.class_of_stream(dead_letter)
    if other is None and data_class.regulated:
        current = "what it can't deliver is lost: there is no dead_letter"
    elif other is not None and is_laxer(other, data_class):
        current = f"what it can't deliver goes to {dead_letter}, of class {other.name}"
    else:
        return
    yield Violation(
        current=current,
        expected=f"a dead letter stream of class {data_class.name}",
        fix=f"write `dead_letter: <a stream of class {data_class.name}>`",
        at=("dead_letter",),
    )


RULE = Rule(
    id="RLS-CON-003",
    title="A connector speaks TLS, holds no secret, and keeps what it can't deliver under the same rules",
    severity=Severity.HIGH,
    surfaces=frozenset({Surface.FILES}),
    unregistered=OF_CONNECTORS,
    authorities=("NIST SC-8(1)", "NIST IA-5", "NIST AU-9", "PCI 4.2.1", "PCI 8.6.2", "GDPR Art. 32"),
    subjects=sinks,
    check=check,
    page=__doc__,
)
