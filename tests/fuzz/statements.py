"""Typed statements: blocks of assignments, stores and control flow that always end.

A name keeps its type. What is assigned in a block is used after it where every path binds it; a
loop runs seven times at most, a `while` burns fuel. `compiled` counts the run-time constructs that
are open: without the feature `control` nothing but stores and names of the body stands in them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from .expressions import MINIMUM_LENGTH, Array, Expressions, Local, Name
from .rules import STRONG, TYPES, kind, result_type

# A type, the name whose value is returned, or an array of whose type and lengths one is.
Returned = str | Name | Local

SIGNS = {
    "+": "add",
    "-": "sub",
    "*": "mul",
    "/": "truediv",
    "//": "floordiv",
    "%": "mod",
    "&": "and",
    "|": "or",
    "^": "xor",
}
_DEPTH = 3


@dataclass
class Helper:
    """A function that kernels inline: parameters, and the type it returns."""

    name: str
    parameters: list[Name | Array]
    result: str
    bits: int = 20


@dataclass
class Frame:
    """The function that is being written."""

    returns: tuple[Returned, ...]
    inexact: bool  # whether what it returns may be
    loops: list[str] = field(default_factory=list)  # "native", "compiled": the open loops
    compiled: int = 0
    names: int = 0


class Statements(Expressions):
    """Writes blocks; every `write_*` appends lines and may extend the scope."""

    helpers: list[Helper]
    frame: Frame
    comptime: list[str]  # compile-time parameters, Python ints
    lines: list[str]
    indent: int
    budget: int

    # -- blocks -------------------------------------------------------------------------------

    def line(self, text: str) -> None:
        self.lines.append("    " * self.indent + text)

    def block(self, count: int, depth: int) -> bool:
        """`count` statements; False where the end of the block is not reached."""
        before = len(self.lines)
        for _ in range(count):
            if self.budget <= 0:
                break
            self.budget -= 1
            if not self.statement(depth):
                return False
        if len(self.lines) == before:
            self.line("pass")
        return True

    def inner(self, construct: str, count: int, depth: int) -> bool:
        """A block of its own, indented; names that it binds are gone after it."""
        scope = self.scope
        self.scope = scope.copy()
        self.construct.append(construct)
        self.indent += 1
        reached = self.block(count, depth)
        self.indent -= 1
        self.construct.pop()
        self.scope = scope
        return reached

    def statement(self, depth: int) -> bool:
        carried = self.features.control or not self.frame.compiled
        makers: list[tuple[int, Callable[[int], bool | None]]] = [
            (6, self.write_store),
            (5, self.write_new_name),
        ]
        if carried:
            makers += [(6, self.write_assignment), (5, self.write_augmented), (2, self.write_swap)]
        if depth > 0:
            makers += [(2, self.write_static_if), (2, self.write_static_for), (3, self.write_for)]
        if depth > 0 and self.features.control:
            makers += [(7, self.write_if), (3, self.write_while), (2, self.write_bind_both)]
            makers += [(1, self.write_return_if), (1, self.write_raise_if)]
        if self.frame.loops and self.features.control:
            makers += [(3, self.write_jump_if)]
        weights = [weight for weight, _ in makers]
        ((_, make),) = self.r.choices(makers, weights)
        return make(depth) is not False

    # -- assignments --------------------------------------------------------------------------

    def fresh(self, kind_of_name: str = "v") -> str:
        self.frame.names += 1
        return f"{kind_of_name}{self.frame.names}"

    def some_type(self) -> str:
        """Rather a type that is in scope."""
        there = [n.type for n in self.scope.names.values()]
        there += [a.type for a in self.scope.arrays]
        return self.r.choice(there) if there and self.r.random() < 0.7 else self.r.choice(TYPES)

    def value_for(self, name: Name) -> str:
        return self.expression(name.type, self.r.randint(1, _DEPTH), bits=name.bits)

    def assignable(self) -> list[Name]:
        return [n for n in self.scope.names.values() if not n.fixed]

    def write_new_name(self, depth: int) -> None:
        name = Name(self.fresh(), self.some_type(), self.r.choice((8, 20, 40)))
        self.line(f"{name.name} = {self.value_for(name)}")
        self.scope.names[name.name] = name

    def write_assignment(self, depth: int) -> None:
        names = self.assignable()
        if not names:
            return self.write_new_name(depth)
        name = self.r.choice(names)
        if self.features.mixed and self.r.random() < 0.2:
            return self.write_other_type(name)
        self.note("assign", name.type)
        self.line(f"{name.name} = {self.value_for(name)}")
        return None

    def write_other_type(self, name: Name) -> None:
        """The name gets another type of its kind: merged with the old one, refused or right."""
        wanted = self.r.choice([t for t in TYPES if kind(t) == kind(name.type)])
        self.note("other type", wanted)
        self.line(f"{name.name} = {self.expression(wanted, 1, bits=name.bits)}")

    def write_augmented(self, depth: int) -> None:
        names = self.assignable()
        if not names:
            return self.write_new_name(depth)
        name = self.r.choice(names)
        if name.type == "int":
            return self.augment_integer(name)
        found = self.augmentation(name.type)
        if found is None:
            return self.write_assignment(depth)
        sign, operand = found
        self.note(f"{sign}=", name.type)
        self.line(f"{name.name} {sign}= {operand}")
        return None

    def augment_integer(self, name: Name) -> None:
        sign = self.r.choice(("+", "-", "//", "%", "&", "^", ">>"))
        self.note(f"{sign}=", "int")
        if sign in "+-^":
            operand = self.integer(max(name.bits - 10, 2), 1)
        elif sign in ("//", "%"):
            operand = str(self.r.choice((2, 3, 7, -2, -5)))
        else:
            operand = "7" if sign == "&" else "1"
        self.line(f"{name.name} {sign}= {operand}")

    def augmentation(self, wanted: str) -> tuple[str, str] | None:
        """An operation that keeps the type, and its operand."""
        for _ in range(6):
            sign = self.r.choice(list(SIGNS))
            other = self.r.choice((wanted, wanted, self.some_type()))
            if result_type(SIGNS[sign], wanted, other) != wanted:
                continue
            if kind(wanted) == "c" and sign in "*/":
                continue
            if wanted not in STRONG and sign in ("/", "//", "%"):
                return sign, self.r.choice(("2.0", "-3.0", "0.7"))
            if other == "int" and wanted in STRONG and kind(wanted) in "iu":
                return sign, self.fitting(wanted, 1)
            return sign, self.expression(other, self.r.randint(0, 2))
        return None

    def write_swap(self, depth: int) -> None:
        names = self.assignable()
        pairs = [
            (a, b)
            for a in names
            for b in names
            if a.name < b.name and a.type == b.type and a.bits == b.bits
        ]
        if not pairs:
            return self.write_augmented(depth)
        a, b = self.r.choice(pairs)
        self.note("swap", a.type)
        if self.r.random() < 0.6:
            self.line(f"{a.name}, {b.name} = {b.name}, {a.name}")
        else:
            self.line(f"{a.name}, {b.name} = {b.name}, {self.value_for(a)}")
        return None

    def write_store(self, depth: int) -> None:
        if not self.scope.arrays:
            return self.write_new_name(depth)
        array = self.r.choice([a for a in self.scope.arrays if not a.index] or self.scope.arrays)
        if array.index:
            return self.write_new_name(depth)
        indices = ", ".join(self.index() for _ in range(array.ndim))
        target = f"{array.name}[{indices}]"
        found = None
        if not array.sink and self.r.random() < 0.35:
            found = self.augmentation(array.type)
        if found is not None:
            self.note(f"[]{found[0]}=", array.type)
            self.line(f"{target} {found[0]}= {found[1]}")
            return None
        self.note("store", array.type)
        self.line(f"{target} = {self.stored(array)}")
        return None

    def stored(self, array: Array) -> str:
        if kind(array.type) in "iufc" and self.r.random() < 0.15:
            if kind(array.type) in "iu":
                return self.fitting(array.type, 1)
            weak = self.r.choice(("int", "float"))
            return self.expression(weak, 2, bits=20)
        return self.expression(array.type, self.r.randint(1, _DEPTH), inexact=array.sink)

    # -- compile-time control flow --------------------------------------------------------------

    def static_condition(self, index: str = "") -> str:
        pool = [*self.comptime, *([index] if index else [])] or ["2"]
        sign = self.r.choice(("<", "==", "!=", ">=", ">"))
        return f"{self.r.choice(pool)} {sign} {self.r.randint(0, 3)}"

    def write_static_if(self, depth: int) -> None:
        self.line(f"if {self.static_condition()}:")
        self.inner("static if", self.r.randint(1, 3), depth - 1)
        if self.r.random() < 0.5:
            self.line("else:")
            self.inner("static if", self.r.randint(1, 2), depth - 1)

    def write_static_for(self, depth: int) -> None:
        """A plain range of compile-time bounds: Python unrolls it."""
        index = self.fresh("i")
        start, stop, step = self.r.choice(((0, 3, 1), (0, 4, 2), (3, -1, -1), (-2, 2, 1)))
        bounds = f"{stop}" if (start, step) == (0, 1) else f"{start}, {stop}, {step}"
        self.line(f"for {index} in range({bounds}):")
        self.scope.names[index] = Name(index, "int", 2, fixed=True, index=True)
        if self.r.random() < 0.3:
            jump = self.r.choice(("break", "continue"))
            self.note(jump, "static")
            self.line(f"    if {self.static_condition(index)}:")
            self.line(f"        {jump}")
        self.frame.loops.append("native")
        self.inner("static for", self.r.randint(1, 3), depth - 1)
        self.frame.loops.pop()
        if self.r.random() < 0.15:
            self.line("else:")
            self.inner("static for else", 1, depth - 1)

    # -- run-time control flow ------------------------------------------------------------------

    def write_if(self, depth: int) -> bool:
        self.line(f"if {self.condition(2)}:")
        self.note("if", "")
        self.frame.compiled += 1
        reached = self.inner("if", self.r.randint(1, 3), depth - 1)
        while self.r.random() < 0.25:
            self.line(f"elif {self.condition(2)}:")
            reached |= self.inner("elif", self.r.randint(1, 2), depth - 1)
        if self.r.random() < 0.5:
            self.line("else:")
            reached |= self.inner("else", self.r.randint(1, 3), depth - 1)
        else:
            reached = True
        self.frame.compiled -= 1
        return reached

    def write_bind_both(self, depth: int) -> None:
        """A name that both arms bind and that was not there before."""
        name = Name(self.fresh(), self.some_type(), self.r.choice((8, 20, 40)))
        self.note("bind in both", name.type)
        self.frame.compiled += 1
        for head in (f"if {self.condition(2)}:", "else:"):
            self.line(head)
            self.line(f"    {name.name} = {self.value_for(name)}")
            if self.r.random() < 0.3:
                self.inner("bind in both", 1, depth - 1)
        self.frame.compiled -= 1
        self.scope.names[name.name] = name

    def small_bound(self) -> str:
        """A run-time count below 8."""
        roll = self.r.random()
        if self.scope.arrays and roll < 0.4:
            return f"len({self.r.choice(self.scope.arrays).name})"
        if roll < 0.7:
            return f"{self.integer_leaf(60)} & {self.r.choice((3, 7))}"
        return f"{self.integer(40, 1)} % {self.r.randint(2, 6)}"

    def loop_head(self) -> list[Name]:
        """Writes `for ... in ...:`; the names that it binds."""
        index = self.fresh("i")
        safe = Name(index, "int", 3, fixed=True, index=True)
        function = self.r.choice(("range", "nm.range")) if self.features.control else "nm.range"
        self.note(f"for {function}", "int")
        roll = self.r.random()
        if roll < 0.4:
            bound = f"min({self.small_bound()}, {MINIMUM_LENGTH})"
            self.line(f"for {index} in {function}({bound}):")
            return [safe]
        if roll < 0.6:
            self.line(f"for {index} in {function}({self.small_bound()}):")
            return [Name(index, "int", 3, fixed=True)]
        if roll < 0.85:
            step = self.r.choice(("1", "2", "-1", "-2", f"({self.integer_leaf(60)} & 1) + 1"))
            bounds = [f"({self.small_bound()})", f"({self.small_bound()})"]
            bounds[self.r.randint(0, 1)] = str(self.r.randint(-3, 6))
            self.line(f"for {index} in {function}({bounds[0]}, {bounds[1]}, {step}):")
            return [Name(index, "int", 4, fixed=True)]
        start, stop, step = self.r.choice(((0, 4, 1), (3, -1, -1), (-4, 4, 2), (2, 2, 1)))
        self.line(f"for {index} in {function}({start}, {stop}, {step}):")
        return [safe]

    def array_head(self) -> list[Name] | None:
        """A loop over arrays: elements, enumerate, zip, reversed."""
        arrays = [a for a in self.scope.arrays if a.ndim == 1 and not a.sink]
        if not arrays or not self.features.control:
            return None
        a, b = self.r.choice(arrays), self.r.choice(arrays)
        x, y, index = self.fresh("x"), self.fresh("y"), self.fresh("i")
        form = self.r.choice(("in", "enumerate", "zip", "reversed"))
        self.note(f"for {form}", a.type)
        first = Name(x, a.type, fixed=self.r.random() < 0.5)
        if form == "enumerate":
            self.line(f"for {index}, {x} in enumerate({a.name}):")
            return [Name(index, "int", 3, fixed=True), first]
        if form == "zip":
            self.line(f"for {x}, {y} in zip({a.name}, {b.name}):")
            return [first, Name(y, b.type, fixed=True)]
        iterable = a.name if form == "in" else f"reversed({a.name})"
        self.line(f"for {x} in {iterable}:")
        return [first]

    def write_for(self, depth: int) -> None:
        bound = (self.array_head() if self.r.random() < 0.25 else None) or self.loop_head()
        scope = self.scope
        self.scope = scope.copy()
        self.scope.names.update({name.name: name for name in bound})
        self.loop_body("for", depth)
        self.scope = scope
        if self.features.control and self.r.random() < 0.04:
            # Not bound where the loop runs zero times: UnboundLocalError, as in Python.
            self.note("last index", bound[0].type)
            self.scope.names[bound[0].name] = bound[0]

    def loop_body(self, construct: str, depth: int) -> None:
        self.frame.compiled += 1
        self.frame.loops.append("compiled")
        self.inner(construct, self.r.randint(1, 4), depth - 1)
        self.frame.loops.pop()
        if self.features.control and self.r.random() < 0.15:
            self.line("else:")
            self.inner(f"{construct} else", 1, depth - 1)
        self.frame.compiled -= 1

    def write_while(self, depth: int) -> None:
        fuel = self.fresh("fuel")
        self.note("while", "")
        self.line(f"{fuel} = {self.r.randint(1, 7)}")
        self.scope.names[fuel] = Name(fuel, "int", 3, fixed=True)
        form = self.r.random()
        if form < 0.5:
            parts = [f"{fuel} > 0", self.condition(1)]
            self.r.shuffle(parts)
            self.line(f"while {' and '.join(parts)}:")
        elif form < 0.8:
            self.line(f"while {fuel} > 0:")
        else:
            self.line("while True:")
            self.line(f"    if {fuel} <= 0 or {self.condition(1)}:")
            self.line("        break")
        self.line(f"    {fuel} -= 1")
        self.loop_body("while", depth)

    def write_jump_if(self, depth: int) -> bool:
        jump = self.r.choice(("break", "continue"))
        self.note(jump, "")
        self.line(f"if {self.condition(1)}:")
        self.frame.compiled += 1
        if self.r.random() < 0.3:
            self.inner("jump", 1, 0)
        self.line(f"    {jump}")
        self.frame.compiled -= 1
        return True

    def write_return_if(self, depth: int) -> None:
        self.note("return", "early")
        self.line(f"if {self.condition(1)}:")
        self.indent += 1
        self.write_return()
        self.indent -= 1

    def write_raise_if(self, depth: int) -> None:
        if self.r.random() < 0.5:
            self.note("assert", "")
            self.line(f'assert {self.condition(1)}, "asserted"')
            return
        self.note("raise", "")
        error = self.r.choice(("ValueError", "KeyError", "RuntimeError", "ArithmeticError"))
        self.line(f"if {self.condition(1)}:")
        self.line(f'    raise {error}("raised")')

    def write_return(self) -> None:
        values = [self.returned(wanted) for wanted in self.frame.returns]
        if len(values) == 1:
            self.line(f"return {values[0]}")
        elif values:
            self.line(f"return ({', '.join(values)})")
        else:
            self.line("return None")

    def returned(self, wanted: Returned) -> str:
        """One value that is returned."""
        if isinstance(wanted, Name):
            return wanted.name
        assert isinstance(wanted, str)
        depth = self.r.randint(1, _DEPTH)
        bits = 20 if not self.frame.inexact else 63
        return self.expression(wanted, depth, inexact=self.frame.inexact, bits=bits)
