"""Whole texts of what a wrong argument raises: the parameter, what came, what was expected."""

import pickle
import warnings

import numpy as np
import pytest

import numeta as nm


@nm.jit
def store(a: nm.f8[:, :], n: nm.i4, x: float) -> None:
    a[0, 0] = x


@nm.jit
def fixed(a: nm.i8[3, :]) -> None:
    a[0, 0] = 1


@nm.jit
def unhinted(a) -> None:
    a[0] = 1


@nm.jit
def static(value: nm.comptime) -> None:
    pass


class Wrapped(np.ndarray):
    pass


GOOD = np.zeros((2, 2))
RECORDS = np.zeros(3, [("a", "c16"), ("b", "f8")])
MISALIGNED = np.zeros(33, np.uint8)[1:].view("f8").reshape(2, 2)
READ_ONLY = np.zeros((2, 2))
READ_ONLY.flags.writeable = False

CASES = [
    (store, (np.zeros(3), 1, 1.0), TypeError,
     "NM401: store(): parameter 'a' is hinted nm.f8[:, :], got a 1-d array of float64 with shape"
     " (3,)"),
    (store, (GOOD.astype("f4"), 1, 1.0), TypeError,
     "NM401: store(): parameter 'a' is hinted nm.f8[:, :], got a 2-d array of float32 with shape"
     " (2, 2)"),
    (store, ([[1.0]], 1, 1.0), TypeError,
     "NM401: store(): parameter 'a' is hinted nm.f8[:, :], got list [[1.0]]"),
    (fixed, (np.zeros((2, 2), int),), TypeError,
     "NM401: fixed(): parameter 'a' is hinted nm.i8[3, :], got a 2-d array of int64 with shape"
     " (2, 2)"),
    (store, (GOOD, 1.5, 1.0), TypeError,
     "NM401: store(): parameter 'n' is hinted nm.i4, got float 1.5"),
    (store, (GOOD, np.int64(1), 1.0), TypeError,
     "NM401: store(): parameter 'n' is hinted nm.i4, got np.int64(1)"),
    (store, (GOOD, None, 1.0), TypeError,
     "NM401: store(): parameter 'n' is hinted nm.i4, got None"),
    (store, (GOOD, 1, np.array(1.0)), TypeError,
     "NM401: store(): parameter 'x' is hinted float, got a 0-d array of float64 with shape ()"),
    (store, (GOOD, 1, 1j), TypeError,
     "NM401: store(): parameter 'x' is hinted float, got complex 1j"),
    (store, (GOOD, 2**31, 1.0), OverflowError,
     "NM404: store(): parameter 'n' is hinted nm.i4, got int 2147483648, which does not fit"),
    (store, (GOOD.astype(">f8"), 1, 1.0), TypeError,
     "NM402: store(): parameter 'a' got a byte-swapped array (dtype '>f8'), which numeta does not"
     " compute with\n  Instead: pass a.astype(a.dtype.newbyteorder('='))"),
    (store, (MISALIGNED, 1, 1.0), TypeError,
     "NM402: store(): parameter 'a' got a misaligned array, which numeta does not compute with\n"
     "  Instead: pass a.copy()"),
    (store, (GOOD.astype(object), 1, 1.0), TypeError,
     "NM402: store(): parameter 'a' got an array of object, which numeta does not compute with\n"
     "  Instead: pass a numeric array"),
    (store, (GOOD.astype("f2"), 1, 1.0), TypeError,
     "NM402: store(): parameter 'a' got an array of float16, which numeta does not compute with\n"
     "  Instead: pass a.astype(np.float32)"),
    (store, (np.ma.array(GOOD), 1, 1.0), TypeError,
     "NM402: store(): parameter 'a' got a masked array, which numeta does not compute with\n"
     "  Instead: pass a.filled(value), or a.data"),
    (store, (GOOD.view(Wrapped), 1, 1.0), TypeError,
     "NM402: store(): parameter 'a' got an array of the class Wrapped, which numeta does not"
     " compute with\n  Instead: pass np.asarray(a)"),
    (unhinted, (RECORDS["a"],), TypeError,
     "NM402: unhinted(): parameter 'a' got an array whose strides are no multiple of its item size"
     " (a field of records), which numeta does not compute with\n  Instead: pass a.copy()"),
    (unhinted, (RECORDS,), TypeError,
     "NM402: unhinted(): parameter 'a' got an array of a structured type, which numeta does not"
     " compute with\n  Instead: pass a numeric array"),
    (static, (open,), None, ""),
    (store, (GOOD, 1), TypeError,
     "store() missing 1 required positional argument: 'x'"),
]  # fmt: skip


@pytest.mark.parametrize("kernel, args, kind, text", [c for c in CASES if c[2]], ids=lambda v: "")
def test_wrong_argument(kernel, args, kind, text):
    with pytest.raises(kind) as caught:
        kernel(*args)
    assert type(caught.value) is kind
    assert str(caught.value) == text


