"""What goes wrong in a Pulumi program, in the words that both engines print as they are."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pulumi

from levee.diagnostics import LeveeError, Rejected
from levee.diagnostics.text import render_text
from levee_infra.fault import fault


@contextmanager
def as_run_errors(project: Path | None = None) -> Iterator[None]:
    """Whatever is raised inside ends as pulumi.RunError, whose text both engines print as it is."""
    try:
        yield
    except pulumi.RunError:
        raise
    except Rejected as rejected:
        raise pulumi.RunError(render_text(rejected.diagnostics)) from None
    except LeveeError as error:
        raise pulumi.RunError(f"{error.message}\n  help: {error.help}" if error.help else error.message) from None
    except Exception as error:  # noqa: BLE001 - the boundary: no traceback, and no value, reaches the user
        raise pulumi.RunError(fault(error, project)) from None
