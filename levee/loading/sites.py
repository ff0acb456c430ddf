"""The sites of a project."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from levee.diagnostics import Rejected
from levee.loading.documents import read_document
from levee.loading.folder import STACKS
from levee.loading.locate import diagnose
from levee.loading.schema import sites_file
from levee.loading.validation import FileSchema
from levee.model.origin import Origin
from levee.model.site import Site

SITES: Final = f"{STACKS}/sites.yaml"


def load_sites(project: Path) -> dict[str, Site]:
    """The places that `stacks/sites.yaml` names, by name; none where there is no such file.

    Raises Rejected with everything that is wrong with the file.
    """
    if not (project / SITES).exists() and not (project / SITES).is_symlink():
        return {}
    document = read_document(project, SITES)
    if document.values is None or document.diagnostics:
        raise Rejected(document.diagnostics)
    problems = list(FileSchema(sites_file.SITES).problems(document.values, SITES, document.commented))
    if problems:
        raise Rejected(diagnose(project, problems))
    listed = document.values["sites"]
    assert isinstance(listed, dict)
    return {name: Site(name=name, **values, origin=Origin(SITES, ("sites", name))) for name, values in listed.items()}
