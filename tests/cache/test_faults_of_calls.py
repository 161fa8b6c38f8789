"""Faults 13 to 22: what the system refuses, call by call, and what time and place may do.

A call is spoiled once, then from there on for ever, for the n-th call, n = 1, 2, ... until none is
left to spoil. The result is right in all of them, unless it is the compiler itself that cannot run.
"""

from __future__ import annotations

import os
import sys

import pytest

from .conftest import Child

SPOIL = """
    import errno, shutil
    use(f"{folder}-first")
    right(1)
    total = 0
    for error in ERRORS:
        for times in TIMES:
            for n in range(1, 200):
                store = f"{folder}-{error}-{times}-{n}"
                shutil.copytree(f"{folder}-first", store, symlinks=True)
                for path in [Path(store), *Path(store).rglob("*")]:
                    path.chmod(0o700 if path.is_dir() else 0o600)
                use(store)
                if COLD:
                    c.clear()
                arm(store, CALLS, n, getattr(errno, error), times)
                loaded = right(1)
                c.stats()
                c.entries()
                c.prune(1 << 40)
                seen = disarm()
                assert times > 1 or len(lines) <= 1, (error, n, lines)
                all_sound(store)
                assert not [p for p in left_behind(store) if "unlink" not in CALLS], (error, n)
                right(1)
                shutil.rmtree(store)
                total += 1
                if seen < n:
                    break
    print(total)
"""


def spoil(errors: str, calls: str, cold: bool, times: str = "(1, 1 << 20)") -> str:
    code = SPOIL.replace("ERRORS", repr(errors.split())).replace("CALLS", repr(calls))
    return code.replace("TIMES", times).replace("COLD", str(cold))


def test_fault_15_no_space_or_io_error_in_any_write(child: Child) -> None:
    code = spoil("ENOSPC", "open,mkdir,write,fsync,rename", cold=True, times="(1,)")
    assert int(child(code, spoiled=True)) > 15


@pytest.mark.faults
@pytest.mark.parametrize("error", ["EDQUOT", "EROFS", "EACCES", "ENOSPC", "EIO", "ESTALE", "EINTR"])
def test_fault_15_any_error_in_any_call(child: Child, error: str) -> None:
    calls = (
        "open,mkdir,write,fsync,rename,unlink,flock,lstat,stat,fstat,read,opendir,access,utimensat"
    )
    code = spoil(error, calls, cold=True, times="(1, 2, 1 << 20)" if error != "EINTR" else "(1, 2)")
    assert int(child(code, spoiled=True, seconds=500)) > 20


def test_fault_16_any_error_in_any_read(child: Child) -> None:
    calls = "open,read,fstat,lstat,stat,opendir,access"
    code = spoil("EIO ESTALE", calls, cold=False)
    assert int(child(code, spoiled=True)) > 20


@pytest.mark.faults
@pytest.mark.parametrize("error", ["ENOENT", "EACCES", "EMFILE", "ENOMEM"])
def test_fault_16_the_other_errors_in_any_read(child: Child, error: str) -> None:
    code = spoil(error, "open,read,fstat,lstat,stat,opendir,access,mmap,dlopen", cold=False)
    assert int(child(code, spoiled=True, seconds=500)) > 20


@pytest.mark.parametrize(
    "error", ["EMFILE", *(pytest.param(e, marks=pytest.mark.faults) for e in ("ENFILE", "ENOMEM"))]
)
def test_fault_17_no_descriptor_or_memory_left_for_a_compile(child: Child, error: str) -> None:
    """The error says what was lacking; nothing of it is kept, no descriptor stays open."""
    child(
        f"""
        error = {error!r}
        """
        """
        import errno
        use(folder)
        right(0)
        c.configure(dir=folder + "-other")
        right(0)
        descriptors = len(os.listdir("/proc/self/fd"))
        failures = 0
        for n in range(1, 100):
            use(f"{folder}-{error}-{n}", fc="gfortran", cc="gcc")
            arm("/dev/shm/numeta-", "open,mkdtemp,pipe2,spawn", n, getattr(errno, error))
            try:
                right(1)
            except c.BuildError as problem:
                failures += 1
                said = f"{problem} {problem.output}"
                assert os.strerror(getattr(errno, error)) in said, said
                assert problem.kind == "failed" and c.entries() == []
            seen = disarm()
            right(1)
            assert c.toolchain(FLAGS)["way"] == "direct"
            assert len(os.listdir("/proc/self/fd")) == descriptors, (error, n)
            if seen < n:
                break
        assert failures > 10, failures
        """,
        spoiled=True,
    )


NO_EXEC = """
    libc = ctypes.CDLL(None, use_errno=True)
    def mounted(*places):
        assert libc.unshare(0x20000) == 0
        assert libc.mount(b"none", b"/", None, 16384 | 262144, None) == 0
        for place in places:
            os.makedirs(place, exist_ok=True)
            assert libc.mount(b"none", place.encode(), b"tmpfs", 8, b"mode=0700") == 0, place
"""


