"""DuckDB type names as trees: what `Column.type` means, nested types included.

Only the notation lives here; which types a system can store is that system's business.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

PATH_JOINT = "\x00"  # joins the names of a nested field's path; no column name holds it

_SYNONYMS = {
    "TIMESTAMPTZ": "TIMESTAMP WITH TIME ZONE",
    "TIMETZ": "TIME WITH TIME ZONE",
    "STRING": "VARCHAR",
    "TEXT": "VARCHAR",
    "INT": "INTEGER",
}


@dataclass(frozen=True, slots=True)
class TypeName:
    """One type. `fields` are the named children: of a STRUCT its members, of a LIST `element`, of a MAP `key` and `value`.

    `arguments` are a DECIMAL's width and scale, or the raw text between the parentheses of any other parametrised type.
    """

    base: str
    arguments: tuple[str, ...] = ()
    fields: tuple[tuple[str, TypeName], ...] = ()

    def __str__(self) -> str:
        match self.base:
            case "LIST":
                return f"{self.fields[0][1]}[]"
            case "ARRAY":
                return f"{self.fields[0][1]}[{self.arguments[0]}]"
            case "MAP":
                return f"MAP({self.fields[0][1]}, {self.fields[1][1]})"
            case "STRUCT":
                return "STRUCT(" + ", ".join(f"{_quoted(name)} {type_name}" for name, type_name in self.fields) + ")"
            case _ if self.arguments:
                return f"{self.base}({','.join(self.arguments)})"
            case _:
                return self.base


def parse(text: str) -> TypeName:
    """The tree of a DuckDB type name. ValueError when it is none."""
    reader = _Reader(text)
    tree = reader.type_name()
    if reader.rest():
        raise ValueError(f"not a type name: {text!r}")
    return tree


def paths(name: str, type_name: TypeName) -> Iterator[tuple[str, TypeName]]:
    """The column `name` and all fields below it, each with its path of names joined by `PATH_JOINT`."""
    yield name, type_name
    for child, child_type in type_name.fields:
        yield from paths(f"{name}{PATH_JOINT}{child}", child_type)


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


class _Reader:
    """A recursive descent over one name."""

    def __init__(self, text: str) -> None:
        self.text, self.at = text, 0

    def rest(self) -> str:
        return self.text[self.at :].strip()

    def type_name(self) -> TypeName:
        base = self._words()
        tree = self._parametrised(base) if self._skip("(") else TypeName(_SYNONYMS.get(base, base))
        while self._skip("["):
            size = self._until("]")
            tree = TypeName("LIST" if not size else "ARRAY", (size,) if size else (), (("element", tree),))
        return tree

    def _parametrised(self, base: str) -> TypeName:
        if base == "STRUCT":
            return TypeName(base, fields=tuple(self._members()))
        if base == "MAP":
            key = self.type_name()
            self._expect(",")
            value = self.type_name()
            self._expect(")")
            return TypeName(base, fields=(("key", key), ("value", value)))
        inside = self._until(")")
        return TypeName(base, tuple(part.strip() for part in inside.split(",")) if base == "DECIMAL" else (inside,))

    def _members(self) -> Iterator[tuple[str, TypeName]]:
        while True:
            name = self._quoted_name() if self._peek() == '"' else self._bare_name()
            yield name, self.type_name()
            if not self._skip(","):
                break
        self._expect(")")

    def _words(self) -> str:
        if self._peek() == '"':
            return f'"{self._quoted_name()}"'
        start = self.at
        while self.at < len(self.text) and (self.text[self.at].isalnum() or self.text[self.at] in "_ "):
            self.at += 1
        words = self.text[start : self.at].strip().upper()
        if not words:
            raise ValueError(f"not a type name: {self.text!r}")
        return words

    def _bare_name(self) -> str:
        self._peek()
        start = self.at
        while self.at < len(self.text) and not self.text[self.at].isspace():
            self.at += 1
        return self.text[start : self.at]

    def _quoted_name(self) -> str:
        self._expect('"')
        parts: list[str] = []
        while True:
            end = self.text.find('"', self.at)
            if end < 0:
                raise ValueError(f"not a type name: {self.text!r}")
            parts.append(self.text[self.at : end])
            self.at = end + 1
            if self.text[self.at : self.at + 1] != '"':
                return '"'.join(parts)
            self.at += 1

    def _until(self, closing: str) -> str:
        """The raw text up to the matching `closing`, quotes and nested parentheses respected."""
        start, depth = self.at, 0
        while self.at < len(self.text):
            char = self.text[self.at]
            if char in "'\"":
                end = self.text.find(char, self.at + 1)
                self.at = len(self.text) if end < 0 else end
            elif char == "(":
                depth += 1
            elif char == closing and depth == 0:
                self.at += 1
                return self.text[start : self.at - 1].strip()
            elif char == ")":
                depth -= 1
            self.at += 1
        raise ValueError(f"not a type name: {self.text!r}")

    def _peek(self) -> str:
        while self.at < len(self.text) and self.text[self.at].isspace():
            self.at += 1
        return self.text[self.at : self.at + 1]

    def _skip(self, char: str) -> bool:
        if self._peek() == char:
            self.at += 1
            return True
        return False

    def _expect(self, char: str) -> None:
        if not self._skip(char):
            raise ValueError(f"not a type name: {self.text!r}")
