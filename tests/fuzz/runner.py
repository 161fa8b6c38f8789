"""Cases by the thousand: batches in worker processes, which may die of what they run.

A worker is forked, generates and checks batches, and says what it is about to do. When it dies or
hangs, what it had said last is the crash; the rest of its batch goes to a new worker.
"""

from __future__ import annotations

import faulthandler
import multiprocessing
import os
import resource
import signal
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from multiprocessing.connection import Connection, wait

from numeta.config import config

from . import compare, kernels
from .compare import Outcome
from .expressions import Features
from .kernels import Case
from .report import Report

_BATCHES = 12  # of one worker: loaded kernels stay until it ends
_MEMORY = 6 << 30
_CONTEXT = multiprocessing.get_context("fork")


@dataclass
class Plan:
    """What to run: cases `make(0)` to `make(count - 1)`, case k with a kernel named k<k>.

    `planted` makes a wrong reference from a source, `damage` wrong Fortran, for the mutants.
    """

    make: Callable[[int], Case]
    count: int
    modes: Sequence[str] = compare.MODES
    jobs: int = field(default_factory=lambda: os.cpu_count() or 1)
    batch: int = 100
    seconds: float = 0.0  # stop after these, 0 for no limit
    planted: Callable[[str], str] | None = None
    damage: Callable[[str], str] | None = None
    quick: int = 0  # of so many batches, all but one are compiled with -O1
    hang: float = 120.0  # seconds without a word from a worker
    stop_at_wrong: bool = False


class _Worker:
    """A process that checks batches; `numbers` are those of the batch without an outcome yet."""

    def __init__(self, plan: Plan) -> None:
        self.connection, other = _CONTEXT.Pipe()
        self.process = _CONTEXT.Process(target=_work, args=(other, plan), daemon=True)
        self.process.start()
        other.close()
        self.busy = False
        self.numbers: set[int] = set()
        self.doing = ("", "")
        self.batches = 0
        self.heard = time.monotonic()

    def give(self, numbers: list[int]) -> None:
        self.numbers = set(numbers)
        self.busy = True
        self.batches += 1
        self.heard = time.monotonic()
        self.connection.send(numbers)

    def end(self) -> None:
        if self.process.is_alive():
            self.process.kill()
        self.process.join()
        self.connection.close()


def _work(connection: Connection, plan: Plan) -> None:
    faulthandler.disable()  # pytest's; a death is reported by the parent
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))  # 9 ** 9 ** 9 ends soon
    config.cache = "off"

    def tell(phase: str, name: str) -> None:
        connection.send(("doing", phase, name))

    while True:
        numbers = connection.recv()
        cases = [plan.make(n) for n in numbers]
        slow = not plan.quick or numbers[0] // plan.batch % plan.quick == 0
        by_name = {case.name: case for case in cases}
        planted = {}
        if plan.planted is not None:
            planted = {case.name: plan.planted(case.source) for case in cases}
        for outcome in compare.check(
            cases, plan.modes, tell, planted, plan.damage, "" if slow else "-O1"
        ):
            connection.send(("outcome", outcome, by_name[outcome.name].used))
        connection.send(("done",))


def generated(seed: int, count: int, features: Features | None = None) -> Plan:
    """The first `count` cases of a seed."""
    return Plan(partial(kernels.make, seed, features=features or Features()), count)


def run(plan: Plan) -> Report:
    """Run a plan; the report has every case that is not right."""
    report = Report()
    todo = deque(range(plan.count))
    alone: set[int] = set()  # of a batch that a worker died of while it was compiled
    workers: list[_Worker] = []
    start = time.monotonic()
    try:
        while todo or any(worker.busy for worker in workers):
            if plan.seconds and time.monotonic() - start > plan.seconds:
                todo.clear()
            if plan.stop_at_wrong and report.counts["wrong"]:
                break
            _feed(plan, workers, todo, alone)
            ready = wait([worker.connection for worker in workers if worker.busy], 1.0)
            for worker in list(workers):
                if worker.connection in ready and not _listen(worker, report):
                    _buried(worker, workers, todo, alone, report, "died")
                elif worker.busy and time.monotonic() - worker.heard > plan.hang:
                    _buried(worker, workers, todo, alone, report, "hangs")
    finally:
        for worker in workers:
            worker.end()
    report.seconds = time.monotonic() - start
    return report


def _feed(plan: Plan, workers: list[_Worker], todo: deque[int], alone: set[int]) -> None:
    for worker in list(workers):
        if not worker.busy and worker.batches >= _BATCHES:
            worker.end()
            workers.remove(worker)
    while todo and len(workers) < plan.jobs:
        workers.append(_Worker(plan))
    for worker in workers:
        if not worker.busy and todo:
            size = min(plan.batch, max(1, -(-len(todo) // plan.jobs)))
            numbers = [todo.popleft()]
            while todo and len(numbers) < size and not alone.intersection((*numbers, todo[0])):
                numbers.append(todo.popleft())
            worker.give(numbers)


def _listen(worker: _Worker, report: Report) -> bool:
    """Take in one message; False when the worker is dead."""
    try:
        message = worker.connection.recv()
    except (EOFError, ConnectionError):
        return False
    worker.heard = time.monotonic()
    if message[0] == "doing":
        worker.doing = (message[1], message[2])
    elif message[0] == "outcome":
        worker.numbers.discard(number_of(message[1].name))
        report.add(message[1], message[2])
    else:
        worker.busy = False
    return True


def number_of(name: str) -> int:
    """k12 -> 12."""
    return int(name[1:])


def _buried(
    worker: _Worker,
    workers: list[_Worker],
    todo: deque[int],
    alone: set[int],
    report: Report,
    how: str,
) -> None:
    """Record what a worker died of and give back what it did not come to."""
    phase, name = worker.doing
    if not name and len(worker.numbers) == 1:
        name = f"k{min(worker.numbers)}"
    elif not name:
        alone |= worker.numbers
    worker.end()
    workers.remove(worker)
    if name:
        worker.numbers.discard(number_of(name))
        code = worker.process.exitcode
        detail = f"the process {how} (exit code {code})"
        report.add(Outcome(name, "crashed", phase, detail), None)
    todo.extendleft(sorted(worker.numbers, reverse=True))
