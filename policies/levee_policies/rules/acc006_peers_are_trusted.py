"""Other accounts reach the brokers only where they are trusted.

## What

Every account under `cluster.network.peers`, and every one that the cluster's policy lets in, is the stack's own or one
of `trusted_accounts`.

## Why

A VPC connection outlives the project it was made for. The list of trusted accounts is the one place to look.

## Fails

```yaml
stack.yaml:
  cluster:
    network:
      peers:
        0: {account: "999999999999"}
```

## Passes

```yaml
stack.yaml:
  trusted_accounts: ["210987654321", "310987654321"]
```

## Fix

Add the account to `trusted_accounts`, with its owner's approval, or remove the connection.
"""

from __future__ import annotations

from collections.abc import Iterator

from levee.model.cluster import Peer
from levee_policies.facts import Facts
from levee_policies.rule import Rule, Severity, Surface, Violation
from levee_policies.subjects import peers


def check(peer: Peer, facts: Facts) -> Iterator[Violation]:
    """Judge one account."""
    plan = facts.plan
    if peer.account != plan.boundary.account and peer.account not in plan.trusted_accounts:
        yield Violation(
            current=f"{peer.name} is account {peer.account}, which the stack doesn't trust",
            expected="the stack's account, or one of `trusted_accounts`",
            fix="add the account to `trusted_accounts`, or remove the connection",
            at=("account",),
        )


RULE = Rule(
    id="RLS-ACC-006",
    title="Other accounts reach the brokers only where they are trusted",
    severity=Severity.HIGH,
    surfaces=frozenset({Surface.FILES, Surface.RESOURCE}),
    authorities=("AWS Data perimeter", "NIST AC-4", "NIST SC-7"),
    subjects=peers,
    check=check,
    page=__doc__,
)
