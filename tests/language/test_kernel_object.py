"""The kernel object: metadata, modes, compiling ahead, threads, storms, pickling, debug mode."""

import inspect
import pickle
import threading
import warnings

import numpy as np
import pytest

import numeta as nm
from numeta.testing import same_as_python


@nm.jit
def scale(a: nm.f8[:], factor: float = 2.0, *, shift: nm.f8 = 0.0) -> None:
    """Scale in place."""
    for i in nm.range(a.shape[0]):
        a[i] = a[i] * factor + shift


def test_metadata_is_the_functions():
    assert scale.__name__ == "scale" and scale.__doc__ == "Scale in place."
    assert list(inspect.signature(scale).parameters) == ["a", "factor", "shift"]
    assert scale.py_func.__qualname__ == scale.__qualname__ == "scale"


def test_defaults_and_keywords():
    for args, kwargs in [((), {}), ((3,), {}), ((), {"shift": 1}), ((), {"factor": 4, "shift": 2})]:
        same_as_python(scale, np.arange(4.0), *args, **kwargs)


def test_py_func_is_the_raw_function():
    a = np.ones(2)
    scale.py_func(a, 3)
    assert list(a) == [3, 3]


def test_star_args():
    @nm.jit
    def total(first: nm.f8, *rest: nm.f8):
        for value in rest:
            first = first + value
        return first

    for args in [(1,), (1, 2), (1, 2, 3)]:
        assert total(*args) == sum(args)
        same_as_python(total, *args)
    assert total.signatures[-1] == "first: f8, rest[0]: f8, rest[1]: f8"


def test_compile_ahead_and_signatures():
    @nm.jit
    def kernel(n, a: nm.f8[:, :], x: nm.i4) -> None:
        for i in range(n):
            a[i, i] = x

    kernel.compile(3, nm.f8[:, :], nm.i4)
    assert kernel.signatures == ["n=3, a: f8[:, :], x: i4"]
    a = np.zeros((3, 3))
    kernel(3, a, 5)
    assert len(kernel.specialisations) == 1 and np.trace(a) == 15
    kernel(3, a.T, 5)
    kernel(3, np.zeros((6, 6))[::2, ::2], 5)
    assert [s.rpartition("]")[2] for s in kernel.signatures] == [
        ", x: i4",
        " F, x: i4",
        " S, x: i4",
    ]


def test_fortran_with_arguments_compiles_nothing():
    @nm.jit
    def kernel(n, a: nm.f8[:]) -> None:
        for i in range(n):
            a[i] = i

    text = kernel.fortran(2, np.zeros(2))
    assert "a(1)" in text and not kernel.specialisations
    assert kernel.fortran(2, nm.f8[:]) == text
    kernel(3, np.zeros(3))
    assert kernel.fortran() == kernel.fortran(3, nm.f8[:]) != text


def test_threads_compile_once():
    @nm.jit
    def kernel(x: nm.f8):
        return x + 1

    start = threading.Barrier(4)
    results = []

    def work():
        start.wait()
        results.append(kernel(1.0))

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [2.0] * 4 and len(kernel.specialisations) == 1


def test_storm_warns_once_and_names_the_parameter():
    @nm.jit
    def kernel(n, x: nm.f8):
        return x + n

    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        for n in range(12):
            kernel(n, 1.0)
    name = "test_storm_warns_once_and_names_the_parameter.<locals>.kernel()"
    assert [str(w.message) for w in caught] == [
        f"NM603: {name} was compiled for 9 values of its unhinted parameter 'n'\n"
        "  Instead: hint it with a type to compile once, as in `n: int`, or with nm.comptime to"
        " keep it so"
    ]
    assert caught[0].category is nm.SpecialisationWarning and caught[0].filename == __file__


def test_no_storm_for_comptime():
    @nm.jit
    def kernel(n: nm.comptime, x: nm.f8):
        return x + n

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for n in range(10):
            assert kernel(n, 1.0) == n + 1.0


def test_pickle_by_reference():
    assert pickle.loads(pickle.dumps(scale)) is scale


def test_pickle_by_source():
    offset = 5.0

    @nm.jit(exact=True)
    def kernel(x: nm.f8, k: nm.comptime = 2) -> nm.f8:
        return x * k + offset + np.float64(1)

    copy = pickle.loads(pickle.dumps(kernel))
    assert copy is not kernel and copy.exact
    assert copy(3.0) == kernel(3.0) == 12.0
    assert copy.hint_at(1).kind == "comptime"


def test_debug_mode_runs_python_on_converted_arguments():
    seen = []

    @nm.jit
    def kernel(x: nm.f4, y: float, n, a: nm.f8[:]) -> float:
        seen.append((type(x), type(y), type(n), a))
        return x

    a = np.zeros(1)
    with nm.debug():
        result = kernel(1, 2, 3, a)
    assert seen == [(np.float32, float, int, a)] and type(result) is float
    assert not kernel.specialisations


def test_debug_mode_ends_with_its_block_and_is_per_thread():
    @nm.jit
    def kernel(x: nm.f8):
        return x + 1

    with nm.debug():
        kernel(1.0)
        other = threading.Thread(target=kernel, args=(1.0,))
        other.start()
        other.join()
        assert len(kernel.specialisations) == 1
    kernel(2.0)
    assert len(kernel.specialisations) == 1


def test_disable_jit_at_run_time():
    @nm.jit
    def kernel(x: nm.f8):
        return x + 1

    nm.config.disable_jit = True
    try:
        assert kernel(1) == 2.0 and type(kernel(1)) is np.float64
    finally:
        nm.config.disable_jit = False
    assert not kernel.specialisations


def test_explain_and_timings():
    scale(np.ones(2))
    assert "a: run time, nm.f8[:]" in scale.explain()
    assert scale.timings()["trace"] > 0


def test_explain_says_what_was_done_to_loops_and_long_code():
    @nm.jit
    def kernel(a: nm.f8[:, :], b: nm.f8[:]) -> None:
        for i in nm.range(a.shape[0]):
            for j in nm.range(a.shape[1]):
                a[j, i] = 1.0
        for k in nm.unroll(100):
            b[k] = b[k + 1] * 2.0

    kernel.compile(nm.f8[:, :], nm.f8[:])
    line = kernel.py_func.__code__.co_firstlineno
    assert kernel.explain().splitlines()[-3:-1] == [
        f"    line {line + 2}: the loops i, j run as j, i",
        f"    line {line + 6}: 100 repetitions of 1 statement became a loop",
    ]


def test_same_as_python_notices_a_difference():
    calls = []

    @nm.jit
    def kernel(a: nm.f8[:]) -> None:
        a[0] = len(calls)

    same_as_python(kernel, np.zeros(2))
    plain = kernel.py_func

    def unfaithful(*args):
        plain(*args)
        args[0][0] += 1

    wrong = nm.jit(plain)
    wrong.__dict__["_in_mode"] = {"default": unfaithful}
    with pytest.raises(AssertionError, match="differs by more than 4 ULP"):
        same_as_python(wrong, np.zeros(2), modes=["default"])


def test_copies_keep_shared_memory_and_strides():
    @nm.jit
    def kernel(x: nm.f8[:], y: nm.f8[:]) -> None:
        for i in nm.range(x.shape[0]):
            x[i] = y[i] + 1

    a = np.zeros(10)
    same_as_python(kernel, a[1:], a[:-1])
    same_as_python(kernel, a[::-2], a[::2])
    same_as_python(kernel, a, a)
    assert not a.any()
