"""Syntax nodes of staged code: every one made here stands at the place of a node of the user's."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from typing import TypeVar

CALL, LIFT, ATTR, HOOKS = (
    "__numeta_call__",
    "__numeta_lift__",
    "__numeta_attr__",
    "__numeta__",
)
# Hooks that stand in many lines have a name of their own: one node less each.
DIRECT = {"augmented_name": "__numeta_augmented__", "target": "__numeta_target__"}
RESERVED = (CALL, LIFT, ATTR, HOOKS, *DIRECT.values())
PREFIX = "__numeta"
FLOW = "__numeta_flow__"

# Nothing is ever told of these two but their type, so that one of each serves all.
LOAD, STORE = ast.Load(), ast.Store()

_Node = TypeVar("_Node", bound=ast.AST)


def at(node: _Node, like: ast.AST) -> _Node:
    """A new node at the place of `like`."""
    node.lineno = like.lineno  # type: ignore[attr-defined]
    node.col_offset = like.col_offset  # type: ignore[attr-defined]
    node.end_lineno = like.end_lineno  # type: ignore[attr-defined]
    node.end_col_offset = like.end_col_offset  # type: ignore[attr-defined]
    return node


def load(name: str, like: ast.AST) -> ast.Name:
    """The value of a name."""
    return at(ast.Name(name, LOAD), like)


def constant(value: object, like: ast.AST) -> ast.Constant:
    """A literal."""
    return at(ast.Constant(value), like)


def call(function: ast.expr, arguments: list[ast.expr], like: ast.AST) -> ast.Call:
    """`function(*arguments)`."""
    return at(ast.Call(function, arguments, []), like)


def member(value: ast.expr, name: str, like: ast.AST) -> ast.Attribute:
    """`value.name`."""
    return at(ast.Attribute(value, name, LOAD), like)


def attribute(name: str, member: str, like: ast.AST) -> ast.Attribute:
    """`name.member`."""
    return at(ast.Attribute(at(ast.Name(name, LOAD), like), member, LOAD), like)


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
    return at(ast.Expr(value), like)


def rebind(names: Sequence[str], values: ast.expr, like: ast.AST) -> ast.stmt:
    """`for names[0], names[1], ... in values: break`; the values alone where there are no names.

    What `if` and an assignment say too, with half as many nodes more: staging costs by the node.
    """
    if not names:
        return statement(values, like)
    stored: list[ast.expr] = [at(ast.Name(name, STORE), like) for name in names]
    target = stored[0] if len(stored) == 1 else at(ast.Tuple(stored, STORE), like)
    return at(ast.For(target, values, [at(ast.Break(), like)], []), like)


def assign_one(name: str, value: ast.expr, like: ast.AST) -> ast.stmt:
    """`name = value`."""
    return at(ast.Assign([at(ast.Name(name, STORE), like)], value), like)


def when(test: ast.expr, body: list[ast.stmt], like: ast.AST) -> ast.stmt:
    """`if test: body`."""
    return at(ast.If(test, body, []), like)


def bind(name: str, value: ast.expr, like: ast.AST) -> ast.expr:
    """`(name := value)`."""
    return at(ast.NamedExpr(at(ast.Name(name, STORE), like), value), like)


def lazily(value: ast.expr, like: ast.AST) -> ast.expr:
    """`lambda: value`."""
    return at(ast.Lambda(ast.arguments([], [], None, [], [], None, []), value), like)


def either_of(test: ast.expr, value: ast.expr, like: ast.AST) -> ast.expr:
    """`value if test else None`."""
    return at(ast.IfExp(test, value, constant(None, like)), like)
