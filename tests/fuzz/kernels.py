"""Whole kernels: helpers, a kernel that may call them, and arguments for it, all as Python text.

A case is made from (seed, number) alone. All its argument sets have the same ranks and layouts, so
that one specialisation serves them.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from random import Random

from . import values
from .expressions import MINIMUM_LENGTH, Array, Expressions, Features, Name
from .rules import STRONG, TYPES, kind
from .statements import Frame, Helper, Statements

ARGUMENT_SETS = 4
_INTEGERS = ("i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8")


@dataclass
class Case:
    """One kernel: source of its functions, and argument tuples as text to evaluate."""

    name: str
    source: str
    arguments: list[str]
    loose_exact: bool = False
    used: Counter[tuple[str, str, str]] = field(default_factory=Counter)


class Writer(Statements):
    """Writes one case."""

    def __init__(self, r: Random, features: Features, name: str) -> None:
        super().__init__(r, features)
        self.name = name
        self.helpers: list[Helper] = []
        self.comptime: list[str] = []
        self.lines: list[str] = []
        self.indent = 0
        self.budget = 0
        self.frame = Frame((), False)
        self.palette = r.sample(TYPES, r.randint(2, 5))

    # -- functions ----------------------------------------------------------------------------

    def parameter_type(self) -> str:
        return self.r.choice(self.palette if self.r.random() < 0.8 else TYPES)

    def body(self, count: int, depth: int) -> None:
        if self.block(count, depth):
            self.write_return()

    def write_helper(self, name: str) -> None:
        parameters: list[Name | Array] = [
            Name(f"p{k}", self.parameter_type(), 20) for k in range(self.r.randint(1, 3))
        ]
        if self.r.random() < 0.3:
            short = self.r.choice([t for t in self.palette if t in STRONG] or ["f8"])
            parameters.append(Array("b", short, 1, "C"))
        result = self.parameter_type()
        self.begin(parameters, Frame((result,), False))
        self.line(f"def {name}({', '.join(p.name for p in parameters)}):")
        self.indent = 1
        self.construct = ["helper"]
        self.budget = 6
        self.body(self.r.randint(0, 3), 2)
        self.lines += ["", ""]
        self.helpers.append(Helper(name, parameters, result))

    def begin(self, parameters: list[Name | Array], frame: Frame) -> None:
        self.indent = 0
        self.frame = frame
        self.scope.names = {p.name: p for p in parameters if isinstance(p, Name)}
        self.scope.arrays = [p for p in parameters if isinstance(p, Array)]

    def expression(self, wanted: str, depth: int, inexact: bool = False, bits: int = 63) -> str:
        if depth > 0 and self.r.random() < 0.06:
            for helper in self.r.sample(self.helpers, len(self.helpers)):
                if helper.result == wanted and bits > helper.bits:
                    call = self.call(helper, depth)
                    if call:
                        return call
        return super().expression(wanted, depth, inexact, bits)

    def call(self, helper: Helper, depth: int) -> str:
        """A call of a helper, "" where no array fits."""
        arguments = []
        for parameter in helper.parameters:
            if isinstance(parameter, Array):
                fitting = [
                    a
                    for a in self.scope.arrays
                    if (a.type, a.ndim, a.index) == (parameter.type, 1, False) and not a.sink
                ]
                if not fitting:
                    return ""
                arguments.append(self.r.choice(fitting).name)
            else:
                arguments.append(
                    Expressions.expression(
                        self, parameter.type, min(depth - 1, 1), bits=parameter.bits
                    )
                )
        self.note("call", helper.result)
        return f"{helper.name}({', '.join(arguments)})"

    # -- parameters ---------------------------------------------------------------------------

    def parameters(self) -> list[Name | Array]:
        r = self.r
        found: list[Name | Array] = []
        shorts = [t for t in self.palette if t in STRONG] or ["f8"]
        for k in range(r.randint(1, 3)):
            ndim = 1 if r.random() < 0.75 else 2
            layout = r.choices(("C", "F", "S"), (6, 2 if ndim == 2 else 0, 2))[0]
            found.append(Array(f"a{k}", r.choice(shorts), ndim, layout))
        if r.random() < 0.5:
            sink = r.choice(("f4", "f8", "c8", "c16", *shorts))
            found.append(Array("out", sink, 1, "C", sink=True))
        if r.random() < 0.2:
            found.append(Array("at", r.choice(_INTEGERS), 1, "C", index=True))
        for k in range(r.randint(1, 4)):
            wanted = self.parameter_type()
            found.append(Name(f"s{k}", wanted, r.choice((7, 20, 63))))
        if r.random() < 0.5:
            found.append(Name("k", r.choice((*_INTEGERS, "int")), 2, fixed=True, index=True))
        if r.random() < 0.6:
            found.append(Name("n", "int", r.choice((3, 7, 63)), fixed=r.random() < 0.5))
        return found

    def argument(self, parameter: Name | Array) -> str:
        r = self.r
        if isinstance(parameter, Array):
            shape = tuple(
                r.randint(MINIMUM_LENGTH, MINIMUM_LENGTH + 3) for _ in range(parameter.ndim)
            )
            return values.array(r, parameter.type, shape, parameter.layout, parameter.index)
        if parameter.index:
            low = 0 if kind(parameter.type) == "u" else -MINIMUM_LENGTH
            text = str(r.randint(low, MINIMUM_LENGTH - 1))
            return text if parameter.type == "int" else values.strong(parameter.type, text)
        return values.scalar(r, parameter.type, parameter.bits)

    # -- the kernel -----------------------------------------------------------------------------

    def case(self) -> Case:
        for k in range(self.r.choice((0, 0, 0, 1, 1, 2))):
            self.write_helper(f"{self.name}_h{k}")
        parameters = self.parameters()
        comptime = Name("m", "int", 2, fixed=True)
        returns: tuple[str | Name, ...] = tuple(
            self.parameter_type() for _ in range(self.r.choice((0, 1, 1, 1, 2, 3)))
        )
        changing = [p for p in parameters if isinstance(p, Name) and not p.fixed]
        if changing and self.r.random() < 0.7:
            returns = (*changing, *returns[:1])
        self.begin([*parameters, comptime], Frame(returns, True))
        self.comptime = ["m"]
        hints = [f"{p.name}: {hint(p)}" for p in parameters]
        hints.append(self.r.choice(("m", "m: nm.comptime")))
        self.line(f"def {self.name}({', '.join(hints)}):")
        self.indent = 1
        self.construct = ["straight"]
        self.budget = self.r.choice((4, 8, 8, 14))
        self.body(self.r.randint(1, 7), 3)
        constant = str(self.r.randint(0, 3))
        arguments = [
            "(" + ", ".join([*(self.argument(p) for p in parameters), constant]) + ")"
            if parameters
            else f"({constant},)"
            for _ in range(ARGUMENT_SETS)
        ]
        text = "\n".join(self.lines) + "\n"
        return Case(self.name, text, arguments, self.loose_exact, self.used)


def hint(parameter: Name | Array) -> str:
    """The annotation of a parameter."""
    if isinstance(parameter, Array):
        return f"nm.{parameter.type}[{', '.join([':'] * parameter.ndim)}]"
    return f"nm.{parameter.type}" if parameter.type in STRONG else parameter.type


def from_random(r: Random, name: str = "k0", features: Features | None = None) -> Case:
    """A case drawn from `r`, which may be one of hypothesis."""
    return Writer(r, features or Features(), name).case()


def make(seed: int, number: int, features: Features | None = None) -> Case:
    """Case `number` of `seed`; always the same."""
    return from_random(Random(f"{seed}/{number}"), f"k{number}", features)