@pytest.mark.parametrize("kernel, args, kind, text", [c for c in CASES if c[2]], ids=lambda v: "")
def test_debug_mode_checks_alike(kernel, args, kind, text):
    with nm.debug(), pytest.raises(kind) as caught:
        kernel(*args)
    assert str(caught.value) == text


def test_np_matrix_is_refused_by_name():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        matrix = np.matrix(GOOD)
    with pytest.raises(TypeError) as caught:
        store(matrix, 1, 1.0)
    assert str(caught.value) == (
        "NM402: store(): parameter 'a' got an np.matrix, which numeta does not compute with\n"
        "  Instead: pass np.asarray(a)"
    )


def test_unreadable_compile_time_value_is_refused_by_name():
    with pytest.raises(TypeError) as caught:
        static(iter([1]))
    assert str(caught.value).startswith(
        "NM407: static(): the compile-time parameter 'value' got list_iterator <list_iterator"
    )
    assert "the content of a list_iterator cannot be read" in str(caught.value)


def test_read_only_array_that_is_written():
    for _ in range(2):
        with pytest.raises(ValueError) as caught:
            store(READ_ONLY, 1, 1.0)
        assert str(caught.value) == (
            "NM403: store(): parameter 'a' is written by the kernel, got a read-only array\n"
            "  Instead: pass a copy, or an array whose flags.writeable is True"
        )
    assert READ_ONLY[0, 0] == 0


@pytest.mark.parametrize(
    "value", [1, True, np.float32(2), np.int32(3), 2.5, np.float64(4)], ids=repr
)
def test_scalars_convert_where_nothing_is_lost(value):
    a = np.zeros((2, 2))
    store(a, 1, value)
    assert a[0, 0] == float(value)


def test_jit_wants_a_function():
    with pytest.raises(TypeError) as caught:
        nm.jit(3)
    assert str(caught.value) == "NM409: jit() expects a Python function, got int 3"


def test_exact_and_fast_exclude_each_other():
    with pytest.raises(ValueError) as caught:
        nm.jit(exact=True, fast=True)
    assert str(caught.value) == (
        "NM414: jit(): exact and fast exclude each other\n"
        "  Instead: exact is bit-equal arithmetic, fast reorders it: choose one"
    )


def test_nothing_compiled_yet():
    @nm.jit
    def fresh(x: nm.f8) -> None:
        pass

    with pytest.raises(ValueError) as caught:
        fresh.timings()
    assert str(caught.value) == (
        "NM413: test_nothing_compiled_yet.<locals>.fresh() has no specialisation yet\n"
        "  Instead: call the kernel first, or give arguments or types as in kernel.fortran(3, a)"
    )


def test_a_return_hint_that_is_not_known():
    def function(a: nm.f8[:]) -> "list[nm.f8]":
        return [a[0]]

    with pytest.raises(TypeError) as caught:
        nm.jit(function)(np.zeros(1))
    assert str(caught.value) == (
        "NM408: function(): the return hint list[nm.f8] is not one that numeta knows\n"
        "  Instead: a scalar type (nm.f8, float, np.float32), None, or tuple[...] of scalar types"
    )


def test_a_type_that_does_not_fit_the_hint():
    with pytest.raises(TypeError) as caught:
        store.compile(nm.f4[:, :], nm.i4, float)
    assert str(caught.value) == (
        "NM410: store(): compile() expects one type or value per parameter, got nm.f4[:, :] for 'a'"
        "\n  Instead: hints such as nm.f8[:, :] or nm.i8, or a value for a compile-time parameter"
    )


def test_a_kernel_without_source_cannot_be_pickled():
    namespace = {"nm": nm}
    exec("def function(a: nm.f8[:]) -> None: a[0] = 1", namespace)
    kernel = nm.jit(namespace["function"])
    with pytest.raises(TypeError) as caught:
        pickle.dumps(kernel)
    assert str(caught.value) == (
        "NM412: function() cannot be pickled: its source cannot be read (could not get source"
        " code)\n"
        "  Instead: define the kernel at the top level of a module, or where its source can be read"
    )


def test_a_captured_array_that_is_not_native():
    swapped = np.zeros(3, ">f8")

    @nm.jit
    def kernel(a: nm.f8[:]) -> None:
        a[0] = swapped[0]

    with pytest.raises(nm.TraceError) as caught:
        kernel(np.zeros(1))
    assert str(caught.value).splitlines() == [
        "NM304: the captured array 'swapped' of test_a_captured_array_that_is_not_native.<locals>"
        ".kernel() is a byte-swapped array (dtype '>f8')",
        "  Instead: capture a native, aligned array of a numeric type",
    ]
