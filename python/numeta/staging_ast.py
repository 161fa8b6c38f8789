"""The transformation of a kernel's expressions: calls, captured loads, truth; nothing else.

Every expression stays Python's to evaluate. What Python gives no hook for is routed through four
reserved names, closure cells of the transformed function: `__numeta_call__(f, ...)` for calls,
`__numeta_lift__(value, text)` for values loaded from outside, `__numeta_attr__(object, name)` for
attributes, and `__numeta__` for the rest. Line numbers are the user's. What asks for the truth of
a value, and may be asked of one that is known only at run time, becomes

    x if c else y    (k := __numeta__.choice(c)).pick(x if k.then else None,
                                                      y if k.otherwise else None)
    a and b          (k := __numeta__.both(a, TRUTH)).pick(b if k.then else None)
    not a            __numeta__.not_(a)
    a < b < c        (k := __numeta__.both(a < (t := b), TRUTH)).pick(t < c if k.then else None)

with lambdas for the arms where Python allows no walrus. Statements: staging_statements.py.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any

from ._trace import placed
from .staging_live import Liveness
from .staging_marks import ATTR, CALL, LIFT
from .staging_names import LEAVES, bindings, parameters, target_names
from .staging_nodes import (
    LOAD,
    attribute,
    bind,
    call,
    constant,
    either_of,
    hook,
    lazily,
    load,
    member,
)

EVERYTHING = -1  # the assigned names where control does not come: a mask of all


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


class Scope:
    """One scope on the way in: `own` names; of a function also what control flow does to them.

    assigned: the mask of names that are bound here whichever way control came; doubted: of those
    that were read where that is not so; shared: the names that inner functions assign to.
    """

    __slots__ = ("assigned", "doubted", "flows", "has_flow", "kind", "live", "own", "shared")

    def __init__(self, kind: str, own: set[str]) -> None:
        self.kind = kind  # "function", "class", "comprehension"
        self.own = own
        self.live: Liveness | None = None
        self.assigned = 0
        self.doubted = 0
        self.flows = False  # may its control flow be compiled
        self.has_flow = False
        self.shared: set[str] = set()


class Expressions:
    """Transforms expressions in place; `captured` are the names read from outside."""

    def __init__(self, outer_cells: frozenset[str], class_name: str) -> None:
        self.outer_cells = outer_cells
        self.captured: set[str] = set()
        self.refusal = ""
        self._scopes: list[Scope] = []
        self._functions: list[Scope] = []
        self._counter = 0
        self._walruses: list[str] = []  # the names that := has bound so far
        self._no_walrus = 0
        self._generator = False
        self._class_name = class_name

    def visit(self, node: ast.AST) -> Any:
        """The node in its place; found by type, which takes half the time of a method's name."""
        kind = type(node)
        visitor = VISITORS.get(kind)
        if visitor is not None:
            return visitor(self, node)
        if kind in LEAVES:
            return node
        for field in kind._fields:
            value = getattr(node, field, None)
            if type(value) is list:
                value[:] = [self.visit(v) if isinstance(v, ast.AST) else v for v in value]
            elif isinstance(value, ast.AST):
                setattr(node, field, self.visit(value))
        return node

    def number(self) -> str:
        """A reserved name that nothing else in the function uses."""
        self._counter += 1
        return f"__numeta_{self._counter}__"

    # -- scopes -------------------------------------------------------------------------------

    def is_local(self, name: str) -> bool:
        """Whether the name belongs to the function or to one around it in its source."""
        for scope in self._scopes:  # noqa: SIM110 - twice as fast as any()
            if name in scope.own:
                return True
        return False

    def is_doubtful(self, name: str) -> bool:
        """Whether a local name may be unbound here, or bound on some ways only."""
        return bool(self._doubts(name))

    def _doubts(self, name: str) -> bool | None:
        """As `is_doubtful`; None if the name is not local."""
        for scope in reversed(self._scopes):
            if name in scope.own:
                if scope.live is None:
                    return False
                bit = scope.live.bits.get(name, 0)
                if not scope.flows or not bit & (scope.live.deleted | ~scope.assigned):
                    return False
                scope.doubted |= bit
                return True
        return None

    def mangled(self, name: str) -> str:
        """A private name as the class around it stores it."""
        if self._class_name and name.startswith("__") and not name.endswith("__"):
            return f"_{self._class_name.lstrip('_')}{name}"
        return name

    def defaults(self, arguments: ast.arguments) -> None:
        """Defaults belong to the scope around a function."""
        arguments.defaults = [self.visit(d) for d in arguments.defaults]
        arguments.kw_defaults = [d and self.visit(d) for d in arguments.kw_defaults]

    def visit_Lambda(self, node: ast.Lambda) -> ast.AST:
        self.defaults(node.args)
        self.lambda_(node)
        return node

    def lambda_(self, node: ast.Lambda) -> None:
        """Transform the body of a lambda."""
        inner = bindings([node.body])
        self._scopes.append(Scope("function", parameters(node.args) | inner.bound))
        lazy, self._no_walrus = self._no_walrus, 0
        node.body = self.visit(node.body)
        self._no_walrus = lazy
        self._scopes.pop()

    def _comprehension(self, node: ast.expr) -> ast.AST:
        generators: list[ast.comprehension] = node.generators  # type: ignore[attr-defined]
        before = self._functions[-1].assigned if self._functions else 0
        for position, generator in enumerate(generators):
            # The first iterable is evaluated outside; the names of the others see all targets.
            if position == 1:
                names = set().union(*(target_names(g.target) for g in generators))
                self._scopes.append(Scope("comprehension", names))
            self._no_walrus += 1
            iterable = self.visit(generator.iter)
            self._no_walrus -= 1
            generator.iter = hook("items", iterable, iterable)
        if len(generators) == 1:
            self._scopes.append(Scope("comprehension", target_names(generators[0].target)))
        for generator in generators:
            generator.ifs = [self.visit(condition) for condition in generator.ifs]
        if isinstance(node, ast.DictComp):
            node.key, node.value = self.visit(node.key), self.visit(node.value)
        else:
            node.elt = self.visit(node.elt)  # type: ignore[attr-defined]
        self._scopes.pop()
        if self._functions:  # an empty one binds nothing
            self._functions[-1].assigned = before
        return node

    visit_ListComp = _comprehension
    visit_SetComp = _comprehension
    visit_DictComp = _comprehension
    visit_GeneratorExp = _comprehension

    # -- loads ----------------------------------------------------------------------------------

    def visit_Name(self, node: ast.Name) -> ast.AST:
        name = node.id
        if type(node.ctx) is ast.Load:
            doubts = self._doubts(name)
            if doubts is None:
                self.captured.add(name)
                return call(load(LIFT, node), [node, constant(name, node)], node)
            if doubts:
                return hook("name_", node, node, constant(name, node))
        elif self._scopes:
            scope = self._scopes[-1]
            if scope.live is not None:
                bit = scope.live.bits.get(name, 0)
                if isinstance(node.ctx, ast.Store):
                    scope.assigned |= bit
                else:
                    scope.assigned &= ~bit
        return node

    def visit_NamedExpr(self, node: ast.NamedExpr) -> ast.AST:
        self._walruses.append(node.target.id)
        node.value = self.visit(node.value)
        self.visit(node.target)
        return node

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        text = text_of(node)
        node.value = self._unlifted(node.value)
        if not isinstance(node.ctx, ast.Load):
            node.value = hook("target", node, node.value)
            return node
        arguments = [constant(self.mangled(node.attr), node), constant(text, node)]
        return call(load(ATTR, node), [node.value, *arguments], node)

    def _unlifted(self, node: ast.expr) -> ast.expr:
        """A callee or the object of an attribute: `attr` and `call` lift it where they must."""
        if not isinstance(node, ast.Name):
            return self.visit(node)  # type: ignore[no-any-return]
        doubts = self._doubts(node.id)
        if doubts is None:
            self.captured.add(node.id)
        elif doubts:
            return hook("name_", node, node, constant(node.id, node))
        return node

    def visit_Subscript(self, node: ast.Subscript) -> ast.AST:
        text = text_of(node)
        node.value = self.visit(node.value)
        node.slice = self.visit(node.slice)
        if not isinstance(node.ctx, ast.Load):
            node.value = hook("target", node, node.value)
            return node
        if type(node.slice) in _INDICES:
            return hook("item", node, node.value, node.slice, constant(text, node))
        return call(load(LIFT, node), [node, constant(text, node)], node)

    def visit_Call(self, node: ast.Call) -> ast.AST:
        if _is_fold(node):
            return self._fold(node)
        callee = self._unlifted(node.func)
        if isinstance(callee, ast.Name) and callee.id == "super" and not node.args:
            return node  # reads the frame that calls it
        node.args = [callee, *(self.visit(a) for a in node.args)]
        for keyword in node.keywords:
            keyword.value = self.visit(keyword.value)
        node.func = load(CALL, node)
        self._may_rebind()
        return node

    def _fold(self, node: ast.Call) -> ast.AST:
        """`sum(value for x in items)`: see folds.py."""
        made = node.args[0]
        assert isinstance(made, ast.GeneratorExp | ast.ListComp)
        clause = self._clause(made.generators, made.elt, node)
        facts = (isinstance(made, ast.ListComp), len(made.generators) > 1)
        shown = [constant(fact, node) for fact in facts]
        start = [self.visit(argument) for argument in node.args[1:]]
        folded = hook("folded", node, self._unlifted(node.func), clause, *shown, *start)
        self._may_rebind()
        return folded

    def _clause(self, clauses: list[ast.comprehension], value: ast.expr, like: ast.AST) -> ast.expr:
        """`clause(iterable, lambda x: value, lambda x: condition)`; an inner clause is a value."""
        first, inner = clauses[0], clauses[1:]
        iterable = self.visit(first.iter)
        parts = [lambda: self._clause(inner, value, like) if inner else self.visit(value)]
        if first.ifs:
            several = placed(ast.BoolOp, like, ast.And(), first.ifs)
            parts.append(lambda: self.truth(several if first.ifs[1:] else first.ifs[0]))
        made = [self._of_item(first.target, part, like) for part in parts]
        return hook("clause", like, iterable, *made)

    def _of_item(self, target: ast.expr, body: Callable[[], ast.expr], like: ast.AST) -> ast.expr:
        """`lambda x: body`; of several names `lambda item: [body for x, y in (item,)][0]`."""
        name = target.id if isinstance(target, ast.Name) else self.number()
        self._scopes.append(Scope("function", {name}))
        lazy, self._no_walrus = self._no_walrus, 0
        if isinstance(target, ast.Name):
            value = body()
        else:
            self._scopes.append(Scope("comprehension", target_names(target)))
            one = placed(ast.Tuple, like, [load(name, like)], LOAD)
            clause = ast.comprehension(target, one, [], 0)
            listed = placed(ast.ListComp, like, body(), [clause])
            value = placed(ast.Subscript, like, listed, constant(0, like), LOAD)
            self._scopes.pop()
        self._no_walrus = lazy
        self._scopes.pop()
        parameters = ast.arguments([], [placed(ast.arg, like, name)], None, [], [], None, [])
        return placed(ast.Lambda, like, parameters, value)

    def _may_rebind(self) -> None:
        """A call may run an inner function, which assigns to names as := does."""
        scope = self._scopes[-1] if self._scopes else None
        if scope is not None and scope.shared and scope.live is not None:
            bits, assigned = scope.live.bits, scope.assigned
            self._walruses += [n for n in sorted(scope.shared) if bits.get(n, 0) & assigned]

    def visit_Starred(self, node: ast.Starred) -> ast.AST:
        node.value = self.visit(node.value)
        if isinstance(node.ctx, ast.Load):
            node.value = hook("unpack", node, node.value)
        return node

    # -- truth ------------------------------------------------------------------------------------

    def truth(self, node: ast.expr) -> ast.expr:
        """An expression of which only the truth is wanted."""
        if isinstance(node, ast.BoolOp):
            return self.visit_BoolOp(node, True)
        if isinstance(node, ast.Compare):
            return self.visit_Compare(node, True)
        return self.visit(node)  # type: ignore[no-any-return]

    def _bound_since(self, known: int) -> list[str]:
        """The names that := has bound since, after a "" where they cannot be joined."""
        names = list(dict.fromkeys(self._walruses[known:]))
        scope = self._scopes[-1] if self._scopes else None
        if not names or (scope is not None and scope.flows and scope.live is not None):
            if names and scope is not None and scope.live is not None:
                for name in names:
                    scope.doubted |= scope.live.bits.get(name, 0)
            return names
        return ["", *names]

    def _kept(self, made: ast.expr, name: str, bound: list[str], like: ast.AST) -> ast.expr:
        """`(made, y := k.kept("y", y), ...)[0]`."""
        if not bound or not bound[0]:
            return made
        items = [made, *(self._named(name, "kept", one, like) for one in bound)]
        picked = placed(ast.Tuple, like, items, LOAD)
        return placed(ast.Subscript, like, picked, constant(0, like), LOAD)

    def _named(self, name: str, how: str, bound: str, like: ast.AST) -> ast.expr:
        value = attribute(name, how, like)
        arguments = [constant(bound, like), load(bound, like)]
        return bind(bound, call(value, arguments, like), like)

    def _short(
        self, both: str, first: ast.expr, rest: ast.expr, known: int, like: ast.AST
    ) -> ast.expr:
        """`first and rest`, `first or rest`; `both` ends with `_truth` if that is all wanted."""
        if self._no_walrus:
            return hook(both + "_lazily", like, first, lazily(rest, like))
        name = self.number()
        bound = self._bound_since(known)
        shown = [constant(one, like) for one in bound]
        made = bind(name, hook(both, like, first, *shown), like)
        then = attribute(name, "then", like)
        pick = member(made, "pick", like)
        return self._kept(call(pick, [either_of(then, rest, like)], like), name, bound, like)

    def visit_BoolOp(self, node: ast.BoolOp, truth: bool = False) -> ast.expr:
        of = self.truth if truth else self.visit
        values = [of(node.values[0])]
        before, known = self._functions[-1].assigned if self._functions else 0, len(self._walruses)
        values += [of(value) for value in node.values[1:]]
        if self._functions:
            self._functions[-1].assigned = before
        if self._generator and _yields(node):
            node.values = values
            return node
        name = "both" if isinstance(node.op, ast.And) else "either"
        result: ast.expr = values.pop()
        while values:
            result = self._short(name + "_truth" * truth, values.pop(), result, known, node)
        return result

    def visit_IfExp(self, node: ast.IfExp) -> ast.AST:
        node.test = self.truth(node.test)
        before, known = self._functions[-1].assigned if self._functions else 0, len(self._walruses)
        node.body, node.orelse = self.visit(node.body), self.visit(node.orelse)
        if self._functions:
            self._functions[-1].assigned = before
        if self._generator and _yields(node):
            return node
        if self._no_walrus:
            arms = [lazily(node.body, node), lazily(node.orelse, node)]
            return hook("choice_lazily", node, node.test, *arms)
        name = self.number()
        bound = self._bound_since(known)
        shown = [constant(one, node) for one in bound]
        made = bind(name, hook("choice", node, node.test, *shown), node)
        if bound and bound[0]:
            items = [*(self._named(name, "restored", one, node) for one in bound), node.orelse]
            arm = placed(ast.Tuple, node, items, LOAD)
            node.orelse = placed(ast.Subscript, node, arm, constant(-1, node), LOAD)
        then = either_of(attribute(name, "then", node), node.body, node)
        otherwise = either_of(attribute(name, "otherwise", node), node.orelse, node)
        picked = call(member(made, "pick", node), [then, otherwise], node)
        return self._kept(picked, name, bound, node)

    def visit_UnaryOp(self, node: ast.UnaryOp) -> ast.AST:
        if isinstance(node.op, ast.Not):
            return hook("not_", node, self.truth(node.operand))
        node.operand = self.visit(node.operand)
        return node

    def visit_Compare(self, node: ast.Compare, truth: bool = False) -> ast.expr:
        of_sequences = len(node.ops) == 1 and _may_be_sequences(node)
        operands: list[ast.expr] = [self.visit(node.left), self.visit(node.comparators[0])]
        if of_sequences:
            operator = constant(type(node.ops[0]).__name__, node)
            return hook("compared", node, operator, *operands)
        if len(node.ops) == 1 and type(node.ops[0]) not in _IDENTITY:
            node.left, node.comparators[0] = operands
            return node
        known = len(self._walruses)
        operands += [self.visit(x) for x in node.comparators[1:]]
        if len(node.ops) == 1:
            return _comparison(operands[0], node.ops[0], operands[1], node)
        if self._no_walrus:
            names = constant(tuple(type(op).__name__ for op in node.ops), node)
            lazy = [lazily(operand, operand) for operand in operands]
            return hook("chain", node, names, *lazy)
        kept = [operands[0]]  # each operand is evaluated once, and only if those before held
        for k, operand in enumerate(operands[1:-1], 1):
            if not isinstance(operand, ast.Constant):
                name = self.number()
                operands[k] = bind(name, operand, node)
                operand = load(name, node)
            kept.append(operand)
        last = len(node.ops) - 1
        result = _comparison(kept[last], node.ops[last], operands[last + 1], node)
        for k in range(last - 1, -1, -1):
            left = kept[k] if k else operands[0]
            first = _comparison(left, node.ops[k], operands[k + 1], node)
            result = self._short("both" + "_truth" * truth, first, result, known, node)
        return result

    # -- texts and generators -----------------------------------------------------------------

    def visit_JoinedStr(self, node: ast.JoinedStr) -> ast.AST:
        parts: list[ast.expr] = []
        for part in node.values:
            if isinstance(part, ast.FormattedValue):
                spec = part.format_spec and self.visit(part.format_spec)
                given = [constant(part.conversion, part), spec or constant(None, part)]
                part = placed(ast.Tuple, part, [self.visit(part.value), *given], LOAD)
            parts.append(part)
        return hook("joined", node, *parts)

    def visit_BinOp(self, node: ast.BinOp) -> ast.AST:
        formats = isinstance(node.op, ast.Mod) and (
            isinstance(node.left, ast.JoinedStr)
            or (isinstance(node.left, ast.Constant) and isinstance(node.left.value, str))
        )
        node.left, node.right = self.visit(node.left), self.visit(node.right)
        if formats:
            return hook("percent", node, node.left, node.right)
        return node

    def visit_Yield(self, node: ast.Yield) -> ast.AST:
        value = self.visit(node.value) if node.value else constant(None, node)
        node.value = hook("yielded", node, value)
        return node

    def visit_YieldFrom(self, node: ast.YieldFrom) -> ast.AST:
        node.value = hook("delegated", node, self.visit(node.value))
        return node


