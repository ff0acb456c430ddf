"""Benchmark `aws`: `levee up` and `levee destroy` of services with a role and a secret each, and what AWS is asked.

The AWS API is a server on loopback, one Python process: it answers in milliseconds where AWS needs tens, and takes
processor time of its own. Calls are the same as in an account, and are what counts.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from benchmarks.admin_client import Administrator
from benchmarks.brokers import running_brokers, scratch_folder
from benchmarks.declared_project import REGION, SECRETS_PREFIX, STACK, DeclaredAccount, DeclaredCluster, write_project
from benchmarks.levee_command import COMMANDS, CREATE, DESTROY, NO_CHANGE, available, named, run_levee
from benchmarks.outcome import Aim, Outcome, Row
from benchmarks.request import BenchmarkError, Request, Say
from levee_infra.local.cluster import ClusterStatus
from tests.support.aws.api import AwsApi, running_api

WARM_UP: Final = 1
FEW, MANY = 20, 200
"""Services. What each of them costs is the difference between the two."""

MOST_CALLS: Final[Mapping[str, float]] = {CREATE: 6.5, NO_CHANGE: 0.1, DESTROY: 6.5}
"""For each further service. Create: a look at the secret and at its value, both made, the role and its policy; destroy:
a look at the secret, both versions of its value overwritten, the four removed; no change: nothing but longer lists.
"""


def run(request: Request) -> Outcome:
    """Measure both sizes with every engine. Raises BenchmarkError where a command fails, or leaves other than it
    should.
    """
    engines, notes = available(request.engines)
    with (
        scratch_folder() as folder,
        running_brokers(request.base_port, request.say) as brokers,
        running_api(folder) as api,
    ):
        deployments = _Deployments(folder, brokers, Administrator(brokers), api, account_with_key(api), request.say)
        request.say("warming up: Java compiles as it runs, Python compiles once")
        for engine in engines:
            list(deployments.measured(engine, WARM_UP))
        rows = [row for engine in engines for size in (FEW, MANY) for row in deployments.measured(engine, size)]
    aims = [deployments.aim(engine, what) for engine in engines for what in COMMANDS]
    notes += [deployments.listed(engine, what) for engine in engines for what in COMMANDS]
    return Outcome(benchmark="aws", rows=rows, aims=aims, notes=notes)


def account_with_key(api: AwsApi) -> DeclaredAccount:
    """The account, with a key that isn't the stack's own, which `levee destroy` protects."""
    made = api.client("kms", region=REGION).create_key(Description="secrets of the benchmark")
    return DeclaredAccount(
        account=api.account,
        endpoint=api.endpoint,
        credentials_file=api.credentials_file,
        key=made["KeyMetadata"]["Arn"],
    )


@dataclass(frozen=True, slots=True)
class _Deployments:
    """Services on one cluster and in one account; each size leaves both empty. `_calls` are by engine, what was done,
    and services.
    """

    folder: Path
    brokers: ClusterStatus
    administrator: Administrator
    api: AwsApi
    account: DeclaredAccount
    say: Say
    _calls: dict[tuple[str, str, int], Counter[str]] = field(default_factory=dict)

    def measured(self, engine: str, services: int) -> Iterator[Row]:
        """Create, look again, destroy: each a process of its own."""
        cluster = DeclaredCluster.of(self.brokers)
        project = write_project(self.folder / f"aws-{engine}-{services}", services, cluster, self.account)
        for what, command in COMMANDS.items():
            self.say(f"{services:,} services: levee {command} {STACK} --engine {engine} ({what}) …")
            self.api.reset_calls()
            cost = run_levee(what, engine, project)
            calls = self._calls[engine, what, services] = self.api.calls()
            self.say(f"  {cost.seconds:.2f} s, {cost.peak_mb:.0f} MB, {calls.total():,} AWS calls")
            self._require(0 if what == DESTROY else services)
            yield Row(
                what=named(engine, what),
                streams=services,
                seconds=cost.seconds,
                cpu_seconds=cost.cpu_seconds,
                peak_mb=cost.peak_mb,
                remark=f"{calls.total():,} AWS calls",
            )

    def aim(self, engine: str, what: str) -> Aim:
        """Calls for one more service, whatever a stack of any size costs."""
        grown = self._calls[engine, what, MANY].total() - self._calls[engine, what, FEW].total()
        limit = MOST_CALLS[what]
        return Aim(
            what=f"{engine}: {what}, at most {limit:g} AWS calls for each further service",
            measured=grown / (MANY - FEW),
            limit=limit,
            unit="calls",
        )

    def listed(self, engine: str, what: str) -> str:
        """How often each operation was called with the larger size."""
        calls = sorted(self._calls[engine, what, MANY].items(), key=lambda each: (-each[1], each[0]))
        return f"{engine}: {what} of {MANY} asks " + ", ".join(f"{count:,} {name}" for name, count in calls)

    def _require(self, services: int) -> None:
        """The brokers and the account hold so many services' parts, and no others."""
        self.administrator.require({"topics": services, "users": services, "ACLs": 2 * services})
        secrets = self.api.client("secretsmanager", region=REGION).get_paginator("list_secrets").paginate()
        roles = self.api.client("iam", region=REGION).get_paginator("list_roles").paginate()
        held = (
            sum(about["Name"].startswith(SECRETS_PREFIX) for page in secrets for about in page["SecretList"]),
            sum(role["RoleName"].startswith(f"{STACK}-") for page in roles for role in page["Roles"]),
        )
        if held != (services, services):
            raise BenchmarkError(f"the account holds {held[0]} secrets and {held[1]} roles, expected {services} each")
