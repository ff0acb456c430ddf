"""A stream in the state's tree: its topic, its archive and its monitors, later its sinks."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi

from infra import type_tokens
from infra.targets.contract import Target
from levee.plan.planned import PlannedArchive, PlannedCarrier, PlannedMonitor, PlannedTopic


@dataclass(frozen=True, kw_only=True)
class LogStreamArgs:
    """What belongs to the stream and the platform that makes it."""

    topic: PlannedTopic
    archives: tuple[PlannedArchive, ...] = ()
    monitors: tuple[PlannedMonitor, ...] = ()
    carriers: tuple[PlannedCarrier, ...] = ()
    target: Target


class LogStream(pulumi.ComponentResource):
    """The resources of one stream, named by the stream's key. A regulated topic is protected."""

    topic: pulumi.Resource

    def __init__(self, name: str, args: LogStreamArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(type_tokens.LOG_STREAM, name, None, opts)
        options = pulumi.ResourceOptions(parent=self, protect=args.topic.protected)
        self.topic = args.target.topic(name, args.topic, options)
        for archive in args.archives:
            args.target.archive(name, archive, pulumi.ResourceOptions(parent=self))
        for carrier in args.carriers:
            args.target.carrier(f"{name}.{carrier.source.service}", carrier, pulumi.ResourceOptions(parent=self))
        for monitor in args.monitors:
            args.target.monitor(f"{name}-{monitor.monitor.kind}", monitor, pulumi.ResourceOptions(parent=self))
        self.register_outputs({"topic": args.topic.name})
