"""The brokers' own logs are kept, in the jurisdiction and in an account that is trusted.

## What

The stack names at least one place that takes the logs of the brokers and of their authorizer. Each such place lies in
the stack's jurisdiction and in one that each class of the stack's streams allows, and in the stack's account or one of
its `trusted_accounts`. Judged are its `region` and `account`, and what its destination's name tells. A place that names
no region is in the stack's, which RLS-RES-001 judges; a cloud's name that tells none is unknown without `region`, and
a bucket, whose name tells no account, without `account`.

The catalogue this began with asked for any place at all. The authorizer's log holds the names of people, services and
streams: it goes abroad no more freely than the streams do.

## Why

Who was refused, who was let in, and which broker lost which replica stands in these logs and nowhere else. A broker's
own disk is where they are lost with it.

## Fails

```yaml
stack.yaml:
  cluster:
    logs:
      0: {region: us-east-1}
```

## Passes

```yaml
stack.yaml:
  cluster:
    logs: [{name: security-lake, destination: s3://lake/kafka, account: "210987654321", region: eu-north-1}]
```

## Fix

Write `logs: [{name: …, destination: …}]` under `cluster`, with the account and the region where they are not the
stack's.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from levee.plan.places import NamedPlace
from levee.plan.planned import Plan
from levee_policies.facts import Facts
from levee_policies.ownership import accounts_of
from levee_policies.residency import astray, unplaced
from levee_policies.rule import OF_BROKERS, Rule, Severity, Surface, Violation
from levee_policies.subjects import log_places, stack


def check(plan: Plan, facts: Facts) -> Iterator[Violation]:
    """Judge where the logs go."""
    if not plan.cluster.logs:
        yield Violation(
            current="nothing says where the brokers' logs go",
            expected="at least one place that takes them",
            fix="write `logs: [{name: broker-logs, destination: …}]` under `cluster`",
            at=("cluster", "logs"),
        )
    for subject in log_places(facts):
        for violation in _place(subject.value, facts):
            yield replace(violation, origin=subject.origin)


def _place(named: NamedPlace, facts: Facts) -> Iterator[Violation]:
    plan = facts.plan
    yield from astray(facts, named, "keep the logs in the jurisdiction")
    yield from unplaced(named, "write the place's `region`", own_hosts=False)
    for account in accounts_of(named):
        if account not in (plan.boundary.account, *plan.trusted_accounts):
            yield Violation(
                current=f"the {named.what} of {named.subject} names account {account or '(none)'}",
                expected="the stack's account or a trusted one",
                fix="correct the account, or list it in `trusted_accounts`; of a bucket write `account`",
                unknown=not account,
            )


RULE = Rule(
    id="RLS-AUD-001",
    title="The brokers' own logs are kept, in the jurisdiction and in an account that is trusted",
    severity=Severity.MEDIUM,
    surfaces=frozenset({Surface.FILES}),
    unregistered=OF_BROKERS,
    authorities=("NIST AU-12", "NIST AU-4(1)", "PCI 10.3.3", "DORA Art. 10", "GDPR Art. 44"),
    subjects=stack,
    check=check,
    page=__doc__,
)
