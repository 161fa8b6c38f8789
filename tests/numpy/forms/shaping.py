"""Forms of functions that give arrays another shape, or join and cut them."""

from __future__ import annotations

from tests.numpy.operands import Operand

from .form import Forms, forms

A = Operand()
FI = Operand("fi")
K = Operand("i8", values="count", hint="int")
N = Operand("i8", values="plain", hint="nm.i8")
SAME = Operand("fib", shape="same a")
LIKE = Operand("fib", shape="like a")
MASK = Operand("b1", shape="same a")


def _joining(name: str, *more: str) -> Forms:
    return forms(
        *(f"np.{name}((a, b))", f"np.{name}([b, a, a])", f"np.{name}([a])", f"np.{name}((a, c))"),
        *(f"np.{name}((a, b), {rest})" for rest in more),
        a=Operand("fib"),
        b=SAME,
        c=LIKE,
    )


def _cutting(name: str, *more: str) -> Forms:
    return forms(
        *(f"np.{name}(a, 2)", f"np.{name}(a, [1, 2])", f"np.{name}(a, 1)"),
        *(f"np.{name}(a, {rest})" for rest in more),
        a=Operand("fi", (2, 1, 3)),
        text=False,
    )


FORMS: dict[str, Forms] = {
    "np.reshape": forms(
        *("np.reshape(a, -1).copy()", "np.reshape(a, (2, -1)) + 0", "a.reshape(k, -1) + 0"),
        *("np.reshape(a, a.shape[::-1]) + 0", "np.reshape(a, (-1,), order='F') + 0"),
        *("a.reshape(-1, 3) + 0", "a.reshape(24) + 0"),
        a=A,
        k=K,
    ),
    "np.ravel": forms(
        "np.ravel(a)", "a.ravel()", "np.ravel(a, order='F').copy()", "a.flatten()", a=A
    ),
    "np.transpose": forms(
        *("np.transpose(a)", "a.T", "np.transpose(a, (1, 0))", "a.transpose(0, 1, 2)"),
        a=A,
    ),
    "np.swapaxes": forms("np.swapaxes(a, 0, 1)", "a.swapaxes(0, -1)", a=A),
    "np.moveaxis": forms("np.moveaxis(a, 0, -1)", "np.moveaxis(a, (0, 1), (1, 0))", a=A),
    "np.rollaxis": forms("np.rollaxis(a, 1)", "np.rollaxis(a, 0, 2)", a=A),
    "np.matrix_transpose": forms("np.matrix_transpose(a)", a=A, text=False),
    "np.squeeze": forms(
        *("np.squeeze(a[None], 0)", "a[:, None].squeeze(1)"),
        a=Operand(shape="free", ndims=(2, 1, 3)),
    ),
    "np.expand_dims": forms("np.expand_dims(a, 0)", "np.expand_dims(a, (0, -1))", a=A),
    "np.broadcast_to": forms(
        *("np.broadcast_to(a, (2, 3, 4))", "np.broadcast_to(a, (2, *a.shape))"),
        "np.broadcast_to(a, (k, k))",
        text=False,
        a=A,
        k=K,
    ),
    "np.broadcast_arrays": forms(
        "np.broadcast_arrays(a, c)", a=A, c=LIKE, memory=False, text=False
    ),
    "np.broadcast_shapes": forms("np.broadcast_shapes(a.shape, c.shape)", a=A, c=LIKE, text=False),
    "np.atleast_1d": forms("np.atleast_1d(a)", "np.atleast_1d(a, 3)", a=A),
    "np.atleast_2d": forms("np.atleast_2d(a)", a=A),
    "np.atleast_3d": forms("np.atleast_3d(a)", a=A),
    "np.shape": forms("np.shape(a)", a=A),
    "np.ndim": forms("np.ndim(a)", a=A),
    "np.size": forms("np.size(a)", "np.size(a, 0)", a=A),
    "np.concatenate": _joining("concatenate", "axis=-1", "axis=None", "dtype=np.float64"),
    "np.stack": _joining("stack", "axis=1", "axis=-1"),
    "np.hstack": _joining("hstack"),
    "np.vstack": _joining("vstack"),
    "np.dstack": _joining("dstack"),
    "np.column_stack": _joining("column_stack"),
    "np.block": forms("np.block([a, b])", "np.block([[a, b], [b, a]])", a=FI, b=SAME),
    "np.append": forms(
        *("np.append(a, b)", "np.append(a, b, axis=0)", "np.append(a, 3)"), a=FI, b=SAME
    ),
    "np.insert": forms(
        *("np.insert(a, 1, 5)", "np.insert(a, 0, 7, axis=0)", "np.insert(a, -1, 2, axis=-1)"),
        *("np.insert(a, [0, 1], [3, 4])", "np.insert(a, k, 4)"),
        a=FI,
        k=K,
    ),
    "np.delete": forms(
        *("np.delete(a, 0)", "np.delete(a, 1, axis=0)", "np.delete(a, [0, 1], axis=-1)"),
        *("np.delete(a, k)", "np.delete(a, slice(0, 2))"),
        a=FI,
        k=K,
    ),
    "np.split": _cutting("split", "2, axis=-1"),
    "np.array_split": _cutting("array_split", "3", "2, axis=-1"),
    "np.hsplit": _cutting("hsplit"),
    "np.vsplit": _cutting("vsplit"),
    "np.dsplit": _cutting("dsplit"),
    "np.unstack": forms("np.unstack(np.reshape(a, (2, -1)).copy())", a=Operand("fi", (1, 2))),
    "np.flip": forms("np.flip(a)", "np.flip(a, 0)", "np.flip(a, axis=(0, 1))", a=A),
    "np.fliplr": forms("np.fliplr(a)", a=A),
    "np.flipud": forms("np.flipud(a)", a=A),
    "np.rot90": forms(
        "np.rot90(a)", "np.rot90(a, 2)", "np.rot90(a, -1, axes=(1, 0))", a=Operand(ndims=(2, 1, 3))
    ),
    "np.roll": forms(
        *("np.roll(a, 1)", "np.roll(a, -2, axis=0)", "np.roll(a, n)", "np.roll(a, n, axis=-1)"),
        "np.roll(a, (1, 2), axis=(0, 1))",
        a=A,
        n=N,
    ),
    "np.repeat": forms(
        *("np.repeat(a, 2)", "np.repeat(a, k, axis=0)", "np.repeat(a, 2, axis=-1)"),
        *("a.repeat(3)", "np.repeat(a, i, axis=0)"),
        a=A,
        k=K,
        i=Operand("i8", (1,), values="count"),
    ),
    "np.tile": forms(
        "np.tile(a, 2)", "np.tile(a, (2, 1))", "np.tile(a, k)", "np.tile(a, (k, 2))", a=A, k=K
    ),
    "np.pad": forms(
        *("np.pad(a, 1)", "np.pad(a, (1, 2))", "np.pad(a, k)", "np.pad(a, 1, mode='edge')"),
        *("np.pad(a, 2, constant_values=3)", "np.pad(a, 1, mode='reflect')"),
        *("np.pad(a, 1, mode='wrap')", "np.pad(a, 1, mode='symmetric')"),
        a=FI,
        k=K,
    ),
    "np.ndindex": forms(
        "t = 0\nfor i in np.ndindex(a.shape):\n    t += sum(i)\nreturn t",
        "t = 0\nfor i in np.ndindex(2, 3):\n    t += i[0] * i[1]\nreturn t",
        a=A,
    ),
    "np.ndenumerate": forms(
        "t = 0\nfor i, u in np.ndenumerate(a):\n    t += float(u)\nreturn float(t)",
        a=Operand("fi", values="plain"),
    ),
}
