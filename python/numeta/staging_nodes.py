"""Syntax nodes of staged code: every one made here stands at the place of a node of the user's."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from ._trace import placed
from .staging_marks import DIRECT, HOOKS

# Nothing is ever told of these two but their type, so that one of each serves all.
LOAD, STORE = ast.Load(), ast.Store()


def load(name: str, like: ast.AST) -> ast.Name:
    """The value of a name."""
    return placed(ast.Name, like, name, LOAD)


def constant(value: object, like: ast.AST) -> ast.Constant:
    """A literal."""
    return placed(ast.Constant, like, value)


def call(function: ast.expr, arguments: list[ast.expr], like: ast.AST) -> ast.Call:
    """`function(*arguments)`."""
    return placed(ast.Call, like, function, arguments, [])


def member(value: ast.expr, name: str, like: ast.AST) -> ast.Attribute:
    """`value.name`."""
    return placed(ast.Attribute, like, value, name, LOAD)


def attribute(name: str, member: str, like: ast.AST) -> ast.Attribute:
    """`name.member`."""
    return placed(ast.Attribute, like, placed(ast.Name, like, name, LOAD), member, LOAD)


def hook(name: str, like: ast.AST, *arguments: ast.expr) -> ast.Call:
    """A call of one of the functions below the reserved name `__numeta__`."""
    direct = DIRECT.get(name)
    function = load(direct, like) if direct is not None else attribute(HOOKS, name, like)
    return call(function, list(arguments), like)


def method(name: str, member: str, like: ast.AST, *arguments: ast.expr) -> ast.Call:
    """`name.member(*arguments)`."""
    return call(attribute(name, member, like), list(arguments), like)


def statement(value: ast.expr, like: ast.AST) -> ast.stmt:
    """An expression for its effect."""
    return placed(ast.Expr, like, value)


def rebind(names: Sequence[str], values: ast.expr, like: ast.AST) -> ast.stmt:
    """`for names[0], names[1], ... in values: break`; the values alone where there are no names.

    What `if` and an assignment say too, with half as many nodes more: staging costs by the node.
    """
    if not names:
        return statement(values, like)
    stored: list[ast.expr] = [placed(ast.Name, like, name, STORE) for name in names]
    target = stored[0] if len(stored) == 1 else placed(ast.Tuple, like, stored, STORE)
    return placed(ast.For, like, target, values, [placed(ast.Break, like)], [])


def assign_one(name: str, value: ast.expr, like: ast.AST) -> ast.stmt:
    """`name = value`."""
    return placed(ast.Assign, like, [placed(ast.Name, like, name, STORE)], value)


def when(test: ast.expr, body: list[ast.stmt], like: ast.AST) -> ast.stmt:
    """`if test: body`."""
    return placed(ast.If, like, test, body, [])


def bind(name: str, value: ast.expr, like: ast.AST) -> ast.expr:
    """`(name := value)`."""
    return placed(ast.NamedExpr, like, placed(ast.Name, like, name, STORE), value)


def lazily(value: ast.expr, like: ast.AST) -> ast.expr:
    """`lambda: value`."""
    return placed(ast.Lambda, like, ast.arguments([], [], None, [], [], None, []), value)


def either_of(test: ast.expr, value: ast.expr, like: ast.AST) -> ast.expr:
    """`value if test else None`."""
    return placed(ast.IfExp, like, test, value, constant(None, like))
