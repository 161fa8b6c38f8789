"""The threads of parallel loops: how many, what their number changes, and forked processes."""
# ruff: noqa: B007 - the kernels are written as users write them

import multiprocessing
import os
import subprocess
import sys

import numpy as np
import pytest

import numeta as nm
from numeta import _call


@pytest.fixture(params=(1, 2, 3), autouse=True)
def threads(request):
    before = nm.config.num_threads
    nm.set_num_threads(request.param)
    yield request.param
    nm.set_num_threads(before)


def array(n=23):
    return (np.arange(n) * 7 % 11 - 4).astype("f8")


@nm.jit
def rounded_sum(a: nm.f8[:]) -> float:
    s = 0.1
    for i in nm.prange(a.shape[0]):
        s += a[i] * 0.1
    return s


def by_parts(a, parts):
    """What `parts` threads give: static chunks, added in the order of the threads."""
    size, more = divmod(len(a), parts)
    total, start = 0.1, 0
    for k in range(parts):
        stop = start + size + (k < more)
        s = total if k == 0 else -0.0
        for x in a[start:stop]:
            s += x * 0.1
        total = s if k == 0 else total + s
        start = stop
    return total


def test_bits_depend_on_the_number_of_threads_alone(threads):
    a = np.random.default_rng(1).random(10_007)
    expected = by_parts(a.tolist(), threads)
    for _ in range(50):
        assert rounded_sum(a) == expected


def test_one_thread_adds_as_python_does():
    nm.set_num_threads(1)
    a = np.random.default_rng(2).random(1000)
    assert rounded_sum(a) == rounded_sum.py_func(a)


def test_number_of_threads_is_set_without_a_compilation(threads):
    assert nm.get_num_threads() == threads
    rounded_sum(array())
    count = len(rounded_sum.specialisations)
    nm.set_num_threads(4)
    rounded_sum(array())
    assert nm.get_num_threads() == 4
    assert len(rounded_sum.specialisations) == count


def test_a_number_of_threads_is_a_count():
    with pytest.raises(nm.ConfigError):
        nm.set_num_threads(-1)
    with pytest.raises(nm.ConfigError):
        nm.set_num_threads("many")


IN_A_PROCESS = """
import ctypes, numeta as nm
print(nm.get_num_threads())
openmp = ctypes.CDLL("libgomp.so.1")
openmp.omp_set_num_threads(5)
print(nm.get_num_threads())
nm.set_num_threads(2)
print(nm.get_num_threads())
nm.set_num_threads(0)
print(nm.get_num_threads())
"""


@pytest.mark.parametrize(
    "settings, expected",
    [
        ({"OMP_NUM_THREADS": "3"}, "3 5 2 5"),
        ({"OMP_NUM_THREADS": "3", "NUMETA_NUM_THREADS": "4"}, "4 4 2 5"),
    ],
)
def test_environment_and_openmp_say_how_many_threads(settings, expected):
    environment = {k: v for k, v in os.environ.items() if k != "NUMETA_NUM_THREADS"}
    out = subprocess.run(
        [sys.executable, "-c", IN_A_PROCESS],
        env=environment | settings,
        capture_output=True,
        text=True,
        check=True,
    )
    assert out.stdout.split() == expected.split()


def in_child(n):
    return rounded_sum(array(n)), _call.num_threads()


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_forked_child_runs_on_one_thread(threads):
    rounded_sum(array())
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.write(writer, repr(in_child(1000)).encode())
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader) as answer:
        text = answer.read()
    assert os.waitpid(child, 0)[1] == 0
    assert text == repr((by_parts(array(1000).tolist(), 1), 1))
    assert nm.get_num_threads() == threads


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_forked_workers_run_on_one_thread():
    rounded_sum(array())
    with multiprocessing.get_context("fork").Pool(2) as pool:
        answers = pool.map_async(in_child, [10, 1000, 5000]).get(timeout=60)
    assert answers == [(by_parts(array(n).tolist(), 1), 1) for n in (10, 1000, 5000)]
