"""Which functions of the contract a change inside a file can reach: no other one needs to be judged again."""

from __future__ import annotations

import ast

from gradgate.interface import FUNCTIONS


def reached_from(source: str) -> dict[str, tuple[str, ...]]:
    """By the name of each function of the file: those of the contract that are it or use it, however indirectly."""
    uses = _uses(source)
    reach = {name: _closure(name, uses) for name in FUNCTIONS if name in uses}
    return {used: tuple(name for name, closure in reach.items() if used in closure) for used in uses}


def _uses(source: str) -> dict[str, set[str]]:
    """For each name that the file defines at its top, the names that its definition mentions."""
    uses: dict[str, set[str]] = {}
    for statement in ast.parse(source).body:
        mentioned = {node.id for node in ast.walk(statement) if isinstance(node, ast.Name)}
        match statement:
            case ast.FunctionDef(name=name):
                uses[name] = mentioned
            case ast.Assign(targets=targets):
                uses |= {target.id: mentioned for target in targets if isinstance(target, ast.Name)}
    return uses


def _closure(name: str, uses: dict[str, set[str]]) -> set[str]:
    found, left = set(), [name]
    while left:
        current = left.pop()
        if current in uses and current not in found:
            found.add(current)
            left += uses[current]
    return found