def may_mount() -> bool:
    probe = "import ctypes, sys; sys.exit(ctypes.CDLL(None).unshare(0x20000) != 0)"
    return os.system(f"{sys.executable} -S -c '{probe}' 2>/dev/null") == 0


@pytest.mark.skipif(not may_mount(), reason="a folder mounted noexec needs the right to mount")
def test_fault_18_store_from_which_no_code_may_run(child: Child) -> None:
    child(
        NO_EXEC
        + """
    mounted(folder)
    use(folder)
    first = right(1)
    assert not first.hit and entry_files(folder) and not first.path.startswith(folder), first.path
    use(folder)
    assert right(1).hit
    """
    )


@pytest.mark.skipif(not may_mount(), reason="a folder mounted noexec needs the right to mount")
def test_fault_18_nowhere_may_code_run(child: Child) -> None:
    """The home folder is tried last; when that will not do either, the error says what to set."""
    child(
        NO_EXEC
        + """
    os.environ.pop("TMPDIR", None)
    os.environ.pop("XDG_RUNTIME_DIR", None)
    mounted("/dev/shm", "/var/tmp", "/tmp")
    os.makedirs(folder, mode=0o700)
    mounted(folder)
    os.makedirs(folder + "-home")
    os.environ["HOME"] = folder + "-home"
    use(folder)
    try:
        right(1)
    except c.BuildError as problem:
        assert problem.kind == "load" and "NUMETA_CACHE_DIR" in str(problem), str(problem)
    else:
        raise AssertionError("loaded from where no code may run")
    """
    )


def test_fault_19_locks_that_do_not_work(child: Child) -> None:
    child(
        """
        import errno
        for error in ("ENOLCK", "ENOSYS", "EBADF", "EOPNOTSUPP", "EWOULDBLOCK"):
            use(f"{folder}-{error}", lock_timeout=0.2)
            arm(folder, "flock", 1, getattr(errno, error), 1 << 20)
            begin = time.monotonic()
            right(1)
            assert time.monotonic() - begin < 20, error
            disarm()
            use(f"{folder}-{error}")
            assert right(1).hit
        """,
        spoiled=True,
    )


def test_fault_20_lock_holder_that_is_stopped(child: Child) -> None:
    """The one who waits compiles at the bound; the holder goes on afterwards."""
    child(
        """
        import fcntl, signal
        use(folder)
        key = right(1).key
        c.clear()
        lock = Path(folder, key[:2], key + ".lock")
        holder = os.fork()
        if holder == 0:
            with lock.open("w") as file:
                fcntl.flock(file, fcntl.LOCK_EX)
                os.kill(os.getpid(), signal.SIGSTOP)
            os._exit(0)
        os.waitpid(holder, os.WUNTRACED)
        use(folder, lock_timeout=0.3)
        begin = time.monotonic()
        assert not right(1).hit and time.monotonic() - begin >= 0.3
        assert (counted("waited"), counted("compiles")) == (1, 1)
        os.kill(holder, signal.SIGCONT)
        assert os.waitpid(holder, 0)[1] == 0
        use(folder)
        assert right(1).hit
        """
    )


def test_fault_21_network_file_systems(child: Child) -> None:
    """Silly-renamed files, a stale handle after the rename, an entry that is seen late."""
    child(
        """
        import errno
        use(folder)
        loaded = right(1)
        ghost = Path(loaded.path).with_name(".nfs00000000012345670000abcd")
        ghost.write_bytes(b"x")
        os.utime(ghost, (1, 1))
        for calls in ("rename", "lstat", "open", "fsync"):
            use(folder)
            arm(folder, calls, 1, errno.ESTALE)
            right(1), right(2)
            disarm()
            assert ghost.exists()
        # Late: the entry is not there yet when it is looked for, and is there when it is published.
        use(folder)
        arm(loaded.path, "lstat,open,stat,access", 1, errno.ENOENT, 1)
        assert not right(1).hit
        disarm()
        use(folder)
        c.prune(0), c.prune(1)
        c.clear()
        assert ghost.exists() and entry_files(folder) == [] and lines == []
        """,
        spoiled=True,
    )


def test_fault_22_clock_at_its_ends_and_running_back(child: Child) -> None:
    child(
        """
        century = 100 * 365 * 86400
        n = 0
        for shift in (0, -century, century, -3600 * 3, 0):
            shim.fault_clock(shift)
            use(folder, max_size=60_000)
            for _ in range(4):
                n += 1
                right(n)
                assert right(n).hit
            assert not build(n + 1000).hit
            c.prune(60_000)
            assert sum(path.stat().st_size for path in entry_files(folder)) <= 60_000
            all_sound(folder)
            # Times of files as such a clock would have set them.
            for path in entry_files(folder):
                os.utime(path, (max(0, time.time() + shift), max(0, time.time() + shift)))
            use(folder)
            right(n)
        assert not left_behind(folder)
        """,
        spoiled=True,
    )
