"""Whole kernels: helpers, a kernel that may call them, and arguments for it, all as Python text.

A case is made from (seed, number) alone. All its argument sets have the same ranks and layouts, so
that one specialisation serves them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random

from . import values
from .array_statements import ArrayStatements
from .expressions import MINIMUM_LENGTH, Array, Dim, Dims, Expressions, Features, Local, Name
from .rules import STRONG, TYPES, kind
from .statements import Frame, Helper, Returned

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


class Writer(ArrayStatements):
    """Writes one case."""

    def __init__(self, r: Random, features: Features, name: str) -> None:
        super().__init__(r, features)
        self.name = name
        self.helpers: list[Helper] = []
        self.array_helpers = []
        self.locals = {}
        self.lengths: dict[Dim, int] = {}  # of the arguments that are being written
        self.comptime: list[str] = []
        self.lines: list[str] = []
        self.indent = 0
        self.budget = 0
        self.frame = Frame((), False)
        self.palette = r.sample(TYPES, r.randint(2, 5))
        if r.random() < features.arrays:
            self.share = r.choice((0.3, 0.6, 0.8))

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

    def begin(self, parameters: Sequence[Name | Array | Local], frame: Frame) -> None:
        self.indent = 0
        self.frame = frame
        self.locals = {p.name: p for p in parameters if isinstance(p, Local)}
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

    def parameters(self) -> list[Name | Array | Local]:
        r = self.r
        found: list[Name | Array | Local] = []
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
        return [*found, *self.local_parameters(shorts)] if self.share else found

    def local_parameters(self, shorts: list[str]) -> list[Local]:
        """Arrays of any lengths, some of which are equal by construction."""
        r = self.r
        found: list[Local] = []
        for k in range(r.randint(1, 3)):
            ndim = r.choice((1, 1, 2))
            own: Dims = tuple(("text", f"d{k}.shape[{axis}]") for axis in range(ndim))
            others = [x.dims for x in found] or [own]
            dims = r.choice((own, r.choice(others), r.choice(others)))
            if len(dims) == 2 and r.random() < 0.2:
                dims = (dims[0], dims[0])
            layout = r.choices(("C", "F", "S"), (6, 2 if len(dims) == 2 else 0, 2))[0]
            short = r.choice([*shorts, *(x.type for x in found)])
            found.append(Local(f"d{k}", short, dims, layout))
        return found

    def local_argument(self, x: Local) -> str:
        """An array, which may share the memory of the one before."""
        lengths = tuple(
            self.lengths.setdefault(dim, self.r.choice((0, 1, 1, 2, 2, 3, 3, 3, 4, 4, 5, 5, 9)))
            for dim in x.dims
        )
        return values.array(self.r, x.type, lengths, x.layout)

    def argument(self, parameter: Name | Array | Local) -> str:
        r = self.r
        if isinstance(parameter, Local):
            return self.local_argument(parameter)
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

    def arguments(self, parameters: list[Name | Array | Local], constant: str, shared: bool) -> str:
        """One argument tuple; in a `shared` one, arrays of one type and lengths are one memory."""
        self.lengths = {}
        memory: dict[tuple[str, Dims], str] = {}
        texts = []
        for p in parameters:
            text = self.argument(p)
            if shared and isinstance(p, Local):
                there = memory.get((p.type, p.dims))
                if there is None:
                    memory[p.type, p.dims] = f"m{len(memory)}"
                    text = f"(m{len(memory) - 1} := {text})"
                else:
                    text = there + self.r.choice(("", "[::-1]", "[:]"))
            texts.append(text)
        return f"({', '.join([*texts, constant])},)"

    # -- the kernel -----------------------------------------------------------------------------

    def case(self) -> Case:
        for k in range(self.r.choice((0, 0, 0, 1, 1, 2))):
            self.write_helper(f"{self.name}_h{k}")
        parameters = self.parameters()
        local = [p for p in parameters if isinstance(p, Local)]
        if local and self.r.random() < 0.3:
            types = [self.r.choice(local).type for _ in range(self.r.randint(1, 2))]
            self.write_array_helper(f"{self.name}_a0", types)
        comptime = Name("m", "int", 2, fixed=True)
        returns: tuple[Returned, ...] = tuple(
            self.parameter_type() for _ in range(self.r.choice((0, 1, 1, 1, 2, 3)))
        )
        changing = [p for p in parameters if isinstance(p, Name) and not p.fixed]
        if changing and self.r.random() < 0.7:
            returns = (*changing, *returns[:1])
        if local and self.r.random() < 0.7:
            returns = (*returns[:2], *self.r.choices(local, k=self.r.randint(1, 2)))
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
        shared = len(local) > 1 and self.r.random() < 0.05
        arguments = [self.arguments(parameters, constant, shared) for _ in range(ARGUMENT_SETS)]
        text = "\n".join(self.lines) + "\n"
        return Case(self.name, text, arguments, self.loose_exact, self.used)


def hint(parameter: Name | Array | Local) -> str:
    """The annotation of a parameter."""
    if isinstance(parameter, Local):
        return f"nm.{parameter.type}[{', '.join([':'] * len(parameter.dims))}]"
    if isinstance(parameter, Array):
        return f"nm.{parameter.type}[{', '.join([':'] * parameter.ndim)}]"
    return f"nm.{parameter.type}" if parameter.type in STRONG else parameter.type


def from_random(r: Random, name: str = "k0", features: Features | None = None) -> Case:
    """A case drawn from `r`, which may be one of hypothesis."""
    return Writer(r, features or Features(), name).case()


def make(seed: int, number: int, features: Features | None = None) -> Case:
    """Case `number` of `seed`; always the same."""
    return from_random(Random(f"{seed}/{number}"), f"k{number}", features)
