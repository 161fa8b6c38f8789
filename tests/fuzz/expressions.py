"""Typed expressions: text of a wanted type, made of what is in scope.

What docs/differences.md lists is avoided by construction. A Python int carries the number of bits
it may need, so that no operation leaves 64; indices are in range; where a result may differ in the
last digits (`rules.is_inexact`) it is the whole expression and goes to a place that nothing reads.
"""

from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random

from .rules import BY_NAME, STRONG, Op, is_inexact, kind, result_type, results

_GROUPS = ("arithmetic", "arithmetic", "arithmetic", "bits", "comparison", "cast", "function")
MINIMUM_LENGTH = 4


@dataclass
class Array:
    """An array parameter; a sink is written only, so that inexact values may go there."""

    name: str
    type: str
    ndim: int
    layout: str
    sink: bool = False
    index: bool = False  # its elements are indices into any array


@dataclass
class Name:
    """A local name or scalar parameter; `bits` bounds a Python int."""

    name: str
    type: str
    bits: int = 63
    fixed: bool = False  # not to be assigned: a loop index, fuel
    index: bool = False  # in range for any array, negative or not


# A length: a number, ("text", how it is written), (what a slice makes, another), None if unknown.
Dim = int | tuple[str, object] | None
Dims = tuple[Dim, ...]


@dataclass
class Local:
    """A name of an array; `dims` label its lengths, `fixed` ones are never bound again."""

    name: str
    type: str
    dims: Dims
    layout: str = "C"
    fixed: bool = False
    written: bool = True  # may be written: no view that shows an element twice

    @property
    def known(self) -> bool:
        return None not in self.dims


@dataclass
class Helped:
    """A function of one-dimensional arrays of equal lengths, which returns another one."""

    name: str
    parameters: list[str]  # the types of their elements
    result: str


@dataclass
class Scope:
    """What an expression may use."""

    names: dict[str, Name] = field(default_factory=dict)
    arrays: list[Array] = field(default_factory=list)

    def copy(self) -> Scope:
        return Scope(dict(self.names), self.arrays)

    def of_type(self, wanted: str) -> list[Name]:
        return [name for name in self.names.values() if name.type == wanted]


@functools.cache
def _by_group(wanted: str) -> dict[str, dict[str, list[tuple[str, ...]]]]:
    """group -> name of the operation -> operand types, for one result type."""
    groups: dict[str, dict[str, list[tuple[str, ...]]]] = {}
    for op, types in results()[wanted]:
        groups.setdefault(op.group, {}).setdefault(op.name, []).append(types)
    return groups


@dataclass
class Features:
    """What the generated language has.

    `control`: run-time control flow with carried names. `mixed`: names that change their type,
    which may be refused where paths meet, so that no share of refusals is asked of such a run.
    `arrays`: the share of kernels that compute with whole arrays.
    """

    control: bool = True
    mixed: bool = False
    arrays: float = 0.5


