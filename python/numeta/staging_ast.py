"""The transformation of a kernel's syntax: calls, captured loads, loops; nothing else.

Every expression stays Python's to evaluate. What Python gives no hook for is routed through four
reserved names, closure cells of the transformed function: `__numeta_call__(f, ...)` for calls,
`__numeta_lift__(value, text)` for values loaded from outside, `__numeta_attr__(object, name)` for
attributes, and `__numeta__` for the rest (loops, `is`, `in`, unpacking, try, match). Line numbers
are the user's. A `for` statement becomes

    __numeta_1__ = __numeta__.loop(ITERABLE, ...)
    for TARGET in __numeta_1__.items:
        if __numeta_1__.compiled: a, b = __numeta_1__.enter()     # names bound below: not yet known
        BODY
    if __numeta_1__.compiled: a, b, TARGET = __numeta_1__.leave() # nor known after the loop
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar

from .staging_names import LEAVES, bindings, parameters, target_names

CALL, LIFT, ATTR, HOOKS = (
    "__numeta_call__",
    "__numeta_lift__",
    "__numeta_attr__",
    "__numeta__",
)
RESERVED = (CALL, LIFT, ATTR, HOOKS)
PREFIX = "__numeta"


_Node = TypeVar("_Node", bound=ast.AST)


class _Loop(NamedTuple):
    name: str  # of the loop object, "" for a while loop
    line: int


def _at(node: _Node, like: ast.AST) -> _Node:
    """A new node at the place of `like`."""
    node.lineno = like.lineno  # type: ignore[attr-defined]
    node.col_offset = like.col_offset  # type: ignore[attr-defined]
    node.end_lineno = like.end_lineno  # type: ignore[attr-defined]
    node.end_col_offset = like.end_col_offset  # type: ignore[attr-defined]
    return node


def _load(name: str, like: ast.AST) -> ast.Name:
    return _at(ast.Name(name, ast.Load()), like)


def _constant(value: object, like: ast.AST) -> ast.Constant:
    return _at(ast.Constant(value), like)


def _call(function: ast.expr, arguments: list[ast.expr], like: ast.AST) -> ast.Call:
    return _at(ast.Call(function, arguments, []), like)


def _attribute(name: str, attribute: str, like: ast.AST) -> ast.Attribute:
    return _at(ast.Attribute(_load(name, like), attribute, ast.Load()), like)


def _hook(name: str, like: ast.AST, *arguments: ast.expr) -> ast.Call:
    return _call(_attribute(HOOKS, name, like), list(arguments), like)


def _statement(value: ast.expr, like: ast.AST) -> ast.stmt:
    return _at(ast.Expr(value), like)


def text_of(node: ast.expr) -> str:
    """A short name for what an expression loads: `self_table`, `tables_x`; "" if it has none."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        base = text_of(node.value)
        return f"{base}_{node.attr}" if base and base != "self" else node.attr
    if isinstance(node, ast.Subscript):
        base = text_of(node.value)
        if isinstance(node.slice, ast.Constant) and str(node.slice.value).isidentifier():
            return f"{base}_{node.slice.value}"
        return base
    return ""


