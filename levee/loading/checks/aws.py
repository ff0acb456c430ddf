"""What belongs to one target only, and what a secret store needs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Final

from levee.catalog.partition import partition_name, partition_of
from levee.loading.checks.declared import Declared
from levee.loading.problem import Problem
from levee.model.aws import STACK_KEY, AwsSpec
from levee.model.cluster import AWS_SECRETS_MANAGER
from levee.model.origin import Origin
from levee.model.stack import StackSpec, Target
from levee.model.stream import SourceKind
from levee.plan.carriers import carrier_name
from levee.targets.aws.names import MAX_ROLE_LENGTH, delivery_role_name, role_name
from levee.targets.registry import MODELS

_MSK_PREFIX: Final = re.compile(r"AmazonMSK_[A-Za-z0-9/_+=.@-]*/")


def secret_store(declared: Declared) -> Iterator[Problem]:
    """A file store has a directory; Secrets Manager, on aws, has a prefix and a key."""
    stack = declared.stack
    if stack is None:
        return
    secrets, origin = stack.secrets, stack.origin.at("secrets")
    stores = MODELS[stack.target].secret_stores
    if secrets.kind not in stores:
        message = f"a stack with `target: {stack.target}` can't keep its passwords in {secrets.kind}"
        hint = f"write `store: {'` or `store: '.join(stores)}`"
        yield Problem("secret-store", message, hint, origin.at("store"))
    if secrets.kind == "file" and not secrets.directory:
        message = "a file store needs a `directory`"
        yield Problem("secret-store", message, "write for example `directory: .levee/secrets/local`", origin)
    if secrets.kind == "file" and PurePosixPath(secrets.directory).parts[:1] in {(), ("stacks",)} and secrets.directory:
        message = f"{secrets.directory} is a folder of the project's own files, which git keeps and others read"
        hint = "write a folder for secrets alone, such as `directory: .levee/secrets/local`"
        yield Problem("secret-store", message, hint, origin.at("directory"))
    if secrets.in_aws and stack.target is Target.AWS:
        for name, value in (("prefix", secrets.prefix), ("encrypted_by", secrets.key)):
            if value is None:
                message = f"{AWS_SECRETS_MANAGER} needs `{name}`"
                hint = f"write `prefix: AmazonMSK_levee/{stack.name}/` and `encrypted_by: {STACK_KEY}` or a key's ARN"
                yield Problem("secret-store", message, hint, origin)


def only_on_aws(declared: Declared) -> Iterator[Problem]:
    """What only Amazon Web Services can make is declared by stacks on aws only."""
    stack = declared.stack
    if stack is None or stack.target is Target.AWS:
        return
    for origin, what in _aws_only(declared, stack):
        yield Problem(
            "only-on-aws", f"{what} is for stacks with `target: aws`", "remove it, or change the target", origin
        )


def _aws_only(declared: Declared, stack: StackSpec) -> Iterator[tuple[Origin, str]]:
    for service in stack.services.values():
        if service.assumed_by is not None:
            yield service.origin.at("assumed_by"), "`assumed_by`"
    if stack.secrets.key == STACK_KEY:
        yield stack.origin.at("secrets", "encrypted_by"), f"`{STACK_KEY}`"
    for stream in declared.streams:
        if stream.archive is not None and stream.archive.key == STACK_KEY:
            yield stream.archive.origin.at("encrypted_by"), f"`{STACK_KEY}`"


def msk_cluster(declared: Declared) -> Iterator[Problem]:
    """An MSK cluster is named by its ARN, and takes only secrets of a prefix of their own."""
    stack = declared.stack
    if stack is None or stack.aws is None or stack.aws.cluster_arn is None:
        return
    wrong = _cluster_problem(stack.aws.cluster_arn)
    if wrong is not None:
        origin = stack.aws.origin.at("cluster_arn")
        yield Problem("cluster-arn", f"{stack.aws.cluster_arn} {wrong}", "copy it from the MSK console", origin)
    prefix = stack.secrets.prefix
    if stack.secrets.in_aws and prefix is not None and not _MSK_PREFIX.fullmatch(prefix):
        message = f"{prefix} begins no secrets that MSK takes as those of one stack"
        hint = f"write `prefix: AmazonMSK_levee/{stack.name}/`"
        yield Problem("secret-store", message, hint, stack.origin.at("secrets", "prefix"))


def _cluster_problem(arn: str) -> str | None:
    from levee.targets.aws.iam.arn import ClusterArn  # few stacks need it, and every command waits for its imports

    try:
        ClusterArn.parse(arn)
    except ValueError as error:
        return str(error)
    return None


def of_its_own(declared: Declared) -> Iterator[Problem]:
    """What a stack on aws works with directly is of its own account and region: nothing reaches across."""
    stack = declared.stack
    if stack is None or stack.aws is None or partition_of(stack.region) is None:
        return
    for name, origin, form in _named(declared, stack, stack.aws):
        found = _misplaced(name, stack, form)
        if found is not None:
            id_, message, hint = found
            yield Problem(id_, message, hint, origin)
    for stream in declared.streams:
        if stream.archive is None:
            continue
        place, origin = stream.archive.place, stream.archive.origin
        if place.region not in (None, stack.region):
            message = f"levee makes archives in the stack's own region, {stack.region}, and in no other"
            yield Problem("wrong-region", message, "remove `region`", origin.at("region"))
        if place.account not in (None, stack.account):
            message = f"levee makes archives in the stack's own account, {stack.account}, and in no other"
            yield Problem("wrong-account", message, "remove `account`", origin.at("account"))


def _named(declared: Declared, stack: StackSpec, aws: AwsSpec) -> Iterator[tuple[str, Origin, str]]:
    """The names of what is there already, each with how its kind's begin after the account."""
    if aws.cluster_arn is not None and _cluster_problem(aws.cluster_arn) is None:
        yield aws.cluster_arn, aws.origin.at("cluster_arn"), "kafka:cluster/"
    for index, action in enumerate(aws.alarm_actions):
        yield action, aws.origin.at("alarm_actions", index), "sns:"
    keys = [(stack.secrets.key, stack.origin.at("secrets", "encrypted_by"))]
    keys += [
        (stream.archive.key, stream.archive.origin.at("encrypted_by")) for stream in declared.streams if stream.archive
    ]
    for key, origin in keys:
        if key not in (None, STACK_KEY):
            yield str(key), origin, "kms:"


