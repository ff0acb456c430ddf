"""Where a stack keeps its passwords must be a place that its target has."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePosixPath

from levee.model.declared import Declared
from levee.model.problem import Problem
from levee.targets.registry import MODELS


def of_its_target(declared: Declared) -> Iterator[Problem]:
    """The target has it, and a file store has a directory."""
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