class Expressions:
    """Makes expressions; counts the operations it used in `used`, as (op, type, construct)."""

    def __init__(self, r: Random, features: Features) -> None:
        self.r = r
        self.features = features
        self.scope = Scope()
        self.used: Counter[tuple[str, str, str]] = Counter()
        self.construct = ["straight"]
        self.loose_exact = False  # an operation that NumPy computes otherwise than libm

    # -- entry points -------------------------------------------------------------------------

    def expression(self, wanted: str, depth: int, inexact: bool = False, bits: int = 63) -> str:
        """Text of type `wanted`; `inexact` where a tolerance is allowed for the result."""
        if wanted == "int":
            return self.integer(bits, depth)
        if depth <= 0 or self.r.random() < 0.12:
            return self.leaf(wanted)
        if self.features.control and self.r.random() < 0.12:
            return self.choice(wanted, depth)
        groups = _by_group(wanted)
        group = self.r.choice([g for g in _GROUPS if g in groups] or list(groups))
        for _ in range(4):
            op = BY_NAME[self.r.choice(list(groups[group]))]
            if op.name == "not" and not self.features.control:
                continue
            types = self.operand_types(groups[group][op.name])
            if not is_inexact(op, types, wanted) or inexact:
                return self.apply(op, types, wanted, depth)
        return self.leaf(wanted)

    def condition(self, depth: int) -> str:
        """A run-time truth."""
        roll = self.r.random()
        if depth > 0 and roll < 0.15:
            self.note("chain", "bool")
            there = [n.type for n in self.scope.names.values() if kind(n.type) in "iuf"]
            wanted = self.r.choice(there or ["int"])
            parts = [self.expression(wanted, depth - 1) for _ in range(3)]
            signs = [self.r.choice(("<", "<=", "==", "!=", ">", ">=")) for _ in range(2)]
            if self.features.control:
                return f"({parts[0]} {signs[0]} {parts[1]} {signs[1]} {parts[2]})"
            return f"({parts[0]} {signs[0]} {parts[1]})"
        if self.features.control and depth > 0 and roll < 0.35:
            word = self.r.choice(("and", "or"))
            self.note(word, "bool")
            return f"({self.condition(depth - 1)} {word} {self.condition(depth - 1)})"
        if self.features.control and roll < 0.4:
            self.note("truth", "number")
            there = [n.type for n in self.scope.names.values() if kind(n.type) != "c"]
            return self.expression(self.r.choice(there or ["int"]), depth - 1)
        return self.expression(self.r.choice(("bool", "b1")), max(depth, 1))

    def choice(self, wanted: str, depth: int, bits: int = 63) -> str:
        """`x if c else y`, or `x and y` of one type."""
        yes = self.expression(wanted, depth - 1, bits=bits)
        no = self.expression(wanted, depth - 1, bits=bits)
        if self.r.random() < 0.7:
            self.note("ternary", wanted)
            return f"({yes} if {self.condition(depth - 1)} else {no})"
        word = self.r.choice(("and", "or"))
        self.note(f"value {word}", wanted)
        return f"({yes} {word} {no})"

    # -- parts --------------------------------------------------------------------------------

    def note(self, op: str, wanted: str) -> None:
        self.used[op, wanted, self.construct[-1]] += 1

    def operand_types(self, rows: Sequence[tuple[str, ...]]) -> tuple[str, ...]:
        """Rather types that are in scope than others."""
        if self.r.random() < 0.85:
            there = {name.type for name in self.scope.names.values()} | {"int"}
            there |= {array.type for array in self.scope.arrays if not array.sink}
            near = [types for types in rows if there.issuperset(types)]
            if near:
                return self.r.choice(near)
        return self.r.choice(list(rows))

    def apply(self, op: Op, types: tuple[str, ...], wanted: str, depth: int) -> str:
        self.note(op.name, wanted)
        if op.numpy and is_inexact(op, types, wanted):
            self.loose_exact = True
        strong = next((t for t in types if t in STRONG), None)
        operands = []
        for place, name in enumerate(types):
            if name == "int" and strong is not None and kind(strong) in "iu":
                operands.append(self.fitting(strong, depth - 1))
            else:
                operands.append(self.operand(op, place, name, types, depth - 1))
        return op.text.format(*operands)

    def operand(self, op: Op, place: int, name: str, types: tuple[str, ...], depth: int) -> str:
        """One operand; those that plain Python would raise for are mostly avoided."""
        weak = all(t not in STRONG for t in types)
        divides = op.name in ("truediv", "floordiv", "mod", "divmod0", "divmod1")
        if divides and weak and place == 1 and self.r.random() < 0.85:
            if name == "int":
                return f"({self.integer(61, depth)} % {self.r.randint(2, 9)} + 1)"
            if name == "float":
                return f"(abs({self.expression('float', depth)}) + {self.r.choice(('0.5', '1.0'))})"
            return self.literal(name)
        if (
            op.name in ("int()", "round", "math.floor", "math.ceil", "math.trunc")
            and kind(name) == "f"
        ):
            return self.bounded(name, depth)
        if op.name.startswith("nm.") and name in ("int", "float") and op.name[3] in "iu":
            if name == "int":
                return self.fitting(op.name[3:], depth)
            return f"(abs({self.expression(name, depth)}) % 100.0)"
        if op.name in ("lshift", "rshift") and place == 1 and weak:
            return f"({self.integer(20, depth)} & 7)"
        if op.name in ("pow", "np.power") and place == 1 and kind(name) in "i":
            return f"nm.{name}({self.r.randint(0, 3)})" if name in STRONG else "2"
        return self.expression(name, depth)

    def bounded(self, name: str, depth: int) -> str:
        """A float that an integer can hold; sometimes any float."""
        inner = self.expression(name, depth)
        if self.r.random() < 0.05:
            return inner
        if name == "float":
            return f"np.fmin(np.fmax(nm.f8({inner}), nm.f8(-99.5)), nm.f8(77.5))"
        return f"np.fmin(np.fmax({inner}, nm.{name}(-99.5)), nm.{name}(77.5))"

    def fitting(self, strong: str, depth: int) -> str:
        """A Python int that a narrow type holds, sometimes any."""
        roll = self.r.random()
        if roll < 0.03:
            return self.integer(63, depth)
        if roll < 0.6:
            return str(self.r.randint(0 if strong[0] == "u" else -9, 100))
        return f"({self.integer(62, depth)} % {self.r.randint(2, 100)})"

    # -- Python ints --------------------------------------------------------------------------

    def integer(self, bits: int, depth: int) -> str:
        """A Python int below 2**bits in magnitude, if its leaves keep their bounds."""
        if depth <= 0 or bits < 3:
            return self.integer_leaf(bits)
        makers = (
            self.sum_of_integers,
            self.sum_of_integers,
            self.product,
            self.quotient,
            self.masked,
            self.from_other,
            self.integer_function,
            self.index_value,
        )
        if self.features.control and self.r.random() < 0.1:
            return self.choice("int", depth, bits)
        return self.r.choice(makers)(bits, depth)

    def integer_leaf(self, bits: int) -> str:
        names = [name for name in self.scope.of_type("int") if name.bits <= bits]
        if names and self.r.random() < 0.75:
            return self.r.choice(names).name
        if bits > 4 and self.scope.arrays and self.r.random() < 0.3:
            array = self.r.choice(self.scope.arrays)
            self.note("len", "int")
            return f"len({array.name})" if self.r.random() < 0.5 else f"{array.name}.shape[-1]"
        limit = min(2 ** min(bits, 7) - 1, 50)
        return str(self.r.randint(-limit, limit)) if limit else "0"

    def sum_of_integers(self, bits: int, depth: int) -> str:
        sign = self.r.choice("+-")
        self.note("add" if sign == "+" else "sub", "int")
        left, right = self.integer(bits - 1, depth - 1), self.integer(bits - 1, depth - 1)
        return f"({left} {sign} {right})"

    def product(self, bits: int, depth: int) -> str:
        self.note("mul", "int")
        first = self.r.randint(1, bits - 1)
        return f"({self.integer(first, depth - 1)} * {self.integer(bits - first, depth - 1)})"

    def quotient(self, bits: int, depth: int) -> str:
        sign = self.r.choice(("//", "%"))
        self.note("floordiv" if sign == "//" else "mod", "int")
        if self.r.random() < 0.08:
            return f"({self.integer(bits, depth - 1)} {sign} {self.integer(bits, depth - 1)})"
        limit = min(2 ** min(bits - 1, 6), 60)
        divisor = self.r.choice([n for n in range(-limit, limit + 1) if n])
        return f"({self.integer(bits, depth - 1)} {sign} {divisor})"

    def masked(self, bits: int, depth: int) -> str:
        sign = self.r.choice(("&", "|", "^", ">>", "<<"))
        self.note({"&": "and", "|": "or", "^": "xor", ">>": "rshift", "<<": "lshift"}[sign], "int")
        if sign == "<<" and bits > 8:
            return f"({self.integer(bits - 8, depth - 1)} << ({self.integer(30, depth - 1)} & 7))"
        if sign in "><":
            return f"({self.integer(bits, depth - 1)} >> ({self.integer(30, depth - 1)} & 15))"
        return f"({self.integer(bits - 1, depth - 1)} {sign} {self.integer(bits - 1, depth - 1)})"

    def integer_function(self, bits: int, depth: int) -> str:
        name = self.r.choice(("min", "max", "abs", "gcd", "divmod", "pow"))
        self.note(name, "int")
        if name == "abs":
            return f"abs({self.integer(bits, depth - 1)})"
        if name == "pow" and bits > 6:
            return f"({self.integer(bits // 3, depth - 1)} ** {self.r.randint(0, 3)})"
        left, right = self.integer(bits, depth - 1), self.integer(bits, depth - 1)
        if name == "divmod":
            return f"divmod({left}, {self.r.randint(2, 7)})[{self.r.choice('01')}]"
        if name == "gcd":
            return f"math.gcd({left}, {right})"
        return f"{name if name != 'pow' else 'min'}({left}, {right})"

    def from_other(self, bits: int, depth: int) -> str:
        """int() of something else that fits."""
        if bits < 8:
            return self.integer_leaf(bits)
        wanted = self.r.choice(("bool", "b1", "i1", "u1", "f4", "f8", "float"))
        if bits >= 63:
            wanted = self.r.choice((wanted, "i8", "i4", "u4", "i2", "u2"))
        self.note("int()", wanted)
        if kind(wanted) == "f":
            call = self.r.choice(("int", "round", "math.floor", "math.ceil"))
            return f"{call}({self.bounded(wanted, depth - 1)})"
        return f"int({self.expression(wanted, depth - 1)})"

    # -- leaves, elements and indices -----------------------------------------------------------

    def leaf(self, wanted: str) -> str:
        names = self.scope.of_type(wanted)
        arrays = [a for a in self.scope.arrays if a.type == wanted and not a.sink]
        roll = self.r.random()
        if arrays and roll < 0.5:
            return self.element(self.r.choice(arrays))
        if names and roll < 0.92:
            return self.r.choice(names).name
        if wanted in STRONG and roll < 0.97:
            sources = [
                n.name
                for n in self.scope.names.values()
                if n.type in STRONG and result_type(f"nm.{wanted}", n.type)
            ]
            if sources:
                self.note(f"nm.{wanted}", wanted)
                return f"nm.{wanted}({self.r.choice(sources)})"
        if wanted in ("bool", "float", "complex") and roll < 0.95:
            sources = [
                n.name
                for n in self.scope.names.values()
                if result_type(f"{wanted}()", n.type) == wanted
            ]
            if sources:
                self.note(f"{wanted}()", wanted)
                return f"{wanted}({self.r.choice(sources)})"
        return self.literal(wanted)

    def literal(self, wanted: str) -> str:
        if kind(wanted) == "b":
            text = self.r.choice(("True", "False"))
        elif kind(wanted) == "f":
            text = self.r.choice(("0.5", "1.0", "-2.0", "3.25", "-0.0", "100.0", "1e-3"))
        elif kind(wanted) == "c":
            text = self.r.choice(("1j", "(2.0-1j)", "(0.5+0.25j)"))
        else:
            text = str(self.r.randint(0 if wanted[0] == "u" else -9, 9))
        return f"nm.{wanted}({text})" if wanted in STRONG else text

    def element(self, array: Array) -> str:
        self.note("load", array.type)
        indices = ", ".join(self.index() for _ in range(array.ndim))
        return f"{array.name}[{indices}]"

    def index_value(self, bits: int, depth: int) -> str:
        """The Python int that an index is."""
        weak = [n.name for n in self.scope.names.values() if n.index and n.type == "int"]
        return self.r.choice(weak) if weak else self.integer_leaf(bits)

    def index(self) -> str:
        """An index in the range of every array: -4 to 3."""
        roll = self.r.random()
        names = [n.name for n in self.scope.names.values() if n.index]
        weak = [n.name for n in self.scope.names.values() if n.index and n.type == "int"]
        if names and roll < 0.5:
            return self.r.choice(names)
        if weak and roll < 0.6:
            return f"-1 - ({self.r.choice(weak)} & 3)"
        arrays = [a for a in self.scope.arrays if a.index and a.ndim == 1]
        if arrays and roll < 0.7:
            return f"{self.r.choice(arrays).name}[{self.r.randint(-4, 3)}]"
        if roll < 0.8:
            return f"{self.integer_leaf(60)} % {MINIMUM_LENGTH}"
        return str(self.r.randint(-MINIMUM_LENGTH, MINIMUM_LENGTH - 1))
