"""The sites of a project."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from levee.loading.folder import STACKS
from levee.loading.optional_file import optional_values
from levee.loading.schema.sites_file import SITES as FIELDS
from levee.model.origin import Origin
from levee.model.site import Site

SITES: Final = f"{STACKS}/sites.yaml"


def load_sites(project: Path) -> dict[str, Site]:
    """The places that `stacks/sites.yaml` names, by name; none where there is no such file.

    Raises Rejected with everything that is wrong with the file.
    """
    listed = optional_values(project, SITES, FIELDS).get("sites", {})
    return {name: Site(name=name, **values, origin=Origin(SITES, ("sites", name))) for name, values in listed.items()}
