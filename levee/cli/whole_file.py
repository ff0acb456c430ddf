"""Files written whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path
from tempfile import NamedTemporaryFile

from levee.diagnostics import LeveeError


def write_whole(file: Path, text: str) -> None:
    """Put the text in place of the file, readable by everyone. Raises LeveeError (exit 2)."""
    try:
        with NamedTemporaryFile("w", encoding="utf-8", dir=file.parent, prefix=".levee-", delete=False) as temporary:
            temporary.write(text)
            temporary.flush()
            os.fsync(temporary.fileno())
        Path(temporary.name).chmod(0o644)
        Path(temporary.name).replace(file)
    except OSError as error:
        hint = "name a file in a folder that is there and may be written"
        raise LeveeError(f"{file} can't be written: {error.strerror}", hint, exit_code=2) from None
