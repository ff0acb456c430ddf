"""What belongs to one target only, and what a secret store needs."""

from __future__ import annotations

from collections.abc import Iterator

from levee.loading.checks.declared import Declared
from levee.loading.problem import Problem
from levee.model.aws import STACK_KEY
from levee.model.origin import Origin
from levee.model.stack import StackSpec, Target
from levee.model.stream import SourceKind

AWS_STORE = "aws-secrets-manager"


def secret_store(declared: Declared) -> Iterator[Problem]:
    """A file store has a directory; Secrets Manager, on aws, has a prefix and a key."""
    stack = declared.stack
    if stack is None:
        return
    secrets, origin = stack.secrets, stack.origin.at("secrets")
    if secrets.kind == "file" and not secrets.directory:
        message = "a file store needs a `directory`"
        yield Problem("secret-store", message, "write for example `directory: .levee/secrets/local`", origin)
    if secrets.kind == AWS_STORE and stack.target is Target.AWS:
        for name, value in (("prefix", secrets.prefix), ("encrypted_by", secrets.key)):
            if value is None:
                message = f"{AWS_STORE} needs `{name}`"
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


def log_group(declared: Declared) -> Iterator[Problem]:
    """A log group is read by CloudWatch Logs and by nothing else."""
    for stream in declared.streams:
        for source in stream.sources:
            if source.log_group is not None and source.kind is not SourceKind.CLOUDWATCH_LOGS:
                message = f"a source of kind {source.kind} reads no log group"
                hint = f"write `kind: {SourceKind.CLOUDWATCH_LOGS}`, or remove `log_group`"
                yield Problem("log-group", message, hint, source.origin.at("log_group"))


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