_FOLDS = frozenset({"sum", "any", "all", "min", "max"})


def _is_fold(node: ast.Call) -> bool:
    """Whether it is a call such as `sum(x for x in items)`, of names that bind nothing outside."""
    if not isinstance(node.func, ast.Name) or node.func.id not in _FOLDS or node.keywords:
        return False
    made = node.args[0] if 1 <= len(node.args) <= 2 else None
    if not isinstance(made, ast.GeneratorExp | ast.ListComp) or isinstance(
        node.args[-1], ast.Starred
    ):
        return False
    if any(isinstance(inner, _BINDING) for inner in ast.walk(made)):
        return False
    targets = [name for clause in made.generators for name in ast.walk(clause.target)]
    plain = (ast.Name, ast.Tuple, ast.List, ast.Store)
    return all(isinstance(t, plain) for t in targets) and not any(
        g.is_async for g in made.generators
    )


def _yields(node: ast.AST) -> bool:
    """Whether the expression itself yields; such a one stays as it is."""
    return any(isinstance(inner, ast.Yield | ast.YieldFrom | ast.Await) for inner in ast.walk(node))


_BINDING = (ast.NamedExpr, ast.Yield, ast.YieldFrom, ast.Await)
# What a key may be that is a number known at run time; it is visited already.
_INDICES = frozenset({ast.Name, ast.BinOp, ast.Call, ast.IfExp, ast.UnaryOp})
_IDENTITY = {ast.Is: "is_", ast.IsNot: "isnot_", ast.In: "in_", ast.NotIn: "notin_"}


