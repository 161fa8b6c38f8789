"""Forms of sorting, searching, selecting and sets."""

from __future__ import annotations

from tests.numpy.operands import Operand

from .form import Forms, forms

A, REAL = Operand(values="plain"), Operand("fiub")
MASK = Operand("b1", shape="same a")
WRITABLE = ("C", "F", "strided", "reversed")
INDEX = Operand("i8 u1 i4", (1, 2, 0), values="beyond")
LINE = Operand("fi", (1,))
SETS = {"a": Operand("fiub", (1, 2), values="plain"), "b": Operand("fi", (1, 2), values="plain")}

FORMS: dict[str, Forms] = {
    "np.sort": forms(
        *("np.sort(a)", "np.sort(a, axis=0)", "np.sort(a, axis=None)", "np.sort(a, kind='stable')"),
        "a = a.copy()\na.sort()\nreturn a",
        "a = a.copy()\na.sort(axis=0)\nreturn a",
        a=REAL,
    ),
    "np.argsort": forms(
        *("np.argsort(a, kind='stable')", "np.argsort(a, axis=0, kind='stable')"),
        "a.argsort(kind='stable')",
        a=REAL,
    ),
    "np.partition": forms(
        "np.partition(v, 0)", v=Operand("f8", (1,), "free"), refused=True, text=False
    ),
    "np.argpartition": forms(
        "np.argpartition(v, 0)", v=Operand("f8", (1,)), refused=True, text=False
    ),
    "np.searchsorted": forms(
        *("np.searchsorted(v, a)", "np.searchsorted(v, a, side='right')"),
        *("np.searchsorted(v, x)", "v.searchsorted(a)", "np.searchsorted(v, a, sorter=s)"),
        v=Operand("f8 i8 f4", (1,), values="sorted"),
        a=Operand("f8 i8 f4", values="plain"),
        s=Operand("i8", (1,), "same v", values="index"),
        x=Operand("f8", hint="nm.f8"),
    ),
    "np.digitize": forms(
        "np.digitize(a, v)",
        "np.digitize(a, v, right=True)",
        v=Operand("f8 i8", (1,), values="sorted"),
        a=Operand("f8 i8", values="plain"),
    ),
    "np.nonzero": forms("np.nonzero(a)", "a.nonzero()", a=Operand(), memory=False),
    "np.flatnonzero": forms("np.flatnonzero(a)", a=Operand()),
    "np.argwhere": forms("np.argwhere(a)", a=Operand()),
    "np.take": forms(
        *("np.take(a, i)", "np.take(a, i, axis=0)", "np.take(a, i, axis=-1)", "a.take(i)"),
        *("np.take(a, i, mode='wrap')", "np.take(a, i, axis=0, mode='clip')", "np.take(a, 1)"),
        *("np.take(a, [0, -1], axis=0)",),
        a=A,
        i=INDEX,
    ),
    "np.unravel_index": forms(
        *("np.unravel_index(i, (2, 3))", "np.unravel_index(i, (4, 1, 2), order='F')"),
        "np.unravel_index(i, a.shape)[0]",
        a=Operand("f8", (2, 1, 3)),
        i=Operand("i8 i4 u1", (1, 2, 0), values="count"),
        memory=False,
    ),
    "np.ravel_multi_index": forms(
        *("np.ravel_multi_index((i, i), (3, 4))", "np.ravel_multi_index((i, 1, i), (2, 3, 4))"),
        "np.ravel_multi_index((i, i), (3, 4), order='F')",
        i=Operand("i8 i4 u1", (1, 2, 0), values="count"),
        memory=False,
    ),
    "np.put": forms(
        *("np.put(a, i, 7)\nreturn a", "np.put(a, i, w, mode='wrap')\nreturn a"),
        *("a.put(i, w, mode='clip')\nreturn a",),
        a=Operand("fiu", values="plain", layouts=WRITABLE),
        i=INDEX,
        w=Operand("f8 i8", (1,), values="plain"),
        text=False,
    ),
    "np.take_along_axis": forms(
        *("np.take_along_axis(a, i, 0)", "np.take_along_axis(a, i, axis=-1)"),
        "np.take_along_axis(a, np.argsort(a, axis=0, kind='stable'), 0)",
        a=Operand("fi", (1, 2)),
        i=Operand("i8 i4", (1, 2), "same a", values="beyond"),
        text=False,
    ),
    "np.put_along_axis": forms(
        "np.put_along_axis(a, i, 9, 0)\nreturn a",
        text=False,
        a=Operand("fi", (1, 2), layouts=WRITABLE),
        i=Operand("i8", (1, 2), "same a", values="beyond"),
    ),
    "np.compress": forms(
        *("np.compress(c, a, axis=0)", "np.compress(c, a)", "a.compress(c, axis=-1)"),
        a=A,
        c=Operand("b1 i8", (1,), values="count"),
    ),
    "np.extract": forms("np.extract(m, a)", a=A, m=MASK),
    "np.place": forms(
        "np.place(a, m, w)\nreturn a",
        a=Operand("fi", layouts=WRITABLE),
        m=MASK,
        w=Operand("f8 i8", (1,), values="plain"),
    ),
    "np.unique": forms(
        *("np.unique(a)", "np.unique(a, return_counts=True)", "np.unique(a, return_index=True)"),
        *("np.unique(a, return_inverse=True)",),
        a=Operand("fiub"),
    ),
    "np.isin": forms("np.isin(a, b)", "np.isin(a, b, invert=True)", "np.isin(a, [1, 2])", **SETS),
    "np.union1d": forms("np.union1d(a, b)", **SETS),
    "np.intersect1d": forms("np.intersect1d(a, b)", **SETS),
    "np.setdiff1d": forms("np.setdiff1d(a, b)", **SETS),
    "np.copyto": forms(
        *("np.copyto(a, b)\nreturn a", "np.copyto(a, b, where=m)\nreturn a"),
        "np.copyto(a, 3)\nreturn a",
        a=Operand(layouts=WRITABLE),
        b=Operand(shape="like a"),
        m=MASK,
        text=False,
    ),
}
