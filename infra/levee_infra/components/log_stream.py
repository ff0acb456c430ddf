"""A stream in the state's tree: its topic and its parts, such as its archive and its alarms."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi

from levee.plan import type_tokens
from levee.plan.part import Part
from levee.plan.planned import PlannedCarrier, PlannedTopic
from levee_infra.components.registration import Registration
from levee_infra.earlier_urn import earlier_urn
from levee_policies.readback import topic


@dataclass(frozen=True, kw_only=True)
class LogStreamArgs:
    """What belongs to the stream, and what registers it."""

    topic: PlannedTopic
    parts: tuple[Part, ...] = ()
    carriers: tuple[PlannedCarrier, ...] = ()
    registration: Registration


class LogStream(pulumi.ComponentResource):
    """The resources of a stream that has more than its topic, named by the stream's key."""

    topic: pulumi.Resource

    def __init__(self, name: str, args: LogStreamArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(type_tokens.LOG_STREAM, name, None, opts)
        self.topic = _topic(name, args, parent=self)
        below = pulumi.ResourceOptions(parent=self)
        for carrier in args.carriers:
            args.registration.topic(f"{name}.{carrier.source.service}.checkpoints", carrier.checkpoints, below)
        for part in args.parts:
            args.registration.part(part, below)
        self.register_outputs({"topic": args.topic.name})


def register_stream(name: str, args: LogStreamArgs) -> pulumi.Resource:
    """Register the resources of one stream and return its topic. A topic alone needs no parent."""
    return LogStream(name, args).topic if args.parts or args.carriers else _topic(name, args, parent=None)


def _topic(name: str, args: LogStreamArgs, parent: LogStream | None) -> pulumi.Resource:
    """The topic. A regulated one is protected. It is the same resource below its stream and without a parent."""
    elsewhere = earlier_urn(topic.TYPE, name, below=type_tokens.LOG_STREAM if parent is None else None)
    options = pulumi.ResourceOptions(parent=parent, protect=args.topic.protected, aliases=[elsewhere])
    return args.registration.topic(name, args.topic, options)
