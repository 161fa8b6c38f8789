"""Names: which names a piece of syntax binds, which a function owns, which it captures.

The transformer needs two answers about a kernel's source, both of them static. `bound_names`: what
a loop body may re-bind, in every form Python has (assignment, walrus, with, except, import, del,
match, def, class). `own_names`: what is local to a function, so that every other name is known to
be captured from outside. Comprehensions have their own scope; a walrus in one binds outside of it.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


def _walk(nodes: Iterable[ast.AST]) -> Iterator[ast.AST]:
    """Every node of this scope; of inner functions and classes only what runs in this one."""
    todo = list(nodes)
    while todo:
        node = todo.pop()
        yield node
        if isinstance(node, FUNCTIONS):
            todo += node.decorator_list
            todo += node.args.defaults
            todo += [default for default in node.args.kw_defaults if default is not None]
        elif isinstance(node, ast.Lambda):
            todo += node.args.defaults
            todo += [default for default in node.args.kw_defaults if default is not None]
        elif isinstance(node, ast.ClassDef):
            todo += node.decorator_list
            todo += node.bases
            todo += [keyword.value for keyword in node.keywords]
        elif isinstance(node, ast.comprehension):
            todo += [node.iter, *node.ifs]  # its target belongs to the comprehension
        else:
            todo += ast.iter_child_nodes(node)


def bound_names(nodes: Iterable[ast.AST]) -> set[str]:
    """The names that running `nodes` may bind, re-bind or delete in their own scope."""
    names: set[str] = set()
    for node in _walk(nodes):
        if isinstance(node, ast.Name):
            if not isinstance(node.ctx, ast.Load):
                names.add(node.id)
        elif isinstance(node, (*FUNCTIONS, ast.ClassDef)):
            names.add(node.name)
        elif isinstance(node, ast.alias):
            names.add((node.asname or node.name).partition(".")[0])
        elif isinstance(node, ast.ExceptHandler | ast.MatchAs | ast.MatchStar):
            if node.name:
                names.add(node.name)
        elif isinstance(node, ast.MatchMapping) and node.rest:
            names.add(node.rest)
    return names


def declared(nodes: Iterable[ast.AST], kind: type[ast.Global] | type[ast.Nonlocal]) -> set[str]:
    """The names that `global` or `nonlocal` statements of this scope name."""
    return {name for node in _walk(nodes) if isinstance(node, kind) for name in node.names}


def parameters(arguments: ast.arguments) -> set[str]:
    """The names of all parameters."""
    found = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    found += [a for a in (arguments.vararg, arguments.kwarg) if a is not None]
    return {a.arg for a in found}


def own_names(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda) -> set[str]:
    """The names that are local to the function (cells of inner functions included)."""
    body = [node.body] if isinstance(node, ast.Lambda) else node.body
    outside = declared(body, ast.Global) | declared(body, ast.Nonlocal)
    return (parameters(node.args) | bound_names(body)) - outside


def target_names(target: ast.expr) -> set[str]:
    """The names in an assignment target, however nested."""
    return {
        n.id for n in ast.walk(target) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)
    }


def yields(body: Iterable[ast.AST]) -> bool:
    """Whether this scope is a generator's."""
    return any(isinstance(n, ast.Yield | ast.YieldFrom | ast.Await) for n in _walk(body))
