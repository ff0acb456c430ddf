"""What Amazon Web Services would refuse of a stack's names and values by their form, before anything is made."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Final

from levee.catalog.partition import partition_name, partition_of
from levee.model.claim import Claim, Kind
from levee.model.declared import Declared
from levee.model.duration import Duration
from levee.model.origin import Origin
from levee.model.problem import Problem
from levee.model.service import Previous
from levee.model.stack import StackSpec
from levee.targets.aws.block import aws_block
from levee.targets.aws.claims import alarms_of
from levee.targets.aws.form import (
    LONGEST_ALARM_NAME,
    LONGEST_LOCK_DAYS,
    LONGEST_QUERY_SECONDS,
    MOST_ALARM_ACTIONS,
    MOST_METRICS,
    MOST_MSK_USERS,
    MOST_SUBSCRIPTION_FILTERS,
    bucket_problem,
    tag_value_problem,
)
from levee.targets.aws.metrics import LONGEST_WINDOW, SHORTEST_WINDOW, WATCHES

_LONGEST_LOCK: Final = Duration.parse(f"{LONGEST_LOCK_DAYS}d")
_LONGEST_QUERY: Final = Duration.parse(f"{LONGEST_QUERY_SECONDS}s")


def region(_: Declared, stack: StackSpec) -> Iterator[Problem]:
    """The region is one of AWS's that levee knows the partition of: it stands in every ARN."""
    if partition_of(stack.region) is None:
        message = f"levee knows no region {stack.region} of AWS"
        yield Problem("region", message, "write one such as eu-west-1", stack.origin.at("region"))


def tags(declared: Declared, stack: StackSpec) -> Iterator[Problem]:
    """Owners end in tags."""
    owners = [(stack.owner, stack.origin)]
    owners += [(each.owner, each.origin) for each in stack.services.values() if each.owner is not None]
    owners += [(stream.owner, stream.origin) for stream in declared.streams]
    for owner, origin in owners:
        found = tag_value_problem(owner)
        if found is not None:
            message, _, hint = found.partition("; ")
            yield Problem("tag", f"the owner {message}", hint, origin.at("owner"))


def archives(declared: Declared, _: StackSpec) -> Iterator[Problem]:
    """S3 makes a bucket of this name, and locks it for so long."""
    for stream in declared.streams:
        archive = stream.archive
        if archive is None:
            continue
        found = bucket_problem(archive.bucket)
        if found is not None:
            message = f"the bucket {archive.bucket} {found}"
            yield Problem("bucket-name", message, "choose another name", archive.origin.at("bucket"))
        if archive.retention > _LONGEST_LOCK:
            message = f"S3 locks no archive for {archive.retention}"
            yield Problem("archive", message, f"write `{_LONGEST_LOCK}` or less", archive.origin.at("retention"))


def alarms(declared: Declared, stack: StackSpec) -> Iterator[Problem]:
    """Every alarm has a name of its own that CloudWatch takes, and tells no more topics than it allows."""
    actions = aws_block(stack).alarm_actions
    if len(actions) > MOST_ALARM_ACTIONS:
        message = f"`alarm_actions` names {len(actions)}; an alarm of CloudWatch takes {MOST_ALARM_ACTIONS}"
        hint = "name fewer, and let one SNS topic tell the others"
        yield Problem("alarm-actions", message, hint, stack.block.origin.at("alarm_actions"))
    first: dict[str, Origin] = {}
    for stream in declared.streams:
        for name, origin in alarms_of(stack.name, stream):
            if len(name) > LONGEST_ALARM_NAME:
                message = f"the alarm {name} would have a name of {len(name)} characters"
                hint = f"CloudWatch takes {LONGEST_ALARM_NAME}: shorten the name of the stack, the stream or the group"
                yield Problem("alarm-name", message, hint, origin)
            other = first.setdefault(name, origin)
            if other is not origin:
                message = f"two alarms would be named {name}"
                yield Problem("alarm-name", message, "rename the stream or the group", origin, other=other)


