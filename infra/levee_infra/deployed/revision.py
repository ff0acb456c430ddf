"""What a git revision declares: read from git's objects, without a checkout, attributes, filters or hooks."""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path, PurePosixPath
from typing import Final

from levee.diagnostics import LeveeError, Rejected
from levee.diagnostics.text import render_text
from levee.loading.load import Stacks
from levee.loading.text import MAX_BYTES
from levee.loading.waivers import load_waivers
from levee.plan.build import build_plan
from levee.plan.change import Deployed, as_deployed
from levee_policies.same_change import Base

_PLAIN: Final = frozenset({"100644", "100755"})  # modes of files; links and submodules lead out of the revision


@dataclass(frozen=True, slots=True, kw_only=True)
class Revision:
    """What a revision's files declare, taken for what is deployed, and the files themselves.

    `base` None, and nothing deployed: the revision has no such stack.
    """

    deployed: Deployed
    base: Base | None


def from_revision(project: Path, stack: str, revision: str, as_of: date) -> Revision:
    """What the stack's files at a revision come to on the day `as_of`, and the waivers there.

    Raises LeveeError (exit 2) where git doesn't know the revision, it holds no stacks/ folder here, or its files
    can't be read.
    """
    commit = _git(project, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}").strip()
    entries = list(_entries(project, commit.decode("ascii")))
    if not entries:
        raise _unusable(revision, "it has no stacks/ folder here")
    kept = [each for each in entries if _is_of(each[0], stack)]
    source = f"git revision {revision}"
    if not any(path.parts[1] == stack for path, _ in kept if len(path.parts) > 2):
        return Revision(deployed=Deployed(source=source, topics=(), principals=()), base=None)
    with tempfile.TemporaryDirectory(prefix="levee-guard-") as folder:
        _write(project, Path(folder), kept)
        try:
            plan = build_plan(Stacks(Path(folder)).load_alone(stack), as_of)
            base = Base(plan=plan, waivers=load_waivers(Path(folder), None))
            return Revision(deployed=as_deployed(plan, source), base=base)
        except Rejected as rejected:
            raise _unusable(revision, f"its files are not valid:\n{render_text(rejected.diagnostics)}") from None
        except LeveeError as error:
            raise _unusable(revision, error.message) from None


def _is_of(path: PurePosixPath, stack: str) -> bool:
    """Whether a file is one of the stack's, or of those that all stacks share: waivers speak of stacks by name."""
    return path.parts[1] in {stack, "classes.yaml", "waivers.yaml"} or path.parts[2:] == ("stack.yaml",)


def _entries(project: Path, commit: str) -> Iterator[tuple[PurePosixPath, str]]:
    """The files under stacks/ with their objects, as paths below the project."""
    listed = _git(project, "ls-tree", "-r", "-z", "-l", commit, "--", "stacks")
    for line in listed.split(b"\0")[:-1]:
        about, _, name = line.partition(b"\t")
        mode, _, object_id, size = about.decode("ascii").split()
        path = PurePosixPath(os.fsdecode(name))
        if len(path.parts) < 2 or ".." in path.parts:
            raise _unusable(commit, f"{path} is not a file below stacks/")
        if mode not in _PLAIN:
            raise _unusable(commit, f"{path} is a link or a submodule")
        if int(size) > MAX_BYTES:
            raise _unusable(commit, f"{path} is larger than {MAX_BYTES // 2**20} MiB")
        yield path, object_id


def _write(project: Path, folder: Path, entries: list[tuple[PurePosixPath, str]]) -> None:
    wanted = "".join(f"{object_id}\n" for _, object_id in entries)
    contents = _git(project, "cat-file", "--batch", given=wanted.encode("ascii"))
    at = 0
    for path, object_id in entries:
        header, _, _ = contents[at : at + 200].partition(b"\n")
        name, kind, size = header.decode("ascii").split(" ")
        if name != object_id or kind != "blob":
            raise _unusable(name, f"{path} can't be read")
        start = at + len(header) + 1
        at = start + int(size) + 1
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(contents[start : at - 1])


def _git(project: Path, *arguments: str, given: bytes = b"") -> bytes:
    environment = {**os.environ, "GIT_OPTIONAL_LOCKS": "0", "GIT_NO_LAZY_FETCH": "1", "GIT_NO_REPLACE_OBJECTS": "1"}
    try:
        done = subprocess.run(
            ["git", "-c", "core.fsmonitor=false", *arguments],
            cwd=project,
            env=environment,
            input=given,
            capture_output=True,
            check=False,
        )
    except OSError as error:
        raise LeveeError(
            f"git can't be run: {error.strerror}", "install git, or compare with a state", exit_code=2
        ) from None
    if done.returncode != 0:
        said = done.stderr.decode("utf-8", "replace").strip().splitlines()
        what = arguments[-1].removesuffix("^{commit}") if arguments[0] == "rev-parse" else arguments[0]
        raise _unusable(what, said[-1] if said else "git doesn't know it")
    return done.stdout


def _unusable(revision: str, why: str) -> LeveeError:
    hint = "name a commit, branch or tag that is here (a shallow clone has few: `git fetch --unshallow`) and loads"
    return LeveeError(f"git revision {revision} can't be compared with: {why}", hint, exit_code=2)
