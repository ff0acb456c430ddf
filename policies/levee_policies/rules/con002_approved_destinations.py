"""Records go only where their class may be delivered, and to third parties only by the register.

## What

A sink's destination matches one of the `destinations` of its stream's class; a regulated class lists some. In a pattern
`*` stands for any text within its part of the address: in the host for letters, digits, dots and hyphens, behind the
host for anything. A sink to somebody else's service (`external: true`) names its entry in the register of third
parties.

The catalogue this began with let a class without a list deliver anywhere. For a regulated class that would make the
missing list the widest permission of all.

## Why

A destination is the end of the boundary: what was delivered can't be called back. Who uses a third party for a function
that matters keeps a register of it, and shows it to the supervisor on request.

## Fails

```yaml
streams/payments-audit.yaml:
  sinks:
    0: {destination: https://siem.example.com.attacker.example/in}
```

## Passes

```yaml
streams/payments-audit.yaml:
  sinks:
    0: {destination: https://siem.example.com/other/input}
```

## Fix

Deliver to a destination of the class, or have the destination approved and listed in `stacks/classes.yaml`; write
`register_entry` for an external one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from levee.model.wildcard import covers
from levee.plan.planned import PlannedSink
from levee_policies.facts import Facts
from levee_policies.rule import OF_CONNECTORS, Rule, Severity, Surface, Violation
from levee_policies.subjects import sinks

_HOST: Final = re.compile(r"[a-z][a-z0-9+.-]*://[^/?#]*")
_NOT_NAME: Final = re.compile(r"([^A-Za-z0-9.*-])")


def check(each: PlannedSink, facts: Facts) -> Iterator[Violation]:
    """Judge one sink."""
    data_class, destination = facts.class_of_stream(each.stream), each.sink.destination
    approved = data_class.destinations
    if approved and not any(_approves(pattern, destination) for pattern in approved):
        yield Violation(
            current="its destination is not one of its class's",
            expected=f"a destination of class {data_class.name}: {', '.join(approved)}",
            fix="deliver to one of these, or have the destination approved and listed in the class",
            at=("destination",),
        )
    if data_class.regulated and not approved:
        yield Violation(
            current=f"the regulated class {data_class.name} lists no destinations",
            expected="a list of destinations for every regulated class that has sinks",
            fix="write `destinations: [<approved destination>, …]` in the class",
            origin=data_class.origin,
        )
    if each.sink.external and not each.sink.register_entry:
        yield Violation(
            current="it delivers to somebody else's service without an entry in the register of third parties",
            expected="a register entry",
            fix="write `register_entry: <the entry>`",
            at=("register_entry",),
        )


def _approves(pattern: str, destination: str) -> bool:
    """Whether the pattern covers the destination: a `*` in the host reaches neither beyond it nor over a port."""
    host, path = _parts(pattern)
    if not host:
        return covers(path, destination)
    to_host, to_path = _parts(destination)
    pieces, to_pieces = _NOT_NAME.split(host), _NOT_NAME.split(to_host)
    return len(pieces) == len(to_pieces) and all(map(covers, pieces, to_pieces)) and covers(path, to_path)


def _parts(url: str) -> tuple[str, str]:
    """Scheme and host, and what follows."""
    form = _HOST.match(url)
    return (form[0], url[form.end() :]) if form else ("", url)


RULE = Rule(
    id="RLS-CON-002",
    title="Records go only where their class may be delivered, and to third parties only by the register",
    severity=Severity.HIGH,
    surfaces=frozenset({Surface.FILES}),
    unregistered=OF_CONNECTORS,
    authorities=("NIST AC-4", "DORA Art. 28", "DORA Art. 30", "GDPR Art. 44"),
    subjects=sinks,
    check=check,
    page=__doc__,
)
