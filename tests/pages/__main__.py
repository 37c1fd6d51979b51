"""`python -m pages --write`: writes docs/case-studies again; without `--write` says which pages would change."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from pages.index import FOLDER, index
from pages.page import page
from pages.studies import Study, written


def made(names: Sequence[str]) -> Iterator[tuple[Path, str]]:
    """The index, and page by page."""
    yield FOLDER / "README.md", index()
    for name in names:
        with TemporaryDirectory() as kept:
            yield FOLDER / f"{name}.md", page(Study(name, Path(kept)))


def main() -> int:
    """Make the pages; exit code 1 where one would change and is not to be written."""
    parser = argparse.ArgumentParser(prog="python -m pages", description="Pages of the case studies.")
    parser.add_argument("cases", nargs="*", help="cases; all unless given")
    parser.add_argument("--write", action="store_true", help="write what has changed")
    asked = parser.parse_args()
    changed = False
    for path, text in made(asked.cases or list(written())):
        if path.is_file() and path.read_text(encoding="utf-8") == text:
            continue
        print(path.name, flush=True)
        changed = True
        if asked.write:
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, encoding="utf-8")
    return 1 if changed and not asked.write else 0


if __name__ == "__main__":
    sys.exit(main())
