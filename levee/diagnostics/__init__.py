"""How levee complains: where, what, and what to do instead."""

from levee.diagnostics.diagnostic import Diagnostic, Level
from levee.diagnostics.failure import LeveeError, Rejected, taken
from levee.diagnostics.location import Location

__all__ = ["Diagnostic", "LeveeError", "Level", "Location", "Rejected", "taken"]
