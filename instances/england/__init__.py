"""An instance for any area of England, written from published tables and the economic evidence."""

from instances.england.errors import AreaError
from instances.england.write import AreaReport, write_area

__all__ = ["AreaError", "AreaReport", "write_area"]
