"""Typed expressions of whole arrays: operators, ufuncs, views, creation, selection, reductions.

Each array in scope has labels for its lengths: a number, what a parameter's shape says, or what a
slice makes of another label. Two arrays of equal labels have equal lengths whatever the arguments
are, so that nearly everything that is written broadcasts; a length that no label tells is used
with scalars and with itself only. Operations are those whose results are exact.
"""

from __future__ import annotations

import functools

import numpy as np

from .expressions import Dim, Dims, Expressions, Helped, Local
from .rules import DTYPE, NUMPY_NAME, STRONG, Op, is_inexact, kind, results

_GROUPS = ("arithmetic", "bits", "comparison")
_SLICES = {
    "less": ("1:", ":-1", "1:", "-1:0:-1", "-2::-1"),
    "half": ("::2", "::2"),
    "floor": ("1::2", "-2::-2"),
}


def length(dim: Dim) -> str:
    """A length as Python text."""
    if isinstance(dim, int):
        return str(dim)
    assert dim is not None
    how, of = dim
    if how == "text":
        return str(of)
    inner = length(of)  # type: ignore[arg-type]
    if how == "less":
        return f"max({inner} - 1, 0)"
    return f"({inner} + 1) // 2" if how == "half" else f"{inner} // 2"


def shape(dims: Dims) -> str:
    """A shape as Python text."""
    lengths = [length(dim) for dim in dims]
    return lengths[0] if len(lengths) == 1 else f"({', '.join(lengths)})"


@functools.cache
def _rows(wanted: str) -> dict[str, list[tuple[Op, tuple[str, ...]]]]:
    """The exact elementwise operations with a result of a type, and their operand types."""
    found: dict[str, list[tuple[Op, tuple[str, ...]]]] = {}
    for op, types in results()[wanted]:
        if op.group not in _GROUPS and not op.name.startswith("np."):
            continue
        if op.name in ("not", "np.sign") or is_inexact(op, types, wanted):
            continue
        if any(t in STRONG for t in types):
            found.setdefault(op.name, []).append((op, types))
    return found


def casts(given: str, to: str, casting: str = "same_kind") -> bool:
    """Whether NumPy stores one type in an array of another without losing its kind."""
    wide = {"bool": "b1", "int": "i1", "float": "f4", "complex": "c8"}
    return np.can_cast(DTYPE[wide.get(given, given)], DTYPE[to], casting)  # type: ignore[arg-type]


