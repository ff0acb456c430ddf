"""What a source reads must fit its kind."""

from __future__ import annotations

from collections.abc import Iterator

from levee.model.declared import Declared
from levee.model.problem import Problem
from levee.model.stream import SourceKind
from levee.model.target_block import STACK_KEY


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
