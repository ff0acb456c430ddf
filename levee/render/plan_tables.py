"""A plan as tables, for a person."""

from __future__ import annotations

from collections.abc import Iterator

from levee.diagnostics.text import printable
from levee.model.duration import Duration
from levee.model.outsider import EVERY_HOST, Outsider
from levee.plan.planned import (
    Plan,
    PlannedArchive,
    PlannedCarrier,
    PlannedCredential,
    PlannedGrant,
    PlannedMonitor,
    PlannedTopic,
)
from levee.render.part_row import part_row
from levee.render.table import render_table
from levee.targets import parts
from levee.targets.pending import pending


def render_tables(plan: Plan) -> str:
    """What the stack shall hold: boundary, topics, credentials with their grants, what is not provisioned yet."""
    return "\n".join(map(printable, _sections(plan)))


def _sections(plan: Plan) -> Iterator[str]:
    boundary = plan.boundary
    yield (
        f"Stack {plan.stack} on {plan.target}: account {boundary.account}, region {boundary.region}, "
        f"jurisdiction {boundary.jurisdiction}\n"
        f"Cluster {plan.cluster.id} at {', '.join(plan.cluster.bootstrap)}\n"
    )
    header = ("STREAM", "TOPIC", "CLASS", "OWNER", "PARTITIONS", "REPLICAS", "RETENTION", "PROTECTED")
    yield f"Topics ({len(plan.topics)})\n" + render_table(header, map(_topic, plan.topics))
    acls = sum(len(credential.acls) for credential in plan.credentials)
    rows = [row for credential in plan.credentials for row in _credential(credential)]
    title = f"Service credentials ({len(plan.credentials)}, {acls} ACLs)\n"
    yield title + render_table(("SERVICE", "USERS", "OWNER", "ROLE", "TOPICS", "GROUPS", "TRANSACTIONAL IDS"), rows)
    yield from _kept_and_watched(plan)
    rows = [part_row(part) for part in parts(plan)]
    if rows:
        title = f"Parts in the account ({len(rows)})\n"
        yield title + render_table(("KIND", "NAME", "OF", "PROTECTED", "DECIDED"), rows)
    if plan.principals:
        known = [row for each in plan.principals for row in _principal(each)]
        title = f"Known principals, not levee's to make ({len(plan.principals)})\n"
        yield title + render_table(("PRINCIPAL", "OWNER", "MAY", "ON", "FROM"), known)
    if waiting := pending(plan):
        yield f"Declared, checked, not provisioned by this version ({len(waiting)})\n" + render_table(
            ("STREAM", "WHAT"), ((each.stream, each.what) for each in waiting)
        )


def _kept_and_watched(plan: Plan) -> Iterator[str]:
    if plan.carriers:
        rows = [_carrier(planned) for planned in plan.carriers]
        header = ("STREAM", "LOG GROUP", "DATA STREAM", "CARRIED BY", "CHECKPOINTS")
        yield f"Carriers ({len(rows)})\n" + render_table(header, rows)
    if plan.archives:
        rows = [_archive(planned) for planned in plan.archives]
        yield f"Archives ({len(rows)})\n" + render_table(("STREAM", "BUCKET", "KEPT", "LOCKED", "ENCRYPTED BY"), rows)
    if plan.monitors:
        watches = [_monitor(planned) for planned in plan.monitors]
        yield f"Monitors ({len(watches)})\n" + render_table(("STREAM", "KIND", "WINDOW", "THRESHOLD"), watches)
    assumed = [each for each in plan.credentials if each.assumed_by]
    roles = [(plan.block.role_name(plan.stack, each.service), str(each.assumed_by)) for each in assumed]
    if roles:
        yield f"Roles ({len(roles)})\n" + render_table(("ROLE", "ASSUMED BY"), roles)


def _principal(outsider: Outsider) -> Iterator[tuple[str, ...]]:
    for right in outsider.rights:
        where = "everywhere" if right.host == EVERY_HOST else right.host
        yield outsider.name, outsider.owner, right.operation.value, f"{right.resource_type} {right.pattern}", where


def _carrier(planned: PlannedCarrier) -> tuple[str, ...]:
    source = planned.source
    return planned.stream, str(source.log_group), planned.name, source.service, planned.checkpoints.name


def _archive(planned: PlannedArchive) -> tuple[str, ...]:
    archive = planned.archive
    locked = "yes" if archive.locked else "no"
    return planned.stream, archive.bucket, str(archive.retention), locked, archive.key or "unsaid"


def _monitor(planned: PlannedMonitor) -> tuple[str, ...]:
    monitor = planned.monitor
    return planned.stream, monitor.kind.value, str(monitor.window), str(monitor.threshold or "")


def _topic(topic: PlannedTopic) -> tuple[str, ...]:
    settings = dict(topic.settings)
    return (
        topic.stream,
        topic.name,
        topic.data_class,
        topic.owner,
        str(topic.partitions),
        f"{topic.replication} (min in sync {settings['min.insync.replicas']})",
        str(Duration(int(settings["retention.ms"]))),
        _protection(topic),
    )


def _protection(topic: PlannedTopic) -> str:
    if topic.retire is None:
        return "yes" if topic.protected else "no"
    word = "lets go" if topic.retire.let_go else "retires"
    return f"{'yes' if topic.protected else 'no'}, {word} {topic.retire.on.isoformat()}"


def _credential(credential: PlannedCredential) -> Iterator[tuple[str, ...]]:
    first = (credential.service, ", ".join(credential.principals), credential.owner)
    for grant in credential.grants:
        yield (*first, *_grant(grant))
        first = ("", "", "")


def _grant(grant: PlannedGrant) -> tuple[str, ...]:
    return (
        grant.role.value,
        ", ".join(map(str, grant.topics)),
        ", ".join(map(str, grant.groups)),
        ", ".join(map(str, grant.transactional_ids)),
    )