class ArrayExpressions(Expressions):
    """Makes expressions of arrays from `locals`, the arrays in scope."""

    locals: dict[str, Local]
    array_helpers: list[Helped]

    def arrays_like(
        self, wanted: str | None, dims: Dims | None, written: bool = False
    ) -> list[str]:
        """The names of arrays of a type and labels; None: any."""
        return [
            x.name
            for x in self.locals.values()
            if (wanted is None or x.type == wanted)
            and (dims is None or (x.dims == dims and x.known))
            and (x.written or not written)
        ]

    # -- arrays -------------------------------------------------------------------------------

    def array(self, wanted: str, dims: Dims, depth: int) -> str:
        """Text of an array of a type and labels, which may be a view."""
        roll = self.r.random()
        if depth <= 0 or roll < 0.15:
            return self.array_leaf(wanted, dims)
        helpers = [h for h in self.array_helpers if h.result == wanted and len(dims) == 1]
        if helpers and roll > 0.9:
            helper = self.r.choice(helpers)
            self.note("call with arrays", wanted)
            given = [self.array(t, dims, depth - 1) for t in helper.parameters]
            return f"{helper.name}({', '.join(given)})"
        if roll < 0.7:
            return self.elementwise(wanted, dims, depth)
        makers = (self.where, self.cast, self.fresh_array, self.turned, self.gathered)
        return self.r.choice(makers)(wanted, dims, depth)

    def array_leaf(self, wanted: str, dims: Dims) -> str:
        """A name, a view of one, or a new array."""
        same = self.arrays_like(wanted, dims)
        views = self.views(wanted, dims)
        if same and (not views or self.r.random() < 0.6):
            return self.r.choice(same)
        if views:
            self.note("view", wanted)
            return self.r.choice(views)
        return self.fresh_array(wanted, dims, 0)

    def views(self, wanted: str, dims: Dims) -> list[str]:
        """Views of arrays in scope that have the labels."""
        found = []
        for x in self.locals.values():
            if x.type != wanted:
                continue
            found += self._views_of(x, dims)
        return found

    def _views_of(self, x: Local, dims: Dims) -> list[str]:
        found = []
        if len(x.dims) == len(dims):
            parts = [self._slice(a, b) for a, b in zip(x.dims, dims, strict=True)]
            if x.known and all(parts):
                found.append(f"{x.name}[{', '.join(map(str, parts))}]")
            if x.known and len(dims) == 2 and x.dims == dims[::-1]:
                found.append(f"{x.name}.T")
        elif len(x.dims) == 2 and len(dims) == 1:
            if x.dims[1] == dims[0] and dims[0] is not None:
                found.append(f"{x.name}[{self.place(x, 0)}]")
            if x.dims[0] == dims[0] and dims[0] is not None:
                found.append(f"{x.name}[:, {self.place(x, 1)}]")
        elif len(x.dims) == 1 and len(dims) == 2 and None not in dims:
            if dims == (x.dims[0], 1):
                found.append(f"{x.name}[:, None]")
            if dims == (1, x.dims[0]):
                found.append(f"{x.name}[None]")
        return found

    def _slice(self, have: Dim, want: Dim) -> str:
        """A slice that makes one label of another, "" if there is none."""
        if have == want:
            return self.r.choice((":", ":", "::-1", "...", "::1")).replace("...", ":")
        if isinstance(want, tuple) and want[0] in _SLICES and want[1] == have:
            return self.r.choice(_SLICES[want[0]][: 3 if want[0] == "less" else 1])
        return ""

    def place(self, x: Local, axis: int) -> str:
        """An index into an axis; where it has no element, Python raises ZeroDivisionError."""
        count = f"{x.name}.shape[{axis}]" if axis else f"len({x.name})"
        index = self.integer_leaf(30)
        form = self.r.choice(("{} % {}", "-1 - {} % {}", "{} % {} - {}"))
        return form.format(index, count, count)

    def fresh_array(self, wanted: str, dims: Dims, depth: int) -> str:
        self.note("create", wanted)
        dtype, size = NUMPY_NAME[wanted], shape(dims)
        roll = self.r.random()
        if len(dims) == 1 and wanted in ("i8", "i4", "f8", "u2") and roll < 0.4:
            return f"np.arange({size}, dtype={dtype})"
        if roll < 0.55:
            return f"np.zeros({size}, {dtype})"
        if roll < 0.7:
            return f"np.ones({size}, dtype={dtype})"
        return f"np.full({size}, {self.expression(wanted, depth - 1)}, {dtype})"

    def elementwise(self, wanted: str, dims: Dims, depth: int) -> str:
        rows = _rows(wanted)
        if not rows:
            return self.array_leaf(wanted, dims)
        near = {x.type for x in self.locals.values()} | {"int", "float"}
        for attempt in range(6):
            op, types = self.r.choice(rows[self.r.choice(list(rows))])
            if attempt < 5 and not near.issuperset(types):
                continue
            return self.mapped(op, types, wanted, dims, depth)
        return self.array_leaf(wanted, dims)

    def mapped(self, op: Op, types: tuple[str, ...], wanted: str, dims: Dims, depth: int) -> str:
        """One operation with an array of the labels in it, the other operand broadcast or not."""
        self.note(f"array {op.name}", wanted)
        power = op.name in ("pow", "np.power")
        strong = [k for k, t in enumerate(types) if t in STRONG and not (power and k)]
        if not strong:
            return self.array_leaf(wanted, dims)
        main = self.r.choice(strong)
        operands = []
        for k, t in enumerate(types):
            if k == main:
                operands.append(self.array(t, dims, depth - 1))
            elif power and k:
                operands.append(self.operand(op, k, t, types, 0))
            elif t in STRONG and self.r.random() < 0.6:
                operands.append(self.array(t, self.broadcast(dims), depth - 1))
            elif t == "int" and kind(types[main]) in "iu":
                operands.append(self.fitting(types[main], depth - 1))
            else:
                operands.append(self.expression(t, depth - 1))
        return op.text.format(*operands)

    def broadcast(self, dims: Dims) -> Dims:
        """Labels of an operand that broadcasts to others."""
        roll = self.r.random()
        if roll < 0.7:
            return dims
        if len(dims) == 2:
            return self.r.choice(((dims[1],), (1, dims[1]), (dims[0], 1)))
        return (1,)

    def where(self, wanted: str, dims: Dims, depth: int) -> str:
        self.note("where", wanted)
        yes = self.array(wanted, dims, depth - 1)
        no = self.expression(wanted, 1) if self.r.random() < 0.3 else None
        no = no or self.array(wanted, self.broadcast(dims), depth - 1)
        return f"np.where({self.array('b1', dims, depth - 1)}, {yes}, {no})"

    def cast(self, wanted: str, dims: Dims, depth: int) -> str:
        there = [x.type for x in self.locals.values() if casts(x.type, wanted, "same_kind")]
        if kind(wanted) in "iu":
            there += [x.type for x in self.locals.values() if kind(x.type) in "biu"]
        given = self.r.choice(there or [wanted])
        self.note("astype", wanted)
        return f"({self.array(given, dims, depth - 1)}).astype({NUMPY_NAME[wanted]})"

    def turned(self, wanted: str, dims: Dims, depth: int) -> str:
        """A copy, or a view of a new array."""
        self.note("turned", wanted)
        inner = self.array(wanted, dims, depth - 1)
        # Whether a view happens to be contiguous, as one of length 1 is, decides nothing here.
        forms = ["({}).copy()", "({})[::-1]", "np.ascontiguousarray({}).copy()", "np.array({})"]
        if len(dims) == 2:
            turned = self.array(wanted, dims[::-1], depth - 1)
            return self.r.choice((f"({turned}).T", f"({inner})[:, ::-1]", f"({inner}).copy()"))
        if len(dims) == 1 and self.r.random() < 0.2:
            return f"np.concatenate(({inner}, {inner}))[:{length(dims[0])}]"
        return self.r.choice(forms).format(inner)

    def gathered(self, wanted: str, dims: Dims, depth: int) -> str:
        """Elements by an array of indices, which may repeat."""
        if len(dims) != 1:
            return self.array_leaf(wanted, dims)
        self.note("gather", wanted)
        source = self.array(wanted, dims, depth - 1)
        return f"({source})[{self.indices(dims)}]"

    def indices(self, dims: Dims) -> str:
        """An array of indices into an axis of a label, of that length."""
        count = length(dims[0])
        whole = f"np.arange({count})"
        return self.r.choice(
            (
                f"{whole}[::-1]",
                whole,
                f"{whole} // 2",
                f"{whole} - {count}",
                f"{whole} & 1 & {whole}",
            )
        )

    # -- numbers out of arrays ------------------------------------------------------------------

    def leaf(self, wanted: str) -> str:
        if self.locals and self.r.random() < 0.25:
            text = self.reduced(wanted)
            if text:
                return text
        return super().leaf(wanted)

    def reduced(self, wanted: str) -> str:
        """A number of a type made of an array in scope, "" if none gives it."""
        found: list[str] = []
        for x in self.locals.values():
            if x.type == wanted:
                index = ", ".join(self.place(x, k) for k in range(len(x.dims)))
                found.append(f"{x.name}[{index}]")
                if kind(wanted) in "iu":
                    found += [f"{x.name}.max()", f"np.min({x.name})"]
                if kind(wanted) == "f":  # + 0.0: which of two zeros it is depends on places
                    found += [f"({x.name}.max() + 0.0)", f"(np.min({x.name}) + 0.0)"]
                if wanted in ("i8", "u8"):
                    found += [f"{x.name}.sum()", f"np.prod({x.name})"]
            signed, unsigned = kind(x.type) in "bi", kind(x.type) == "u"
            if (wanted == "i8" and signed) or (wanted == "u8" and unsigned):
                found.append(f"{x.name}.sum()")
            if wanted == "b1":
                found += [f"{x.name}.any()", f"np.all({x.name})", f"({x.name} == {x.name}).all()"]
            if wanted == "i8" and kind(x.type) != "c":
                found += [f"{x.name}.argmax()", f"np.argmin({x.name})"]
        if not found:
            return ""
        text = self.r.choice(found)
        self.note("reduce" if "(" in text.partition("[")[0] else "local load", wanted)
        return text

    def integer_leaf(self, bits: int) -> str:
        if bits > 8 and self.locals and self.r.random() < 0.15:
            x = self.r.choice(list(self.locals.values()))
            self.note("len", "int")
            forms = (f"len({x.name})", f"{x.name}.size", f"{x.name}.shape[0]")
            return self.r.choice(forms)
        return super().integer_leaf(bits)
