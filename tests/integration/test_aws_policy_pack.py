"""A stack on AWS before the policy pack: as levee registers it, and with something changed on the way."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pytest
from pulumi_policy.proxy import UNKNOWN_STRING_VALUE

from tests.integration.test_policy_pack import pulumi
from tests.support.aws.api import AwsApi
from tests.support.aws_deployment import AwsDeployment
from tests.support.cluster import LocalCluster
from tests.support.deployment import PROJECT

pytestmark = [pytest.mark.integration, pytest.mark.engine]

# levee's own program, but for what somebody makes of a part.
CHANGED: Final = """\
from dataclasses import replace
import pulumi
from levee_infra.components.part_resources import PartResources
as_it_is = PartResources.register

def changed(self, part, opts):
    {change}
    return as_it_is(self, part, opts)

PartResources.register = changed
from levee_infra.__main__ import main
main()
"""


def _weakened(kind: str, name: str, value: str) -> str:
    return f'if part.kind == "{kind}": part = replace(part, inputs={{**part.inputs, "{name}": {value}}})'


CHANGES: Final = {
    "RLS-RET-005": _weakened("ArchiveBucket", "retentionDays", "1"),
    "RLS-IDN-004": _weakened(
        "Role",
        "policy",
        '\'{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"kafka-cluster:*","Resource":"*"}]}\'',
    ),
    "RLS-DEL-003": _weakened("ArchiveBucket", "bucketKey", "False"),
    "RLS-DEL-002": (
        'if part.kind == "ArchiveBucket":'
        ' opts = pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(ignore_changes=["policy"]))'
    ),
    "RLS-DEL-004": 'if part.kind == "Alarm": return None',
}


def test_what_is_registered_is_the_plan_or_is_refused(tmp_path: Path, cluster: LocalCluster, aws_api: AwsApi) -> None:
    stack = AwsDeployment(tmp_path, cluster, "pack", aws_api)
    stack.declare_streams()
    pack = ("--policy-pack", str(PROJECT / "policies"))
    assert pulumi(stack, "stack", "init", stack.stack).returncode == 0
    made = pulumi(stack, "up", "--yes", *pack)
    assert made.returncode == 0, made.stdout + made.stderr
    again = pulumi(stack, "preview", "--expect-no-changes", *pack)
    assert again.returncode == 0, again.stdout + again.stderr
    assert "unknown: levee:aws:" not in made.stdout + again.stdout

    settings = stack.project / "Pulumi.yaml"
    settings.write_text(settings.read_text().replace(f"{PROJECT}/infra/__main__.py", "changed/__main__.py"))
    (stack.project / "changed").mkdir()
    classes = stack.project / "stacks" / "classes.yaml"
    asked = "regulated: true\n    archive_required: true\n"
    classes.write_text(classes.read_text().replace("regulated: true\n", asked))
    unknown = _weakened("ArchiveBucket", "lockMode", repr(UNKNOWN_STRING_VALUE))
    for rule, change in (*CHANGES.items(), ("RLS-RET-005", unknown)):
        (stack.project / "changed" / "__main__.py").write_text(CHANGED.replace("{change}", change))
        refused = pulumi(stack, "preview", *pack)
        told = refused.stdout + refused.stderr
        assert (refused.returncode, f" {rule} {stack.stack}/" in told) == (1, True), told
