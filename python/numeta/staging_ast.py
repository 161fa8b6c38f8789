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
from typing import NamedTuple

from .staging_names import (
    bound_names,
    declared,
    own_names,
    target_names,
    yields,
)

CALL, LIFT, ATTR, HOOKS = (
    "__numeta_call__",
    "__numeta_lift__",
    "__numeta_attr__",
    "__numeta__",
)
RESERVED = (CALL, LIFT, ATTR, HOOKS)
PREFIX = "__numeta"


class _Loop(NamedTuple):
    name: str  # of the loop object, "" for a while loop
    line: int


def _load(name: str) -> ast.Name:
    return ast.Name(name, ast.Load())


def _hook(name: str, *arguments: ast.expr) -> ast.Call:
    return ast.Call(ast.Attribute(_load(HOOKS), name, ast.Load()), list(arguments), [])


def _constant(value: object) -> ast.Constant:
    return ast.Constant(value)  # type: ignore[arg-type]


def _statement(value: ast.expr, like: ast.AST) -> ast.stmt:
    return ast.copy_location(ast.Expr(value), like)


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
        self._scopes: list[set[str]] = []
        self._bound: list[set[str]] = []
        self._loops: list[_Loop] = []
        self._counter = 0
        self._class_name = class_name

    # -- scopes -------------------------------------------------------------------------------

    def function(self, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda) -> None:
        """Transform the body of `node`; its defaults and decorators belong to the scope around."""
        outer_loops, self._loops = self._loops, []
        self._scopes.append(own_names(node))
        if isinstance(node, ast.Lambda):
            node.body = self.visit(node.body)
        else:
            self._bound.append(bound_names(node.body))
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
            generator.iter = ast.copy_location(_hook("items", iterable), generator.iter)
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
        return ast.copy_location(ast.Call(_load(LIFT), [node, _constant(node.id)], []), node)

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        text = text_of(node)
        node.value = self._unlifted(node.value)
        if not isinstance(node.ctx, ast.Load):
            return node
        arguments = [node.value, _constant(self._mangled(node.attr)), _constant(text)]
        return ast.copy_location(ast.Call(_load(ATTR), arguments, []), node)

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
        return ast.copy_location(ast.Call(_load(LIFT), [node, _constant(text)], []), node)

    def visit_Call(self, node: ast.Call) -> ast.AST:
        callee = self._unlifted(node.func)
        if isinstance(callee, ast.Name) and callee.id == "super" and not node.args:
            return node  # reads the frame that calls it
        arguments = [self.visit(a) for a in node.args]
        for keyword in node.keywords:
            keyword.value = self.visit(keyword.value)
        return ast.copy_location(ast.Call(_load(CALL), [callee, *arguments], node.keywords), node)

    def visit_Starred(self, node: ast.Starred) -> ast.AST:
        node.value = self.visit(node.value)
        if isinstance(node.ctx, ast.Load):
            node.value = ast.copy_location(_hook("unpack", node.value), node)
        return node

    def visit_Compare(self, node: ast.Compare) -> ast.AST:
        operands: list[ast.expr] = [self.visit(x) for x in (node.left, *node.comparators)]
        identity = (ast.Is, ast.IsNot, ast.In, ast.NotIn)
        if not any(isinstance(op, identity) for op in node.ops):
            node.left, node.comparators = operands[0], operands[1:]
            return node
        if len(node.ops) == 1:
            hook = type(node.ops[0]).__name__.lower() + "_"
            return ast.copy_location(_hook(hook, *operands), node)
        none = ast.arguments([], [], None, [], [], None, [])
        names = ast.Tuple([_constant(type(op).__name__) for op in node.ops], ast.Load())
        lazy: list[ast.expr] = [ast.Lambda(none, operand) for operand in operands]
        return ast.copy_location(_hook("chain", names, *lazy), node)

    def visit_FormattedValue(self, node: ast.FormattedValue) -> ast.AST:
        node.value = ast.copy_location(_hook("text", self.visit(node.value)), node.value)
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
            node.right = ast.copy_location(_hook("text", node.right), node.right)
        return node

    def visit_Yield(self, node: ast.Yield) -> ast.AST:
        value = self.visit(node.value) if node.value else ast.copy_location(_constant(None), node)
        node.value = ast.copy_location(_hook("yielded", value), node)
        return node

    def visit_YieldFrom(self, node: ast.YieldFrom) -> ast.AST:
        value = ast.copy_location(_hook("delegated", self.visit(node.value)), node)
        node.value = value
        return node

    # -- statements ---------------------------------------------------------------------------

    def visit_Assign(self, node: ast.Assign) -> ast.AST:
        unpacks = any(isinstance(t, ast.Tuple | ast.List) for t in node.targets)
        literal = isinstance(node.value, ast.Tuple | ast.List)
        node.targets = [self.visit(target) for target in node.targets]
        node.value = self.visit(node.value)
        if unpacks and not literal:
            node.value = ast.copy_location(_hook("unpack", node.value), node.value)
        return node

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST:
        node.target = self.visit(node.target)  # a local annotation is never evaluated
        node.value = node.value and self.visit(node.value)
        return node

    def visit_AugAssign(self, node: ast.AugAssign) -> ast.AST | list[ast.AST]:
        target = node.target
        check: ast.expr | None = None
        if isinstance(target, ast.Attribute) and _plain(target.value):
            base = self.visit(_copy(target.value))
            check = _hook("augmented", base, _constant(self._mangled(target.attr)))
        elif isinstance(target, ast.Subscript) and _plain(target.value) and _plain(target.slice):
            base = self.visit(_copy(target.value))
            check = _hook("augmented_item", base, self.visit(_copy(target.slice)))
        node.target, node.value = self.visit(target), self.visit(node.value)
        return node if check is None else [_statement(check, node), node]

    def visit_For(self, node: ast.For) -> list[ast.stmt]:
        self._counter += 1
        loop = _Loop(f"__numeta_{self._counter}__", node.lineno)
        outside = declared(node.body, ast.Global)
        index = target_names(node.target)
        names = sorted(bound_names(node.body) - outside - index)
        targets = sorted(index)
        simple = isinstance(node.target, ast.Name)
        arguments = [self.visit(node.iter), _constant(tuple(names)), _constant(tuple(targets))]
        make = ast.Assign(
            [ast.Name(loop.name, ast.Store())], _hook("loop", *arguments, _constant(simple))
        )
        node.iter = ast.Attribute(_load(loop.name), "items", ast.Load())
        node.target = self.visit(node.target)
        self._loops.append(loop)
        body = self._body(node.body)
        self._loops.pop()
        if names:
            body.insert(0, self._exchange(loop, "enter", names))
        node.body = body
        node.orelse = self._body(node.orelse)
        if node.orelse:
            node.orelse.insert(0, self._leaving(loop, "else", node.orelse[0]))
        result: list[ast.stmt] = [ast.copy_location(make, node.iter), node]
        if names or targets:
            result.append(self._exchange(loop, "leave", names + targets))
        for statement in (result[0], result[-1], body[0]):
            if statement is not node:
                _place(statement, node)
        return result

    def _exchange(self, loop: _Loop, method: str, names: list[str]) -> ast.stmt:
        """`if L.compiled: a, b = L.method()`."""
        store = ast.Tuple([ast.Name(name, ast.Store()) for name in names], ast.Store())
        value = ast.Call(ast.Attribute(_load(loop.name), method, ast.Load()), [], [])
        test = ast.Attribute(_load(loop.name), "compiled", ast.Load())
        return ast.If(test, [ast.Assign([store], value)], [])

    def _leaving(self, loop: _Loop, what: str, like: ast.AST) -> ast.stmt:
        hook = ast.Attribute(_load(loop.name), "leaving", ast.Load())
        return _statement(ast.Call(hook, [_constant(what)], []), like)

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
        return [node, _statement(_hook("global_", *map(_constant, bound)), node)]

    def visit_Nonlocal(self, node: ast.Nonlocal) -> ast.AST | list[ast.stmt]:
        outer = [n for n in node.names if n in self.outer_cells and not self._is_local(n)]
        if not outer:
            return node
        return [node, _statement(_hook("nonlocal_", *map(_constant, outer)), node)]

    def _guarded(self, node: ast.stmt, what: str) -> ast.stmt:
        item = ast.withitem(_hook("guarded", _constant(what)), None)
        return ast.copy_location(ast.With([item], [node], None), node)

    def visit_Try(self, node: ast.Try) -> ast.AST:
        self.generic_visit(node)
        return self._guarded(node, "try")

    def visit_TryStar(self, node: ast.TryStar) -> ast.AST:
        self.generic_visit(node)
        return self._guarded(node, "try")

    def visit_ExceptHandler(self, node: ast.ExceptHandler) -> ast.AST:
        node.type = node.type and self.visit(node.type)
        node.body = self._body(node.body)
        node.body.insert(0, _statement(_hook("caught"), node.body[0]))
        return node

    def visit_With(self, node: ast.With) -> ast.AST:
        self.generic_visit(node)
        return self._guarded(node, "with")

    def visit_Match(self, node: ast.Match) -> ast.AST:
        node.subject = ast.copy_location(_hook("subject", self.visit(node.subject)), node.subject)
        for case in node.cases:
            case.guard = case.guard and self.visit(case.guard)
            case.body = self._body(case.body)
        return node


def _plain(node: ast.expr) -> bool:
    """Whether evaluating the expression twice is the same as once."""
    if isinstance(node, ast.Attribute):
        return _plain(node.value)
    return isinstance(node, ast.Name | ast.Constant)


def _copy(node: ast.expr) -> ast.expr:
    if isinstance(node, ast.Attribute):
        return ast.copy_location(ast.Attribute(_copy(node.value), node.attr, ast.Load()), node)
    if isinstance(node, ast.Name):
        return ast.copy_location(ast.Name(node.id, ast.Load()), node)
    return node


def _place(statement: ast.AST, like: ast.stmt) -> None:
    """Give a new statement the line of `like`, so that no traceback points into the body."""
    statement.lineno = statement.end_lineno = like.lineno  # type: ignore[attr-defined]
    statement.col_offset = statement.end_col_offset = like.col_offset  # type: ignore[attr-defined]


def refusal_of(node: ast.AST) -> str:
    """What the function as a whole is that no kernel can be: "" if nothing."""
    if isinstance(node, ast.AsyncFunctionDef):
        return "async def"
    if isinstance(node, ast.FunctionDef) and yields(node.body):
        return "yield"
    if isinstance(node, ast.Lambda) and yields([node.body]):
        return "yield"
    return ""
