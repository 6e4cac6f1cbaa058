"""Answers of a Dagster storage about its own schema, asked once per process instead of once per event."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

ClassT = TypeVar("ClassT", bound=type)


def remember_yes(*questions: str) -> Callable[[ClassT], ClassT]:
    """A class decorator: the yes/no methods `questions` keep a yes for the object's life, since columns are not dropped at run time."""

    def decorate(cls: ClassT) -> ClassT:
        for name in questions:
            setattr(cls, name, _remembering(name, getattr(cls, name)))
        return cls

    return decorate


def _remembering(name: str, ask: Callable[..., bool]) -> Callable[..., bool]:
    def remembered(self: Any, *args: Any) -> bool:
        known: set[tuple[str, ...]] = self.__dict__.setdefault("_known", set())
        # a live connection may be among the arguments; it is no part of the question
        key = (name, *(argument for argument in args if isinstance(argument, str)))
        if key not in known:
            if not ask(self, *args):
                return False
            known.add(key)
        return True

    return remembered
