"""The instances of a stack on ibm: declared, where their plan is offered, and reached by a network that it has."""

from __future__ import annotations

from collections.abc import Iterator

from levee.model.declared import Declared
from levee.model.problem import Problem
from levee.model.stack import StackSpec
from levee.model.stream import SourceKind
from levee.targets.ibm.block import CLOUD_LOGS, EVENT_STREAMS, IbmBlock, Network, ibm_block
from levee.targets.ibm.event_streams import CLOUD_LOGS_REGIONS, PLANS, SECRETS_MANAGER_REGIONS

IBM_SECRETS_MANAGER = "ibm-secrets-manager"


def declared_instances(_: Declared, stack: StackSpec) -> Iterator[Problem]:
    """The CRN of the Event Streams instance is the identity to check: a cluster's id isn't documented there."""
    if ibm_block(stack).event_streams is None:
        hint = f'write `ibm: {{event_streams: "{EVENT_STREAMS.example}", plan: standard}}`'
        yield Problem("instance", "a stack on ibm names its Event Streams instance", hint, stack.block.origin)


def cloud_logs_sources(declared: Declared, stack: StackSpec) -> Iterator[Problem]:
    """A source that is Cloud Logs is the declared instance."""
    logs = ibm_block(stack).cloud_logs
    for stream in declared.streams:
        for source in stream.sources:
            if source.kind is not SourceKind.CLOUD_LOGS:
                continue
            if logs is None:
                message = f"{source.service} is Cloud Logs, and `ibm` names no instance of it"
                hint = f'write `cloud_logs: "{CLOUD_LOGS.example}"` under `ibm` in stack.yaml'
                yield Problem("instance", message, hint, source.origin.at("kind"), other=stack.block.origin)
            elif source.identity not in {None, logs}:
                message = f"{source.service} is not the Cloud Logs instance that `ibm.cloud_logs` names"
                hint = "name one of them in both places, or remove `identity`"
                yield Problem(
                    "instance", message, hint, source.origin.at("identity"), other=stack.block.origin.at("cloud_logs")
                )


def regions(_: Declared, stack: StackSpec) -> Iterator[Problem]:
    """Cloud Logs, the plan of Event Streams and Secrets Manager are each offered in some regions only."""
    for what, offered, path in _offers(stack, ibm_block(stack)):
        if stack.region not in offered:
            message = f"{what} is not offered in {stack.region}"
            hint = f"it is in {', '.join(sorted(offered))}: choose another plan, or a stack in another region"
            yield Problem("region", message, hint, stack.origin.at(*path))


def _offers(stack: StackSpec, block: IbmBlock) -> Iterator[tuple[str, frozenset[str], tuple[str, ...]]]:
    yield f"the plan {block.plan} of Event Streams", PLANS[block.plan].regions, ("ibm", "plan")
    if block.cloud_logs is not None:
        yield "Cloud Logs", CLOUD_LOGS_REGIONS, ("ibm", "cloud_logs")
    if stack.secrets.kind == IBM_SECRETS_MANAGER:
        yield "Secrets Manager", SECRETS_MANAGER_REGIONS, ("secrets", "store")


def networks(_: Declared, stack: StackSpec) -> Iterator[Problem]:
    """A plan has a public network, a private one, or both; and an Admin REST API, or none."""
    block = ibm_block(stack)
    plan = PLANS[block.plan]
    has = {Network.PUBLIC: plan.public, Network.PRIVATE: plan.private}
    if not has[block.network]:
        message = f"the plan {block.plan} has no {block.network} network"
        hint = f"write `network: {next(name for name in has if has[name])}`, or choose another plan"
        yield Problem("network", message, hint, block.origin.at("network"))
    if block.admin_url is not None and not plan.admin_rest:
        message = f"the plan {block.plan} has no Admin REST API"
        yield Problem(
            "admin-url",
            message,
            "remove `admin_url`: topics are made by Kafka's protocol",
            block.origin.at("admin_url"),
        )
