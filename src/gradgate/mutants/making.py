"""The mutants of a source file: mutmut's operators, each applied at every place of it, one at a time.

Only the operators are mutmut's. Its runner imports what it mutates by name; a shipped file is loaded by its path."""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from gradgate.errors import CannotRun

MODULE = "the module"  # stands where a function's name does, for a statement outside of all functions


@dataclass(frozen=True)
class Mutant:
    """One change of one file. place is the function that holds it; before and after are the lines that differ."""

    file: str
    place: str
    before: str
    after: str
    source: str

    @property
    def key(self) -> str:
        """Names it in a journal: another text of the file makes another mutant."""
        return hashlib.sha256(f"{self.file}\n{self.source}".encode()).hexdigest()[:16]


def mutants_of(file: str, source: str) -> list[Mutant]:
    """Every mutant of a file, in the order of its lines. Raises CannotRun where mutmut is not installed."""
    libcst, operators = _tool()
    module = libcst.parse_module(source)
    found: dict[str, Mutant | None] = {source: None}  # by their texts: several operators may make the same change
    end = 0
    for statement in module.body:
        whole = module.code_for_node(statement)
        start = source.index(whole, end)
        end = start + len(whole)
        place = statement.name.value if isinstance(statement, libcst.FunctionDef) else MODULE
        for mutated in map(module.code_for_node, _changes(statement, operators)):
            text = source[:start] + mutated + source[end:]
            if text not in found and is_python(mutated):
                found[text] = Mutant(file, place, *_difference(whole, mutated), text)
    return list(filter(None, found.values()))


def _tool() -> tuple[Any, Any]:
    try:
        import libcst
        from mutmut.mutation.mutators import mutation_operators
    except ModuleNotFoundError as error:
        raise CannotRun(
            f"mutants need {error.name}, which is not installed: pip install 'gradgate[mutants]'"
        ) from error
    return libcst, mutation_operators


def _changes(statement: Any, operators: Any) -> Iterator[Any]:
    """The statement with one node replaced, once for each node and each of the operators that fit it."""
    for node in _nodes(statement):
        for kind, operator in operators:
            for changed in operator(node) if isinstance(node, kind) else ():
                yield statement.deep_replace(node, changed)


def _nodes(node: Any) -> Iterator[Any]:
    yield node
    for child in node.children:
        yield from _nodes(child)


def is_python(text: str) -> bool:
    try:
        ast.parse(text)
    except SyntaxError:
        return False
    return True


def _difference(whole: str, mutated: str) -> tuple[str, str]:
    """The lines that differ, as they were and as they are."""
    old, new = whole.splitlines(), mutated.splitlines()
    start = next(n for n, (a, b) in enumerate(zip([*old, None], [*new, None], strict=False)) if a != b)
    end = 0
    while end < min(len(old), len(new)) - start and old[-1 - end] == new[-1 - end]:
        end += 1
    before, after = ("\n".join(part[start : len(part) - end]).strip() for part in (old, new))
    return before, after
