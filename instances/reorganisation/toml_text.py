"""instance.toml with new settings and its old comments.

The text is changed statement by statement and read back; where it does not say what it should, for instance because a table
is written in a way that is not looked for here, a fresh text is written from the settings.
"""

from __future__ import annotations

import textwrap
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from instances.errors import printable
from instances.ranges import flat_ranges
from instances.settings import Settings
from instances.toml_values import plain, toml_key, toml_value

WIDTH = 116


@dataclass(frozen=True, slots=True)
class _Statement:
    """A key or a header of the file.

    Attributes:
        section: Keys of the section it is in, or heads.
        data: What it says, as a table; empty for a header.
        first: Its first line.
        last: The line behind its last.
    """

    section: tuple[str, ...]
    data: Mapping[str, Any]
    first: int
    last: int


def rewritten(text: str | None, before: Settings, after: Settings, head: Sequence[str]) -> str:
    """instance.toml with the settings `after`.

    Args:
        text: The file as it was; None where there is none.
        before: What it said.
        after: What it is to say.
        head: Paragraphs to put first, as comments.
    """
    intro = [line for paragraph in head for line in comment(paragraph)]
    if text is not None:
        edited = "\n".join([*intro, "", *_edited(text.removeprefix("\ufeff").splitlines(), before, after)]) + "\n"
        if _says(edited) == after:
            return edited
    return "\n".join([*intro, "", fresh(after)])


def comment(text: str) -> list[str]:
    """A paragraph as lines of comment."""
    return textwrap.wrap(
        printable(text), WIDTH, initial_indent="# ", subsequent_indent="#   ", break_long_words=False, break_on_hyphens=False
    ) or ["#"]


def _says(text: str) -> Settings | None:
    try:
        return Settings.model_validate(tomllib.loads(text))
    except ValueError:
        return None


def _edited(lines: Sequence[str], before: Settings, after: Settings) -> list[str]:
    """The lines with what differs between the settings changed."""
    statements = list(_statements(lines))
    result: list[str | None] = list(lines)
    added: dict[int, list[str]] = {}
    for section, key, value, was in _changes(before, after):
        line = f"{toml_key(key)} = {toml_value(value)}"
        place = next((s for s in statements if s.section == (section,) and key in s.data), None)
        if place is not None:
            result[place.first : place.last] = [f"{line}{was}", *[None] * (place.last - place.first - 1)]
            continue
        last = next((s.last for s in reversed(statements) if s.section == (section,)), None)
        if last is not None:
            added.setdefault(last, []).append(line)
    for statement in statements:
        if _is_gone(statement, before, after):
            for number in range(statement.first, statement.last):
                result[number] = f"# {result[number]}".rstrip()
    found: list[str] = []
    for number in range(len(result) + 1):
        found += added.get(number, [])
        if number < len(result) and (line_or_none := result[number]) is not None:
            found.append(line_or_none)
    return found


def _changes(before: Settings, after: Settings) -> Iterator[tuple[str, str, Any, str]]:
    """Section, key, new value and a comment with the old one, of single keys that differ."""
    for section in ("instance", "calendar", "rules"):
        old, new = getattr(before, section), getattr(after, section)
        for key in type(new).model_fields:
            was, value = getattr(old, key), getattr(new, key)
            if was != value:
                text = "" if isinstance(was, str) or was is None else f"  # was {toml_value(plain(was))}"
                yield section, key, plain(value), text


def _statements(lines: Sequence[str]) -> Iterator[_Statement]:
    """Headers and keys in the order of the file, each with all the lines it takes."""
    section: tuple[str, ...] = ()
    number = 0
    while number < len(lines):
        line = lines[number].strip()
        end = number + 1
        if line.startswith("["):
            section = _path(tomllib.loads(line))
            yield _Statement(section, {}, number, end)
        elif line and not line.startswith("#"):
            data = None
            while data is None and end <= len(lines):
                data, end = _loaded(lines[number:end]), end + 1
            end -= 1
            yield _Statement(section, data or {}, number, end)
        number = end


def _loaded(lines: Sequence[str]) -> dict[str, Any] | None:
    try:
        return tomllib.loads("\n".join(lines))
    except tomllib.TOMLDecodeError:
        return None


def _path(nested: Any) -> tuple[str, ...]:
    """The keys of a header."""
    if isinstance(nested, list):
        nested = nested[0]
    if not nested:
        return ()
    key, inner = next(iter(nested.items()))
    return (key, *_path(inner))


def _is_gone(statement: _Statement, before: Settings, after: Settings) -> bool:
    """Whether a statement is about ranges or scenarios that are no more, and about nothing else."""
    kind, *inner = statement.section or ("",)
    if kind == "ranges":
        data: Any = statement.data
        for key in reversed(inner):
            data = {key: data}
        paths = set(flat_ranges(data)) if statement.data else {path for path in before.ranges if inner and path.startswith(f"{inner[0]}.")}
        return bool(paths) and not paths & set(after.ranges)
    if kind == "scenarios":
        names = {inner[0]} if inner else set(statement.data)
        return bool(names) and not names & set(after.scenarios)
    return False


def fresh(settings: Settings) -> str:
    """instance.toml written from the settings alone."""
    data = plain(settings)
    ranges, scenarios = data.pop("ranges", {}), data.pop("scenarios", {})
    blocks = [
        "\n".join([f"[{section}]", *(f"{toml_key(key)} = {toml_value(value)}" for key, value in keys.items())])
        for section, keys in data.items()
    ]
    for section, entries in (("ranges", ranges), ("scenarios", scenarios)):
        if entries:
            blocks.append("\n".join([f"[{section}]", *(f"{toml_key(key)} = {toml_value(value)}" for key, value in entries.items())]))
    return "\n\n".join(blocks) + "\n"
