"""`onRemoval` of a topic: what becomes of it when it is no longer declared."""

from typing import Final

ON_REMOVAL: Final = "onRemoval"
DELETE, LET_GO, DELETE_ADOPTED = "delete", "let-go", "delete-adopted"