def many_brokers(declared: Declared, stack: StackSpec) -> Iterator[Problem]:
    """What every broker of an MSK cluster measures apart is added up, of few brokers only."""
    if aws_block(stack).cluster_arn is None or stack.cluster.brokers <= MOST_METRICS:
        return
    for stream in declared.streams:
        for monitor in stream.monitors:
            watch = WATCHES[monitor.kind]
            if not watch.by_broker:
                continue
            if watch.threshold is None:
                message = f"CloudWatch adds up a {monitor.kind} monitor for {MOST_METRICS} brokers; there are "
                message += str(stack.cluster.brokers)
                hint = "remove it, or watch for silence, which many brokers can be asked for at once"
                yield Problem("monitor-brokers", message, hint, monitor.origin)
            elif monitor.window > _LONGEST_QUERY:
                message = f"of more than {MOST_METRICS} brokers CloudWatch looks back {_LONGEST_QUERY} at most"
                yield Problem(
                    "monitor-window", message, f"write `{_LONGEST_QUERY}` or less", monitor.origin.at("window")
                )


def users(declared: Declared, stack: StackSpec) -> Iterator[Problem]:
    """MSK takes so many users, each valid generation of a service being one."""
    if aws_block(stack).cluster_arn is None or not stack.secrets.in_aws:
        return
    named = {source.service for stream in declared.streams for source in stream.sources}
    named |= {consumer.service for stream in declared.streams for consumer in stream.consumers}
    renewed = [each for each in stack.services.values() if each.generation > 1 and each.previous is Previous.VALID]
    count = len(named | stack.services.keys()) + len(renewed)
    if count > MOST_MSK_USERS:
        message = f"the stack has {count:,} users, and an MSK cluster takes {MOST_MSK_USERS:,}"
        hint = "let services share streams' credentials, revoke generations that nobody uses, or split the stack"
        yield Problem("msk-users", message, hint, stack.block.origin.at("cluster_arn"))


def cluster_policy(_: Declared, stack: StackSpec) -> Iterator[Problem]:
    """An MSK cluster's policy lets in accounts by name or one organization, and not both."""
    if aws_block(stack).cluster_arn is None or stack.cluster.policy is None:
        return
    policy = stack.cluster.policy
    if bool(policy.accounts) == (policy.organization is not None):
        message = "a cluster's policy on aws names either accounts or one organization"
        hint = 'write `organization: o-…`, or `accounts: ["123456789012"]`, or remove `policy`'
        yield Problem("cluster-policy", message, hint, policy.origin)


def trust(declared: Declared, stack: StackSpec) -> Iterator[Problem]:
    """CloudWatch Logs delivers for the stack's own account, region and log groups only."""
    own = f"arn:{partition_name(stack.region)}:logs:{stack.region}:{stack.account}:"
    for stream in declared.streams:
        for source in stream.sources:
            if source.trust is None or not stack.block.carries(source):
                continue
            if source.trust.source_account not in {None, stack.account}:
                message = f"log groups are read in the stack's own account, not for {source.trust.source_account}"
                hint = "remove `source_account`, or name the stack's"
                yield Problem("wrong-account", message, hint, source.origin.at("trust", "source_account"))
            arn = source.trust.source_arn
            if arn is not None and not (arn.startswith(own) and len(arn) > len(own)):
                message = f"{arn} names no log groups of the stack's own account and region"
                hint = f"remove `source_arn`, or write `{own}log-group:{source.log_group}:*`"
                yield Problem("wrong-account", message, hint, source.origin.at("trust", "source_arn"))


def window(declared: Declared, _: StackSpec) -> Iterator[Problem]:
    """CloudWatch looks back for so long."""
    for stream in declared.streams:
        for monitor in stream.monitors:
            if not SHORTEST_WINDOW <= monitor.window <= LONGEST_WINDOW:
                message = f"an alarm of CloudWatch can't look back {monitor.window}"
                hint = f"write a window from {SHORTEST_WINDOW} to {LONGEST_WINDOW}"
                yield Problem("monitor-window", message, hint, monitor.origin.at("window"))


def too_many_subscriptions(declared: Declared, stack: StackSpec) -> Iterator[Problem]:
    """A log group has no more subscription filters than CloudWatch Logs takes, of all stacks together."""
    readers: dict[tuple[str, str], list[Claim]] = defaultdict(list)
    for claim in declared.claims:
        if claim.kind is Kind.LOG_GROUP:
            readers[claim.place, claim.pattern.name].append(claim)
    for claims in readers.values():
        extra = [claim for claim in claims if claim.holder == stack.name]
        if len(claims) > MOST_SUBSCRIPTION_FILTERS and extra:
            message = f"{extra[-1].what} has {len(claims)} readers; CloudWatch Logs takes {MOST_SUBSCRIPTION_FILTERS}"
            others = next(claim for claim in claims if claim is not extra[-1])
            hint = "remove one, or read the log group once and share the topic"
            yield Problem("log-group", message, hint, extra[-1].origin, other=others.origin)
