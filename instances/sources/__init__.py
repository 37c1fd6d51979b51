"""Where instances come from: a folder of tables, a workbook, a database. Each yields the same rows of text for one path of reading."""

from instances.sources.address import hidden, is_url, scrub

__all__ = ["hidden", "is_url", "scrub"]
