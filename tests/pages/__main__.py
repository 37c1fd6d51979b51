"""`python -m pages --write`: writes docs/case-studies again; without `--write` says which pages would change."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from pages.index import FOLDER, index
from pages.page import page
from pages.studies import Study, written


def main() -> int:
    """Make the pages."""
    parser = argparse.ArgumentParser(prog="python -m pages", description="Pages of the case studies.")
    parser.add_argument("cases", nargs="*", help="cases; all unless given")
    parser.add_argument("--write", action="store_true", help="write what has changed")
    asked = parser.parse_args()
    made = {FOLDER / "README.md": index()}
    with TemporaryDirectory() as kept:
        made |= {FOLDER / f"{name}.md": page(Study(name, Path(kept))) for name in asked.cases or written()}
    changed = [path for path, text in made.items() if not path.is_file() or path.read_text(encoding="utf-8") != text]
    for path in changed:
        print(path.name)
        if asked.write:
            path.parent.mkdir(exist_ok=True)
            path.write_text(made[path], encoding="utf-8")
    return 1 if changed and not asked.write else 0


if __name__ == "__main__":
    sys.exit(main())
