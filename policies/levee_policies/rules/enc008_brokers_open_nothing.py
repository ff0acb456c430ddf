"""No setting of the brokers opens what the stack declares closed.

## What

What `cluster.settings` says agrees with the rest of stack.yaml: listeners speak SASL_SSL (SSL where
`ssl.client.auth` is `required`), the only mechanism is the stack's, TLS is 1.2 or 1.3 with suites of RFC 9325, names
are verified, brokers copy records encrypted, the authorizer is one of Kafka's own, nothing maps certificates or tickets
to other users, and `super.users` is the stack's admin alone. It is judged however a name is spelled, and for each
listener (`listener.name.<listener>.…`). What is not said is other rules' affair.

## Why

One listener in clear, one more mechanism or one more super user is a way around every ACL, and the files that declare
the ACLs look the same.

## Fails

```yaml
stack.yaml:
  cluster:
    settings:
      super.users: User:admin;User:backup
```

## Passes

```yaml
stack.yaml:
  cluster:
    settings:
      super.users: User:admin
      listeners: "SASL_SSL://:9096,CONTROLLER://:9093"
      listener.security.protocol.map: "SASL_SSL:SASL_SSL,CONTROLLER:SSL"
      listener.name.controller.ssl.client.auth: required
      sasl.enabled.mechanisms: SCRAM-SHA-512
      ssl.enabled.protocols: TLSv1.3
```

## Fix

Close it on the brokers, then correct `cluster.settings`. Give a user who needs more than a role a service of its own.
"""

from __future__ import annotations

from collections.abc import Iterator

from levee.plan.planned import Plan
from levee_policies.broker_settings import ways_in
from levee_policies.facts import Facts
from levee_policies.rule import OF_BROKERS, Rule, Severity, Surface, Violation
from levee_policies.subjects import stack


def check(plan: Plan, _: Facts) -> Iterator[Violation]:
    """Judge how the brokers are set."""
    yield from ways_in(plan)


RULE = Rule(
    id="RLS-ENC-008",
    title="No setting of the brokers opens what the stack declares closed",
    severity=Severity.CRITICAL,
    surfaces=frozenset({Surface.FILES}),
    unregistered=OF_BROKERS,
    authorities=("Kafka Broker configs", "Kafka Authorization", "NIST SC-8(1)", "NIST AC-3", "NIST CM-7", "PCI 4.2.1"),
    subjects=stack,
    check=check,
    page=__doc__,
)
