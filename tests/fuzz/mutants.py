"""Planted bugs: a wrong reference (its syntax changed) or wrong Fortran (its text changed).

A fuzzer that calls a correct compiler right proves nothing; each of these it must call wrong.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable


def _clipped(part: ast.expr) -> ast.expr:
    """What is no position (a slice, a new axis, an array of positions or a mask) stays."""
    if isinstance(part, ast.Slice):
        return part
    text = ast.unparse(part)
    return ast.parse(f"({text} if np.ndim({text}) else max({text}, 0))", mode="eval").body


class _NoNegativeWrap(ast.NodeTransformer):
    """A negative index means the first element."""

    def visit_arguments(self, node: ast.arguments) -> ast.arguments:
        return node

    def visit_Subscript(self, node: ast.Subscript) -> ast.expr:
        self.generic_visit(node)
        if not isinstance(node.value, ast.Name):
            return node
        parts = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
        clipped = [_clipped(part) for part in parts]
        node.slice = ast.Tuple(clipped, ast.Load()) if len(clipped) > 1 else clipped[0]
        return node


class _WrongPromotion(ast.NodeTransformer):
    """Integers are added as floats."""

    def visit_BinOp(self, node: ast.BinOp) -> ast.expr:
        self.generic_visit(node)
        if isinstance(node.op, ast.Add):
            node.left = ast.BinOp(node.left, ast.Mult(), ast.Constant(1.0))
        return node


class _LostCarriedName(ast.NodeTransformer):
    """The first assignment in a loop to a name that was there before is dropped."""

    def __init__(self) -> None:
        self.bound: set[str] = set()

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.FunctionDef:
        self.bound = {argument.arg for argument in node.args.args}
        self.generic_visit(node)
        return node

    def visit_Assign(self, node: ast.Assign) -> ast.Assign:
        self.bound |= {n.id for t in node.targets for n in ast.walk(t) if isinstance(n, ast.Name)}
        return node

    def _loop(self, node: ast.For | ast.While) -> ast.stmt:
        for k, statement in enumerate(node.body):
            if isinstance(statement, ast.AugAssign | ast.Assign):
                target = (
                    statement.target
                    if isinstance(statement, ast.AugAssign)
                    else statement.targets[0]
                )
                if (
                    isinstance(target, ast.Name)
                    and target.id in self.bound
                    and not target.id.startswith("fuel")
                ):
                    node.body[k] = ast.Pass()
                    break
        self.generic_visit(node)
        return node

    def visit_For(self, node: ast.For) -> ast.stmt:
        return self._loop(node)

    def visit_While(self, node: ast.While) -> ast.stmt:
        return self._loop(node)


class _SwappedBranch(ast.NodeTransformer):
    """The arms of an `if` are exchanged."""

    def visit_If(self, node: ast.If) -> ast.If:
        self.generic_visit(node)
        node.test = ast.UnaryOp(ast.Not(), node.test)
        return node


class _OneTooMany(ast.NodeTransformer):
    """A loop over a range makes one pass more."""

    def visit_For(self, node: ast.For) -> ast.For:
        self.generic_visit(node)
        call = node.iter
        if isinstance(call, ast.Call) and ast.unparse(call.func) in ("range", "nm.range"):
            place = 0 if len(call.args) == 1 else 1
            call.args[place] = ast.BinOp(call.args[place], ast.Add(), ast.Constant(1))
        return node


class _Signed(ast.NodeTransformer):
    """Unsigned integers are taken for signed ones of the same bits."""

    def visit_Attribute(self, node: ast.Attribute) -> ast.Attribute:
        if isinstance(node.value, ast.Name) and node.value.id == "nm":
            node.attr = re.sub(r"^u(\d)$", r"i\1", node.attr)
        return node

    def visit_arguments(self, node: ast.arguments) -> ast.arguments:
        return node


class _EagerOr(ast.NodeTransformer):
    """`a or b` is `b`, `a and b` is `a`."""

    def visit_BoolOp(self, node: ast.BoolOp) -> ast.expr:
        self.generic_visit(node)
        return node.values[-1] if isinstance(node.op, ast.Or) else node.values[0]


class _NoBreak(ast.NodeTransformer):
    """`break` goes on with the next pass."""

    def visit_Break(self, node: ast.Break) -> ast.Continue:
        return ast.Continue()


def _of(transformer: type[ast.NodeTransformer]) -> Callable[[str], str]:
    def planted(source: str) -> str:
        tree = transformer().visit(ast.parse(source))
        return ast.unparse(ast.fix_missing_locations(tree)) + "\n"

    return planted


# Wrong references.
REFERENCES: dict[str, Callable[[str], str]] = {
    "no negative wrap": _of(_NoNegativeWrap),
    "wrong promotion": _of(_WrongPromotion),
    "lost carried name": _of(_LostCarriedName),
    "swapped branch": _of(_SwappedBranch),
    "one pass too many": _of(_OneTooMany),
    "unsigned taken for signed": _of(_Signed),
    "eager and, or": _of(_EagerOr),
    "break that continues": _of(_NoBreak),
}


def _text(pattern: str, new: str) -> Callable[[str], str]:
    return lambda fortran: re.sub(pattern, new, fortran, flags=re.MULTILINE)


# Wrong Fortran.
FORTRAN: dict[str, Callable[[str], str]] = {
    "and is or": _text(r"\biand\(", "ior("),
    "less is less or equal": _text(r"(?<=[\w)]) < (?=[\w(])", " <= "),
    "shifts keep the sign": _text(r"\bshiftr\(", "shifta("),
    "loop without its last pass": _text(r"^( *do \w+ = .*), (.*) - 1$", r"\1, \2 - 2"),
}