class Transformer(ast.NodeTransformer):
    """Transforms one function in place; `captured` are the names it reads from outside."""

    def __init__(self, outer_cells: frozenset[str], class_name: str) -> None:
        self.outer_cells = outer_cells
        self.captured: set[str] = set()
        self.refusal = ""
        self._scopes: list[set[str]] = []
        self._bound: list[set[str]] = []
        self._loops: list[_Loop] = []
        self._counter = 0
        self._class_name = class_name

    def visit(self, node: ast.AST) -> Any:
        """The node in its place; found by type, which takes half the time of a method's name."""
        visitor = _VISITORS.get(type(node))
        if visitor is not None:
            return visitor(self, node)
        return node if type(node) in LEAVES else self.generic_visit(node)

    # -- scopes -------------------------------------------------------------------------------

    def function(self, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda) -> None:
        """Transform the body of `node`; its defaults and decorators belong to the scope around."""
        outer_loops, self._loops = self._loops, []
        inner = bindings([node.body] if isinstance(node, ast.Lambda) else node.body)
        own = (parameters(node.args) | inner.bound) - inner.global_ - inner.nonlocal_
        if not self._scopes:
            self.refusal = _refusal_of(node, inner.yields)
        self._scopes.append(own)
        if isinstance(node, ast.Lambda):
            node.body = self.visit(node.body)
        else:
            self._bound.append(inner.bound)
            node.body = self._body(node.body)
            self._bound.pop()
        self._scopes.pop()
        self._loops = outer_loops

    def _body(self, statements: list[ast.stmt]) -> list[ast.stmt]:
        result: list[ast.stmt] = []
        for statement in statements:
            new = self.visit(statement)
            if isinstance(new, list):
                result += new
            else:
                result.append(new)
        return result

    def _is_local(self, name: str) -> bool:
        return any(name in scope for scope in self._scopes)

    def _mangled(self, name: str) -> str:
        if self._class_name and name.startswith("__") and not name.endswith("__"):
            return f"_{self._class_name.lstrip('_')}{name}"
        return name

    def _inner_function(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> ast.AST:
        node.decorator_list = [self.visit(d) for d in node.decorator_list]
        self._defaults(node.args)
        self.function(node)
        return node

    visit_FunctionDef = _inner_function
    visit_AsyncFunctionDef = _inner_function

    def _defaults(self, arguments: ast.arguments) -> None:
        arguments.defaults = [self.visit(d) for d in arguments.defaults]
        arguments.kw_defaults = [d and self.visit(d) for d in arguments.kw_defaults]

    def visit_Lambda(self, node: ast.Lambda) -> ast.AST:
        self._defaults(node.args)
        self.function(node)
        return node

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.AST:
        node.decorator_list = [self.visit(d) for d in node.decorator_list]
        node.bases = [self.visit(b) for b in node.bases]
        for keyword in node.keywords:
            keyword.value = self.visit(keyword.value)
        outer_loops, self._loops = self._loops, []
        outer_class, self._class_name = self._class_name, node.name
        # A name that a class body binds is not visible in its methods, where it may be captured.
        self._scopes.append(set())
        node.body = self._body(node.body)
        self._scopes.pop()
        self._loops, self._class_name = outer_loops, outer_class
        return node

    def _comprehension(self, node: ast.expr) -> ast.AST:
        generators: list[ast.comprehension] = node.generators  # type: ignore[attr-defined]
        for position, generator in enumerate(generators):
            # The first iterable is evaluated outside; the names of the others see all targets.
            if position == 1:
                names = set().union(*(target_names(g.target) for g in generators))
                self._scopes.append(names)
            iterable = self.visit(generator.iter)
            generator.iter = _hook("items", iterable, iterable)
        if len(generators) == 1:
            self._scopes.append(target_names(generators[0].target))
        for generator in generators:
            generator.ifs = [self.visit(condition) for condition in generator.ifs]
        if isinstance(node, ast.DictComp):
            node.key, node.value = self.visit(node.key), self.visit(node.value)
        else:
            node.elt = self.visit(node.elt)  # type: ignore[attr-defined]
        self._scopes.pop()
        return node

    visit_ListComp = _comprehension
    visit_SetComp = _comprehension
    visit_DictComp = _comprehension
    visit_GeneratorExp = _comprehension

    # -- expressions --------------------------------------------------------------------------

    def visit_Name(self, node: ast.Name) -> ast.AST:
        if not isinstance(node.ctx, ast.Load) or self._is_local(node.id):
            return node
        self.captured.add(node.id)
        return _call(_load(LIFT, node), [node, _constant(node.id, node)], node)

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        text = text_of(node)
        node.value = self._unlifted(node.value)
        if not isinstance(node.ctx, ast.Load):
            return node
        arguments = [_constant(self._mangled(node.attr), node), _constant(text, node)]
        return _call(_load(ATTR, node), [node.value, *arguments], node)

    def _unlifted(self, node: ast.expr) -> ast.expr:
        """A callee or the object of an attribute: `attr` and `call` lift it where they must."""
        if not isinstance(node, ast.Name):
            return self.visit(node)  # type: ignore[no-any-return]
        if not self._is_local(node.id):
            self.captured.add(node.id)
        return node

    def visit_Subscript(self, node: ast.Subscript) -> ast.AST:
        text = text_of(node)
        node.value = self.visit(node.value)
        node.slice = self.visit(node.slice)
        if not isinstance(node.ctx, ast.Load):
            return node
        return _call(_load(LIFT, node), [node, _constant(text, node)], node)

    def visit_Call(self, node: ast.Call) -> ast.AST:
        callee = self._unlifted(node.func)
        if isinstance(callee, ast.Name) and callee.id == "super" and not node.args:
            return node  # reads the frame that calls it
        arguments = [self.visit(a) for a in node.args]
        for keyword in node.keywords:
            keyword.value = self.visit(keyword.value)
        call = _call(_load(CALL, node), [callee, *arguments], node)
        call.keywords = node.keywords
        return call

    def visit_Starred(self, node: ast.Starred) -> ast.AST:
        node.value = self.visit(node.value)
        if isinstance(node.ctx, ast.Load):
            node.value = _hook("unpack", node, node.value)
        return node

    def visit_Compare(self, node: ast.Compare) -> ast.AST:
        operands: list[ast.expr] = [self.visit(x) for x in (node.left, *node.comparators)]
        identity = (ast.Is, ast.IsNot, ast.In, ast.NotIn)
        if not any(isinstance(op, identity) for op in node.ops):
            node.left, node.comparators = operands[0], operands[1:]
            return node
        if len(node.ops) == 1:
            hook = type(node.ops[0]).__name__.lower() + "_"
            return _hook(hook, node, *operands)
        none = ast.arguments([], [], None, [], [], None, [])
        names = _constant(tuple(type(op).__name__ for op in node.ops), node)
        lazy = [_at(ast.Lambda(none, operand), operand) for operand in operands]
        return _hook("chain", node, names, *lazy)

    def visit_FormattedValue(self, node: ast.FormattedValue) -> ast.AST:
        node.value = _hook("text", node, self.visit(node.value))
        if node.format_spec is not None:
            node.format_spec = self.visit(node.format_spec)
        return node

    def visit_BinOp(self, node: ast.BinOp) -> ast.AST:
        formats = isinstance(node.op, ast.Mod) and (
            isinstance(node.left, ast.JoinedStr)
            or (isinstance(node.left, ast.Constant) and isinstance(node.left.value, str))
        )
        node.left, node.right = self.visit(node.left), self.visit(node.right)
        if formats:
            node.right = _hook("text", node, node.right)
        return node

    def visit_Yield(self, node: ast.Yield) -> ast.AST:
        value = self.visit(node.value) if node.value else _constant(None, node)
        node.value = _hook("yielded", node, value)
        return node

    def visit_YieldFrom(self, node: ast.YieldFrom) -> ast.AST:
        node.value = _hook("delegated", node, self.visit(node.value))
        return node

    # -- statements ---------------------------------------------------------------------------

    def visit_Assign(self, node: ast.Assign) -> ast.AST:
        unpacks = any(isinstance(t, ast.Tuple | ast.List) for t in node.targets)
        literal = isinstance(node.value, ast.Tuple | ast.List)
        node.targets = [self.visit(target) for target in node.targets]
        node.value = self.visit(node.value)
        if unpacks and not literal:
            node.value = _hook("unpack", node, node.value)
        return node

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST:
        node.target = self.visit(node.target)  # a local annotation is never evaluated
        node.value = node.value and self.visit(node.value)
        return node

    def visit_AugAssign(self, node: ast.AugAssign) -> ast.stmt | list[ast.stmt]:
        target = node.target
        check: ast.expr | None = None
        if isinstance(target, ast.Attribute) and _plain(target.value):
            base = self.visit(_copy(target.value))
            check = _hook("augmented", node, base, _constant(self._mangled(target.attr), node))
        elif isinstance(target, ast.Subscript) and _plain(target.value) and _plain(target.slice):
            base = self.visit(_copy(target.value))
            check = _hook("augmented_item", node, base, self.visit(_copy(target.slice)))
        node.target, node.value = self.visit(target), self.visit(node.value)
        return node if check is None else [_statement(check, node), node]

    def visit_For(self, node: ast.For) -> list[ast.stmt]:
        self._counter += 1
        loop = _Loop(f"__numeta_{self._counter}__", node.lineno)
        head = node.target  # the `for` line: new statements belong to it
        index = target_names(node.target)
        inner = bindings(node.body)
        names, targets = sorted(inner.bound - inner.global_ - index), sorted(index)
        texts = [_constant(tuple(part), head) for part in (names, targets)]
        simple = _constant(isinstance(node.target, ast.Name), head)
        value = _hook("loop", head, self.visit(node.iter), *texts, simple)
        make = _at(ast.Assign([_at(ast.Name(loop.name, ast.Store()), head)], value), head)
        node.iter = _attribute(loop.name, "items", head)
        node.target = self.visit(node.target)
        self._loops.append(loop)
        body = self._body(node.body)
        self._loops.pop()
        if names:
            body.insert(0, self._exchange(loop, "enter", names, head))
        node.body = body
        node.orelse = self._body(node.orelse)
        if node.orelse:
            node.orelse.insert(0, self._leaving(loop, "else", node.orelse[0]))
        result: list[ast.stmt] = [make, node]
        if names or targets:
            result.append(self._exchange(loop, "leave", names + targets, head))
        return result

    def _exchange(self, loop: _Loop, method: str, names: list[str], like: ast.AST) -> ast.stmt:
        """`if L.compiled: a, b = L.method()`."""
        stored: list[ast.expr] = [_at(ast.Name(name, ast.Store()), like) for name in names]
        value = _call(_attribute(loop.name, method, like), [], like)
        store = _at(ast.Assign([_at(ast.Tuple(stored, ast.Store()), like)], value), like)
        return _at(ast.If(_attribute(loop.name, "compiled", like), [store], []), like)

    def _leaving(self, loop: _Loop, what: str, like: ast.AST) -> ast.stmt:
        call = _call(_attribute(loop.name, "leaving", like), [_constant(what, like)], like)
        return _statement(call, like)

    def visit_While(self, node: ast.While) -> ast.AST:
        node.test = self.visit(node.test)
        self._loops.append(_Loop("", node.lineno))
        node.body = self._body(node.body)
        self._loops.pop()
        node.orelse = self._body(node.orelse)
        return node

    def visit_Break(self, node: ast.Break) -> ast.AST | list[ast.stmt]:
        loop = self._loops[-1]
        return [self._leaving(loop, "break", node), node] if loop.name else node

    def visit_Return(self, node: ast.Return) -> ast.AST | list[ast.stmt]:
        node.value = node.value and self.visit(node.value)
        checks = [self._leaving(loop, "return", node) for loop in self._loops if loop.name]
        return [*checks, node] if checks else node

    def visit_Global(self, node: ast.Global) -> ast.AST | list[ast.stmt]:
        bound = [name for name in node.names if self._bound and name in self._bound[-1]]
        if not bound:
            return node
        return [
            node,
            _statement(_hook("global_", node, *(_constant(n, node) for n in bound)), node),
        ]

    def visit_Nonlocal(self, node: ast.Nonlocal) -> ast.AST | list[ast.stmt]:
        outer = [n for n in node.names if n in self.outer_cells and not self._is_local(n)]
        if not outer:
            return node
        return [
            node,
            _statement(_hook("nonlocal_", node, *(_constant(n, node) for n in outer)), node),
        ]

    def _guarded(self, node: ast.stmt, what: str) -> ast.stmt:
        item = ast.withitem(_hook("guarded", node, _constant(what, node)), None)
        return _at(ast.With([item], [node], None), node)

    def visit_Try(self, node: ast.Try) -> ast.AST:
        self.generic_visit(node)
        return self._guarded(node, "try")

    def visit_TryStar(self, node: ast.TryStar) -> ast.AST:
        self.generic_visit(node)
        return self._guarded(node, "try")

    def visit_ExceptHandler(self, node: ast.ExceptHandler) -> ast.AST:
        node.type = node.type and self.visit(node.type)
        node.body = self._body(node.body)
        node.body.insert(0, _statement(_hook("caught", node.body[0]), node.body[0]))
        return node

    def visit_With(self, node: ast.With) -> ast.AST:
        self.generic_visit(node)
        return self._guarded(node, "with")

    def visit_Match(self, node: ast.Match) -> ast.AST:
        node.subject = _hook("subject", node.subject, self.visit(node.subject))
        for case in node.cases:
            case.guard = case.guard and self.visit(case.guard)
            case.body = self._body(case.body)
        return node


_VISITORS: dict[type[ast.AST], Callable[[Transformer, Any], Any]] = {
    getattr(ast, name.removeprefix("visit_")): method
    for name, method in vars(Transformer).items()
    if name.startswith("visit_")
}


def _plain(node: ast.expr) -> bool:
    """Whether evaluating the expression twice is the same as once."""
    if isinstance(node, ast.Attribute):
        return _plain(node.value)
    return isinstance(node, ast.Name | ast.Constant)


def _copy(node: ast.expr) -> ast.expr:
    if isinstance(node, ast.Attribute):
        return _at(ast.Attribute(_copy(node.value), node.attr, ast.Load()), node)
    if isinstance(node, ast.Name):
        return _load(node.id, node)
    return node


def _refusal_of(node: ast.AST, yields: bool) -> str:
    """What the function as a whole is that no kernel can be: "" if nothing."""
    if isinstance(node, ast.AsyncFunctionDef):
        return "async def"
    return "yield" if yields else ""
