"""A policy lets in no more than it is for.

## What

The trust of every role that a program registers, and the policies of its keys and of the cluster, let in the stack's
account, its `trusted_accounts` or one organization, each by its exact name. A service of the cloud acts for the stack's
account and for resources of its region: `StringEquals` on `aws:SourceAccount`, and `aws:SourceArn` without a wildcard
before the resource. A role is nobody's whole account (`…:root`). The role that delivers a log group's events is for
the caller that its source declares, and for no other. A policy that levee can't read is unknown.

What stack files say of it is RLS-ACC-003, RLS-ACC-004 and RLS-CON-001.

## Why

A condition that is missing, a `*`, `StringLike` or an `…IfExists` lets in everybody that it doesn't name. Who may take
on the role may read and write what the role may.

## Fails

```yaml
resources:
  - type: levee:aws:Role
    name: siem
    inputs:
      name: siem
      trust: >-
        {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole",
        "Principal": {"Service": "kafkaconnect.amazonaws.com"}}]}
```

## Passes

```yaml
resources:
  - type: levee:aws:Role
    name: siem
    inputs:
      name: siem
      trust: >-
        {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole",
        "Principal": {"Service": "kafkaconnect.amazonaws.com"},
        "Condition": {"StringEquals": {"aws:SourceAccount": "123456789012"},
        "ArnLike": {"aws:SourceArn": "arn:aws:kafkaconnect:eu-west-1:123456789012:connector/siem/*"}}}]}
```

## Fix

Name whom the policy is for: the account and the resource in its conditions, roles by their ARNs.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from levee.plan.observed import AccessPolicy
from levee.targets.aws.iam.breadth import Insider, openings, sources
from levee.targets.aws.iam.parsing import parse_document
from levee_policies.facts import Facts
from levee_policies.rule import Rule, Severity, Surface, Violation
from levee_policies.subjects import access_policies


def check(policy: AccessPolicy, facts: Facts) -> Iterator[Violation]:
    """Judge whom one policy lets in."""
    plan = facts.plan
    if policy.text is None:
        return
    try:
        document = parse_document(policy.text)
    except ValueError as error:
        yield replace(_violation(f"{policy.name} has a policy that levee can't read: {error}"), unknown=True)
        return
    insider = Insider(
        account=plan.boundary.account,
        region=plan.boundary.region,
        accounts=plan.trusted_accounts,
        whole_accounts=policy.role is None,
    )
    for opening in openings(document, insider):
        yield _violation(f"{policy.name}: {opening}")
    caller = facts.callers.get(policy.role)
    if caller is not None:
        for other in sorted(sources(document) - {caller}):
            yield _violation(f"{policy.name} may be taken on for {other}, and delivers {caller}")


def _violation(current: str) -> Violation:
    return Violation(
        current=current,
        expected="exactly the accounts and resources that the policy is for",
        fix="name them in its principals and conditions",
    )


RULE = Rule(
    id="RLS-ACC-009",
    title="A policy lets in no more than it is for",
    severity=Severity.HIGH,
    surfaces=frozenset({Surface.RESOURCE}),
    authorities=("AWS MSK Connect role", "AWS Data perimeter", "NIST AC-3", "NIST AC-6"),
    subjects=access_policies,
    check=check,
    page=__doc__,
)
