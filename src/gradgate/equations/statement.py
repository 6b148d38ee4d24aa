"""A statement: that a formula is what is due, in one setting and layout. Its sizes are checked before any case."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import product

from gradgate.equations.errors import ShapeError
from gradgate.equations.parsing import parse
from gradgate.equations.setting import Drawn, Setting
from gradgate.equations.shapes import Shape, Shapes, shown
from gradgate.equations.tree import Derivative, Name, Node, Number, walk

EQUAL, AT_MOST, AT_LEAST = "=", "<=", ">="


@dataclass(frozen=True, eq=False)
class Statement:
    """due = formula, or due <= or >= formula. where: symbols that are replaced on the side of what is due, by formulas.

    Indices that are free in what is due (dJ/du_k) stand for every value of theirs.
    """

    setting: Setting
    due: str
    formula: str
    layout: str
    relation: str = EQUAL
    where: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def left(self) -> Node:
        return parse(self.due)

    @cached_property
    def right(self) -> Node:
        return parse(self.formula)

    @cached_property
    def free(self) -> tuple[str, ...]:
        return tuple(sorted(self.setting.indices_in(self.left)))

    @cached_property
    def shape(self) -> Shape:
        """The shape of what is due. Raises FormulaError."""
        return Shapes(self.setting, self.layout, self.due).of(self.left, frozenset(self.free))

    def require_fit(self, tree: Node | None = None, text: str | None = None) -> None:
        """Raises FormulaError, or ShapeError where a formula has another shape than what is due.

        By default the statement's own formula; the number 0 stands for zeros of any shape.
        """
        tree, text = tree or self.right, text or self.formula
        found = Shapes(self.setting, self.layout, text).of(tree, frozenset(self.free))
        if found != self.shape and tree != Number("0"):
            raise ShapeError(
                text,
                1,
                f"the formula is {shown(found)}, and {self.due} is {shown(self.shape)} in the layout {self.layout}",
            )
        for name, formula in self.where.items():
            Shapes(self.setting, "V×d", formula).of(parse(formula))
            assert name in self.setting.symbols

    def indices(self, drawn: Drawn) -> list[dict[str, int]]:
        """Every value of the free indices in a case."""
        ranges = [range(drawn.sizes[self.setting.indices[letter]]) for letter in self.free]
        return [dict(zip(self.free, values, strict=True)) for values in product(*ranges)]

    def needs(self) -> list[str]:
        """The drawn symbols that either side is made of, in the setting's order."""
        reached = set(self.where)  # what is replaced is not needed, unless something else is made of it
        self._reach(self.left, reached)
        reached -= set(self.where)
        for node in (self.right, *map(parse, self.where.values())):
            self._reach(node, reached)
        return [name for name, symbol in self.setting.symbols.items() if name in reached and not symbol.formula]

    def _reach(self, node: Node, reached: set[str]) -> None:
        names = set()
        for part in walk(node):
            match part:
                case Name(name=name):
                    names.add(name)
                case Derivative(of=of, by=by):
                    names |= {of, by}
            names.add(getattr(part, "index", ""))
        for name in names - reached:
            symbol = self.setting.symbols.get(name)
            if symbol is not None:
                reached.add(name)
                if symbol.formula:
                    self._reach(symbol.tree, reached)
