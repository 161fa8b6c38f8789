"""What a child process runs for test_interrupts.py: one function by name, which prints its result.

A helper thread sends SIGINT once the kernel runs, which is seen by what it wrote.
"""

import os
import signal
import sys
import threading
import time

import numpy as np

import numeta as nm


@nm.jit
def endless(a: nm.i8[:]):
    k = 0
    while a[0] == 0:
        k = k + 1
        a[1 + k % 7] = k
    return k


@nm.jit
def long_count(a: nm.i8[:], n: int):
    for k in range(n):
        a[1 + k % 7] = k
        if a[0] != 0:
            break


@nm.jit
def fib(n: int, a: nm.i8[:]) -> int:
    a[1 + n % 7] = n
    if n < 2:
        return n
    return fib(n - 1, a) + fib(n - 2, a)


@nm.jit
def endless_recursion(n: int) -> int:
    return endless_recursion(n + 1) + 1


@nm.jit
def parallel(a: nm.i8[:], n: int):
    a[1] = 1
    total = 0
    for k in nm.prange(n):
        total += k % 7
    a[2] = total


def interrupt_when_it_runs(a: np.ndarray) -> None:
    pid = os.getpid()

    def wait() -> None:
        while not a[1:].any():
            time.sleep(0.001)
        time.sleep(0.02)
        os.kill(pid, signal.SIGINT)

    threading.Thread(target=wait, daemon=True).start()


def interrupted(kernel, *args):
    a = next(arg for arg in args if isinstance(arg, np.ndarray))
    interrupt_when_it_runs(a)
    try:
        kernel(*args)
    except KeyboardInterrupt:
        return bool(a[1:].any())
    return "it ended"


def of_an_endless_loop():
    return [interrupted(endless, np.zeros(8, np.int64)) for _ in range(3)]


def of_a_counted_loop():
    return interrupted(long_count, np.zeros(8, np.int64), 10**17)


def of_a_recursion():
    found = interrupted(fib, 90, np.zeros(8, np.int64))
    try:
        endless_recursion(1)
    except RecursionError:
        return found, "RecursionError"
    return found


def with_a_handler_that_returns():
    a = np.zeros(8, np.int64)
    seen = []

    def handler(number, frame):
        seen.append((number, frame.f_code.co_name, int(fib(10, np.zeros(8, np.int64)))))
        a[0] = 1

    endless(np.ones(8, np.int64))
    time.sleep(0.01)
    signal.signal(signal.SIGINT, handler)
    interrupt_when_it_runs(a)
    rounds = endless(a)
    return seen, rounds == int(a.max())


def with_a_handler_that_raises():
    def handler(number, frame):
        raise LookupError("mine")

    signal.signal(signal.SIGINT, handler)
    a = np.zeros(8, np.int64)
    interrupt_when_it_runs(a)
    try:
        endless(a)
    except LookupError as problem:
        return str(problem)


def of_another_thread():
    a = np.zeros(8, np.int64)
    rounds = []
    thread = threading.Thread(target=lambda: rounds.append(endless(a)))
    interrupt_when_it_runs(a)
    try:
        thread.start()
        while not rounds:
            time.sleep(0.001)
    except KeyboardInterrupt:
        went_on = thread.is_alive() and not rounds
        a[0] = 1
        thread.join()
        return went_on, rounds == [a.max()]


def in_a_fork():
    endless(np.ones(8, np.int64))
    child = os.fork()
    if child == 0:
        os._exit(7 if interrupted(endless, np.zeros(8, np.int64)) is True else 8)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def of_a_parallel_loop():
    a = np.zeros(8, np.int64)
    parallel(a, 10)
    interrupt_when_it_runs(a)
    try:
        parallel(a, 10**8)
        while True:
            time.sleep(0.01)
    except KeyboardInterrupt:
        return int(a[2])


if __name__ == "__main__":
    print(repr(globals()[sys.argv[1]]()))