def _misplaced(name: str, stack: StackSpec, form: str) -> tuple[str, str, str] | None:
    """What is wrong with a name: its form, its account, or its region; and what to write."""
    own = f"arn:{partition_name(stack.region)}:{form.replace(':', f':{stack.region}:{stack.account}:')}"
    service, _, resource = form.partition(":")
    parts = name.split(":", 5)
    if parts[0] != "arn" or len(parts) < 6 or parts[2] != service or not parts[5].startswith(resource):
        return ("wrong-arn", f"{name} is not the ARN that is needed here", f"write one that begins with {own}")
    if parts[4] != stack.account:
        whose = f"of account {parts[4]}" if parts[4] else "of no account"
        return ("wrong-account", f"{name} is {whose}, and the stack of {stack.account}", f"name one of {stack.account}")
    if parts[3] != stack.region or parts[1] != partition_name(stack.region):
        where = f"in {parts[3] or 'no region'} of partition {parts[1]}"
        message = f"{name} is {where}, and the stack is in {stack.region}"
        return ("wrong-region", message, f"name one in {stack.region}")
    return None


def archive_on_aws(declared: Declared) -> Iterator[Problem]:
    """What levee makes itself is locked and encrypted with a key that a policy guards."""
    if declared.stack is None or declared.stack.target is not Target.AWS:
        return
    for stream in declared.streams:
        archive = stream.archive
        if archive is not None and not archive.locked:
            message = "an archive on aws is locked (S3 Object Lock)"
            yield Problem("archive", message, "write `locked: true`", archive.origin.at("locked"))
        if archive is not None and archive.key is None:
            message = "an archive on aws is encrypted with a key of one's own"
            yield Problem("archive", message, f"write `encrypted_by: {STACK_KEY}` or a key's ARN", archive.origin)


def log_group(declared: Declared) -> Iterator[Problem]:
    """A log group is read by CloudWatch Logs and by nothing else."""
    for stream in declared.streams:
        for source in stream.sources:
            if source.log_group is not None and source.kind is not SourceKind.CLOUDWATCH_LOGS:
                message = f"a source of kind {source.kind} reads no log group"
                hint = f"write `kind: {SourceKind.CLOUDWATCH_LOGS}`, or remove `log_group`"
                yield Problem("log-group", message, hint, source.origin.at("log_group"))
            elif source.log_group is not None and declared.stack is not None and declared.stack.secrets.key is None:
                message = "what carries a log group's events is encrypted with the key of `secrets`, and there is none"
                hint = f"write `encrypted_by: {STACK_KEY}` or a key's ARN under `secrets`"
                yield Problem("log-group", message, hint, source.origin.at("log_group"))


def names_fit(declared: Declared) -> Iterator[Problem]:
    """A role's name is made of the stack's and of what it is for, and IAM's limit is the shortest of all."""
    stack = declared.stack
    if stack is None or stack.target is not Target.AWS:
        return
    for service in stack.services.values():
        if service.assumed_by is not None:
            yield from _role_fits(role_name(stack.name, service.name), service.origin.at("assumed_by"))
    for stream in declared.streams:
        for source in stream.sources:
            if source.log_group is not None:
                carrier = carrier_name(stack.name, stream.key, source.service)
                yield from _role_fits(delivery_role_name(carrier), source.origin.at("log_group"))


def _role_fits(name: str, origin: Origin) -> Iterator[Problem]:
    if len(name) > MAX_ROLE_LENGTH:
        message = f"the role {name} would have a name of {len(name)} characters; IAM allows {MAX_ROLE_LENGTH}"
        yield Problem("role-name", message, "shorten the name of the service, the stream or the stack", origin)


def archive_of_its_own(declared: Declared) -> Iterator[Problem]:
    """Retention and lock are a bucket's: two streams can't share one."""
    first: dict[str, str] = {}
    for stream in declared.streams:
        if stream.archive is None:
            continue
        other = first.setdefault(stream.archive.bucket, stream.key)
        if other != stream.key:
            message = f"the archive {stream.archive.bucket} is the one of stream {other}, too"
            hint = "give each its own: a bucket has one retention and one lock"
            yield Problem("shared-archive", message, hint, stream.archive.origin.at("bucket"))
