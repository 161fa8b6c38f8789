"""Names: which names a piece of syntax binds, which a function owns, which it captures.

The transformer needs two answers about a kernel's source, both of them static. `bound_names`: what
a loop body may re-bind, in every form Python has (assignment, walrus, with, except, import, del,
match, def, class). `own_names`: what is local to a function, so that every other name is known to
be captured from outside. Comprehensions have their own scope; a walrus in one binds outside of it.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Mapping
from operator import attrgetter
from typing import Any

from .records import Record

FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


class Bindings(Record):
    """What one scope does with names: binds them (deletes too), declares them, yields."""

    bound: set[str]
    global_: set[str]
    nonlocal_: set[str]
    yields: bool


LEAVES = frozenset(
    {ast.Constant, ast.Pass, ast.Break, ast.Continue, ast.Load, ast.Store, ast.Del}
    | set(ast.operator.__subclasses__())
    | set(ast.unaryop.__subclasses__())
    | set(ast.cmpop.__subclasses__())
    | set(ast.boolop.__subclasses__())
)
_NO_CHILDREN = {"ctx", "op", "ops", "annotation", "returns", "type_params", "type_comment"}
# What of an inner scope runs in the one around it.
_OUTSIDE = {
    ast.FunctionDef: ("decorator_list", "args"),
    ast.AsyncFunctionDef: ("decorator_list", "args"),
    ast.Lambda: ("args",),
    ast.ClassDef: ("decorator_list", "bases", "keywords"),
    ast.comprehension: ("iter", "ifs"),
    ast.arguments: ("defaults", "kw_defaults"),
}


class Children(dict[type, Callable[[ast.AST], tuple[Any, ...]]]):
    """By kind of node what gives its children: the values of some of its fields, at one go."""

    def __init__(self, fields: Mapping[type, tuple[str, ...]]) -> None:
        super().__init__({kind: _getter(names) for kind, names in fields.items()})

    def __missing__(self, kind: type[ast.AST]) -> Callable[[ast.AST], tuple[Any, ...]]:
        names = tuple(name for name in kind._fields if name not in _NO_CHILDREN)
        found = self[kind] = _getter(names)
        return found


def _getter(names: tuple[str, ...]) -> Callable[[ast.AST], tuple[Any, ...]]:
    if len(names) > 1:
        return attrgetter(*names)
    return lambda node: tuple(getattr(node, name) for name in names)


_same_scope = Children(_OUTSIDE)
all_children = Children({})  # those of inner scopes included


def declare(node: ast.AST, bound: set[str], global_: set[str], nonlocal_: set[str]) -> bool:
    """Take in what a node of `DECLARING` does; whether it yields."""
    if isinstance(node, ast.alias):
        bound.add((node.asname or node.name).partition(".")[0])
    elif isinstance(node, ast.Global):
        global_.update(node.names)
    elif isinstance(node, ast.Nonlocal):
        nonlocal_.update(node.names)
    elif isinstance(node, ast.Yield | ast.YieldFrom | ast.Await):
        return True
    elif isinstance(node, ast.MatchMapping):
        if node.rest:
            bound.add(node.rest)
    elif node.name:  # type: ignore[attr-defined]
        bound.add(node.name)  # type: ignore[attr-defined]
    return False


def bindings(nodes: Iterable[ast.AST]) -> Bindings:
    """What running `nodes` does with names in their own scope, inner scopes left out."""
    bound: set[str] = set()
    global_: set[str] = set()
    nonlocal_: set[str] = set()
    yields = False
    todo = list(nodes)
    while todo:
        node = todo.pop()
        kind = type(node)
        if kind in LEAVES:
            continue
        if kind is ast.Name:
            if type(node.ctx) is not ast.Load:  # type: ignore[attr-defined]
                bound.add(node.id)  # type: ignore[attr-defined]
            continue
        if kind in DECLARING:
            yields |= declare(node, bound, global_, nonlocal_)
        for value in _same_scope[kind](node):
            if type(value) is list:
                todo += [item for item in value if isinstance(item, ast.AST)]
            elif isinstance(value, ast.AST):
                todo.append(value)
    return Bindings(bound, global_, nonlocal_, yields)


DECLARING = frozenset(
    {*FUNCTIONS, ast.ClassDef, ast.ExceptHandler, ast.MatchAs, ast.MatchStar, ast.MatchMapping}
    | {ast.alias, ast.Global, ast.Nonlocal, ast.Yield, ast.YieldFrom, ast.Await}
)


def parameters(arguments: ast.arguments) -> set[str]:
    """The names of all parameters."""
    found = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    found += [a for a in (arguments.vararg, arguments.kwarg) if a is not None]
    return {a.arg for a in found}


def unpacking(target: ast.expr) -> tuple[int, tuple[Any, ...]] | None:
    """How a target unpacks: how many names, and the same of each; None of a single name. Where
    one is starred, less than zero and nothing of each."""
    if not isinstance(target, ast.Tuple | ast.List):
        return None
    if any(isinstance(part, ast.Starred) for part in target.elts):
        return -len(target.elts), ()
    return len(target.elts), tuple(map(unpacking, target.elts))


def target_names(target: ast.expr) -> set[str]:
    """The names in an assignment target, however nested."""
    return bindings([target]).bound
