"""Everything on disk that nodes need before they start."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from levee.clock import Clock
from levee_infra.local.admin import Administrator
from levee_infra.local.broker import server_properties
from levee_infra.local.certificates import ca_path, ensure_certificates
from levee_infra.local.jvm import Jvm
from levee_infra.local.private_file import make_private_folder, write_private
from levee_infra.local.record import read_record, write_record
from levee_infra.local.settings import ClusterSettings, Node
from levee_infra.local.storage import format_storage, unformatted


def prepare(
    settings: ClusterSettings, absent: Sequence[Node], jvm: Jvm, report: Callable[[str], None], clock: Clock
) -> None:
    """Make or complete what the `absent` nodes need: record, certificates, administrator, settings, storage.

    Done again after an interruption at any point, it goes on from there. Raises LocalClusterError.
    """
    record = read_record(settings.directory)
    write_record(settings, formatted=record is not None and record.formatted)
    _prepare_certificates(settings, absent, report, clock)
    _prepare_administrator(settings)
    for node in absent:
        make_private_folder(node.logs)
        write_private(node.properties, server_properties(node, settings.nodes, settings.certificates, node.data))
    _prepare_storage(settings, jvm, report)
    write_record(settings, formatted=True)


def _prepare_certificates(
    settings: ClusterSettings, absent: Sequence[Node], report: Callable[[str], None], clock: Clock
) -> None:
    made = ensure_certificates(
        settings.certificates,
        tuple(node.name for node in absent),
        now=clock.now(),
        nothing_runs=len(absent) == settings.brokers,
    )
    if made:
        report(f"made certificates in {settings.certificates}")


def _prepare_administrator(settings: ClusterSettings) -> None:
    administrator = Administrator(settings.administrator)
    if not administrator.known:
        administrator.create()
    administrator.write_client_settings(settings.bootstrap, ca_path(settings.certificates))


def _prepare_storage(settings: ClusterSettings, jvm: Jvm, report: Callable[[str], None]) -> None:
    fresh = unformatted(settings.nodes, settings.cluster_id, complete=False)
    if fresh:
        report(f"formatting storage of {len(fresh)} brokers for cluster {settings.cluster_id}")
        format_storage(
            fresh,
            settings.cluster_id,
            jvm,
            lambda node, data: server_properties(node, settings.nodes, settings.certificates, data),
            Administrator(settings.administrator).format_arguments(),
        )
