"""A stream in the state's tree: its topic, its archive and its monitors, later its sinks."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi

from levee.plan.planned import PlannedArchive, PlannedCarrier, PlannedMonitor, PlannedTopic
from levee_infra import type_tokens
from levee_infra.earlier_urn import earlier_urn
from levee_infra.targets.contract import Registration
from levee_policies.readback import topic


@dataclass(frozen=True, kw_only=True)
class LogStreamArgs:
    """What belongs to the stream and the platform that makes it."""

    topic: PlannedTopic
    archives: tuple[PlannedArchive, ...] = ()
    monitors: tuple[PlannedMonitor, ...] = ()
    carriers: tuple[PlannedCarrier, ...] = ()
    target: Registration

    @property
    def is_topic_only(self) -> bool:
        """Whether nothing but the topic is registered: the platform makes nothing else, or nothing else is planned."""
        return self.target.topics_only or not (self.archives or self.monitors or self.carriers)


class LogStream(pulumi.ComponentResource):
    """The resources of a stream that has more than its topic, named by the stream's key."""

    topic: pulumi.Resource

    def __init__(self, name: str, args: LogStreamArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(type_tokens.LOG_STREAM, name, None, opts)
        self.topic = _topic(name, args, parent=self)
        for archive in args.archives:
            args.target.archive(name, archive, pulumi.ResourceOptions(parent=self))
        for carrier in args.carriers:
            args.target.carrier(f"{name}.{carrier.source.service}", carrier, pulumi.ResourceOptions(parent=self))
        for monitor in args.monitors:
            args.target.monitor(f"{name}-{monitor.monitor.kind}", monitor, pulumi.ResourceOptions(parent=self))
        self.register_outputs({"topic": args.topic.name})


def register_stream(name: str, args: LogStreamArgs) -> pulumi.Resource:
    """Register the resources of one stream and return its topic. A topic alone needs no parent."""
    return _topic(name, args, parent=None) if args.is_topic_only else LogStream(name, args).topic


def _topic(name: str, args: LogStreamArgs, parent: LogStream | None) -> pulumi.Resource:
    """The topic. A regulated one is protected. It is the same resource below its stream and without a parent."""
    elsewhere = earlier_urn(topic.TYPE, name, below=type_tokens.LOG_STREAM if parent is None else None)
    options = pulumi.ResourceOptions(parent=parent, protect=args.topic.protected, aliases=[elsewhere])
    return args.target.topic(name, args.topic, options)
