"""Faults 7 to 12, 20, 38, 46, 50: processes, threads, forks and signals on one store.

All results are right, no process waits for ever, nothing temporary is left when all have ended.
"""

from __future__ import annotations

import pytest

from .conftest import Child

# A Fortran compiler that answers questions as gfortran does and takes its time to compile; what it
# is doing stands in the folder that SLOW names.
SLOW_COMPILER = r"""
    def slow_compiler(seconds):
        script = Path(folder + "-slow-gfortran")
        script.write_text(
            "#!/bin/sh\n"
            'for word in "$@"; do\n'
            '  case "$word" in -print*|-dump*|-"###") exec gfortran "$@";; esac\n'
            "done\n"
            f"echo $$ > '{folder}-pid'\n"
            f"sleep {seconds}\n"
            'exec gfortran "$@"\n'
        )
        script.chmod(0o700)
        return {"fc": str(script), "driver_only": True}
    def compiler_started():
        while not (os.path.exists(folder + "-pid") and Path(folder + "-pid").read_text().strip()):
            time.sleep(0.005)
        return int(Path(folder + "-pid").read_text())
    def alive(pid):
        try:
            return Path(f"/proc/{pid}/stat").read_text().split(") ")[1][0] not in "ZX"
        except FileNotFoundError:
            return False
"""


def test_fault_07_many_processes_on_one_cold_kernel(child: Child) -> None:
    child(
        """
        def work(index):
            use(folder)
            right(1)
            return counted("compiles")
        compiles = sum(int(answer) for answer in together(64, work))
        assert compiles <= 2, compiles
        all_sound(folder)
        assert left_behind(folder) == [] and len(entry_files(folder)) == 1
        """
    )


def test_fault_07_many_processes_without_locks(child: Child) -> None:
    child(
        """
        import errno
        use(folder)
        right(0)
        def work(index):
            use(folder)
            arm(folder, "flock", 1, errno.ENOLCK, 1 << 20)
            right(1)
            return counted("compiles")
        assert sum(int(answer) for answer in together(24, work)) >= 1
        all_sound(folder)
        assert [path for path in left_behind(folder) if ".tmp-" in path.name] == []
        assert len(entry_files(folder)) == 2
        """,
        spoiled=True,
    )


UNDER_MAINTENANCE = """
    def work(index):
        use(folder, max_size=1 << 20)
        if index < 3:
            end = time.monotonic() + SECONDS
            while time.monotonic() < end:
                [c.clear, lambda: c.prune(50_000), c.verify][index]()
                c.stats(), c.entries()
            return 1
        for n in range(index, index + 2):
            right(n)
            right(n)
        return 1
    together(3 + PROCESSES, work, 400)
    all_sound(folder)
    assert [path for path in left_behind(folder) if ".tmp-" in path.name] == []
"""


def test_fault_08_clear_prune_and_verify_beside_builds(child: Child) -> None:
    child(UNDER_MAINTENANCE.replace("SECONDS", "2").replace("PROCESSES", "12"))


@pytest.mark.faults
def test_fault_08_clear_prune_and_verify_beside_64_processes(child: Child) -> None:
    code = UNDER_MAINTENANCE.replace("SECONDS", "30").replace("PROCESSES", "64")
    child(code, seconds=500)


def test_fault_09_threads_on_one_kernel_and_on_many(child: Child) -> None:
    """Under the interpreter at hand; on a free-threaded one this runs without a lock of its own."""
    child(
        """
        import threading
        def run(numbers):
            good = []
            start = threading.Barrier(len(numbers))
            def first_call(n):
                start.wait()
                right(n)
                good.append(n)
            threads = [threading.Thread(target=first_call, args=(n,)) for n in numbers]
            [thread.start() for thread in threads]
            [thread.join(60) for thread in threads]
            assert len(good) == len(numbers)
        use(folder)
        run([1] * 32)
        assert counted("compiles") == 1
        use(folder)
        run(list(range(2, 34)))
        assert counted("compiles") == 32
        assert left_behind(folder) == []
        """
    )


def test_fault_10_fork_while_a_thread_compiles(child: Child) -> None:
    """The child builds another kernel and the very same one, and waits for no thread of ours."""
    child(
        SLOW_COMPILER
        + """
    import threading
    use(folder)
    right(1)
    use(folder, **slow_compiler(0.4))
    thread = threading.Thread(target=lambda: right(2))
    thread.start()
    compiler_started()
    def forked():
        c.configure(lock_timeout=0.2)
        right(2)
        right(3)
        right(2)
    assert in_child(forked) == 0
    thread.join(30)
    assert not thread.is_alive()
    right(2), right(3)
    all_sound(folder)
    """
    )


SIGNALLED = (
    SLOW_COMPILER
    + """
    import signal, threading
    use(folder, **slow_compiler(30))
    def stop(number, frame):
        raise KeyboardInterrupt
    if SIGNAL == signal.SIGTERM:
        signal.signal(SIGNAL, stop)
    def send():
        compiler_started()
        os.kill(os.getpid(), SIGNAL)
    threading.Thread(target=send).start()
    try:
        right(1)
    except KeyboardInterrupt:
        pass
    else:
        raise AssertionError("not interrupted")
    assert not alive(compiler_started())
    assert entry_files(folder) == [] and left_behind(folder) == []
    c.configure(fc=None, driver_only=False)
    right(1)
    use(folder)
    assert right(1).hit
"""
)