# What may be a tuple; of elements such as `a[i]` it is not asked, since they are the commonest.
_MAY_BE_SEQUENCES = (ast.Name, ast.Attribute, ast.Call, ast.Tuple, ast.List)


def _may_be_sequences(node: ast.Compare) -> bool:
    """Whether two sequences may be compared: two tuples are seldom told by their syntax alone."""
    operands, op = (node.left, node.comparators[0]), type(node.ops[0])
    if op in _IDENTITY:
        return False
    if any(isinstance(operand, ast.Tuple | ast.List) for operand in operands):
        return True
    return op in (ast.Eq, ast.NotEq) and all(
        isinstance(operand, _MAY_BE_SEQUENCES)
        or (isinstance(operand, ast.Subscript) and isinstance(operand.slice, ast.Slice))
        for operand in operands
    )


def _comparison(left: ast.expr, op: ast.cmpop, right: ast.expr, like: ast.AST) -> ast.expr:
    name = _IDENTITY.get(type(op))
    if name is not None:
        return hook(name, like, left, right)
    if isinstance(op, ast.Eq | ast.NotEq):
        return hook("compared", like, constant(type(op).__name__, like), left, right)
    return placed(ast.Compare, like, left, [op], [right])


def visitors(*classes: type) -> dict[type[ast.AST], Callable[[Any, Any], Any]]:
    """The `visit_X` methods of the classes by the type of node that they are for."""
    found: dict[type[ast.AST], Callable[[Any, Any], Any]] = {}
    for cls in classes:
        for name, visitor in vars(cls).items():
            if name.startswith("visit_"):
                found[getattr(ast, name.removeprefix("visit_"))] = visitor
    return found


VISITORS: dict[type[ast.AST], Callable[[Any, Any], Any]] = visitors(Expressions)
