"""A pipeline runs for the account and region that the stack declares.

## What

Where the environment of the run names an account or a region of the stack's cloud (`AWS_ACCOUNT_ID`, `AWS_REGION`,
`AWS_DEFAULT_REGION`, `IBMCLOUD_ACCOUNT_ID`, `IBMCLOUD_REGION`), it names the stack's. Variables of another cloud don't
count, nor does a variable that isn't set: the live account is asked before anything is registered.

## Why

A pipeline that is set up for one account and given the stack of another is a mistake at best.

## Fails

```yaml
stack.yaml:
  target: aws
surroundings:
  AWS_REGION: us-east-1
```

## Passes

```yaml
stack.yaml:
  target: aws
surroundings:
  AWS_REGION: eu-west-1
  AWS_ACCOUNT_ID: "123456789012"
  IBMCLOUD_REGION: us-south
```

## Fix

Run the pipeline of the stack's own account, or name the right stack.
"""

from __future__ import annotations

from collections.abc import Iterator

from levee.plan.planned import Plan
from levee.targets.registry import MODELS
from levee_policies.facts import Facts
from levee_policies.rule import Rule, Severity, Surface, Violation
from levee_policies.subjects import stack


def check(plan: Plan, facts: Facts) -> Iterator[Violation]:
    """Judge the environment of the run."""
    model = MODELS[plan.target]
    for key, variables, declared in (
        ("account", model.account_variables, plan.boundary.account),
        ("region", model.region_variables, plan.boundary.region),
    ):
        for variable in variables:
            value = facts.context.surroundings.get(variable)
            if value is not None and value != declared:
                yield Violation(
                    current=f"{variable} is {value}",
                    expected=f"the stack's {key} {declared}",
                    fix="run the pipeline of the stack's own account and region, or name the right stack",
                    at=(key,),
                )


RULE = Rule(
    id="RLS-ACC-007",
    title="A pipeline runs for the account and region that the stack declares",
    severity=Severity.MEDIUM,
    surfaces=frozenset({Surface.FILES}),
    unregistered="what it judges is the environment of the run",
    authorities=("NIST CM-3", "DORA Art. 9"),
    subjects=stack,
    check=check,
    page=__doc__,
)