@pytest.mark.parametrize("number", ["SIGINT", "SIGTERM"])
def test_fault_38_signal_while_compiling(child: Child, number: str) -> None:
    child(SIGNALLED.replace("SIGNAL", f"signal.{number}"))


def test_fault_38_ended_by_sigterm_while_compiling(child: Child) -> None:
    """With the default action the process ends at once, and its compilers with it."""
    child(
        SLOW_COMPILER
        + """
    import signal
    options = slow_compiler(30)
    process = os.fork()
    if process == 0:
        use(folder, **options)
        right(1)
        os._exit(0)
    pid = compiler_started()
    os.kill(process, signal.SIGTERM)
    assert os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]) == -signal.SIGTERM
    end = time.monotonic() + 10
    while alive(pid):
        assert time.monotonic() < end, "the compiler goes on without us"
        time.sleep(0.01)
    use(folder)
    right(1)
    assert [path for path in left_behind(folder) if ".tmp-" in path.name] == []
    """
    )


def test_fault_38_signal_while_waiting_for_another_process(child: Child) -> None:
    child(
        """
        import fcntl, signal, threading
        use(folder)
        key = right(1).key
        c.clear()
        with Path(folder, key[:2], key + ".lock").open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            use(folder)
            threading.Timer(0.3, lambda: os.kill(os.getpid(), signal.SIGINT)).start()
            try:
                right(1)
            except KeyboardInterrupt:
                pass
            else:
                raise AssertionError("not interrupted")
        right(1)
        assert left_behind(folder) == []
        """
    )


COLD_PROCESSES = (
    SLOW_COMPILER
    + """
    counts = Path(folder + "-running")
    counts.mkdir()
    script = Path(folder + "-counting-gfortran")
    script.write_text(
        "#!/bin/sh\\n"
        'for word in "$@"; do\\n'
        '  case "$word" in -print*|-dump*|-"###"|*.o) ;; kernel.f90) compiles=1;; esac\\n'
        "done\\n"
        '[ -z "$compiles" ] && exec gfortran "$@"\\n'
        f": > '{counts}/'$$\\n"
        f"ls '{counts}' | wc -l >> '{folder}-most'\\n"
        "sleep 0.05\\n"
        'gfortran "$@"\\n'
        "status=$?\\n"
        f"rm '{counts}/'$$\\n"
        "exit $status\\n"
    )
    script.chmod(0o700)
    use(folder, fc=str(script), driver_only=True, jobs=2)
    right(0)
    def work(index):
        use(folder, fc=str(script), driver_only=True, jobs=2)
        right(index % KERNELS + 1)
        return counted("compiles")
    compiles = sum(int(answer) for answer in together(PROCESSES, work, 500))
    assert compiles <= 2 * KERNELS, compiles
    most = max(int(line) for line in Path(folder + "-most").read_text().split())
    assert most <= 2, f"{most} compilers at once"
"""
)


def test_fault_46_the_limit_on_compilers_holds_over_all_processes(child: Child) -> None:
    child(COLD_PROCESSES.replace("PROCESSES", "24").replace("KERNELS", "8"))


@pytest.mark.faults
def test_fault_46_a_thousand_cold_processes(child: Child) -> None:
    child(COLD_PROCESSES.replace("PROCESSES", "1000").replace("KERNELS", "100"), seconds=550)


def test_fault_46_a_stopped_process_does_not_keep_its_slots(child: Child) -> None:
    child(
        SLOW_COMPILER
        + """
    import signal
    options = slow_compiler(30)
    process = os.fork()
    if process == 0:
        use(folder + "-other", jobs=1, **options)
        build(1)
        os._exit(0)
    compiler_started()
    os.kill(process, signal.SIGSTOP)
    use(folder, jobs=1, compile_timeout=600)
    begin = time.monotonic()
    right(1)
    assert time.monotonic() - begin < 60  # not the time that a compile may take
    os.kill(process, signal.SIGKILL)
    os.waitpid(process, 0)
    use(folder + "-third", jobs=1)
    right(2)
    """
    )


def test_fault_50_ways_to_end_a_process_that_builds(child: Child) -> None:
    """Exit, os._exit, daemon threads in the middle of a build: no crash, hang or temporary."""
    child(
        SLOW_COMPILER
        + """
    import subprocess
    options = slow_compiler(0.5)
    wait = f"while not os.path.exists({folder + '-pid'!r}): time.sleep(0.01)"
    for ending in ("raise SystemExit(0)", "os._exit(0)", "pass"):
        Path(folder + "-pid").unlink(missing_ok=True)
        code = "; ".join([
            "from fault_child import *",
            "import threading",
            f"use({folder!r}, **{options!r})",
            "threading.Thread(target=lambda: right(1), daemon=True).start()",
            f"exec({wait!r})",
            ending,
        ])
        command = [sys.executable, "-S", "-c", code]
        done = subprocess.run(command, timeout=30, capture_output=True, text=True)
        assert done.returncode == 0, (ending, done)
    time.sleep(0.7)
    all_sound(folder)
    assert [path for path in left_behind(folder) if ".tmp-" in path.name] == []
    use(folder)
    right(1)
    """
    )
