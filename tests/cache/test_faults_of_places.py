"""Faults 13, 14, 23 to 26, 35, 37: folders that are read-only, foreign, full or oddly named.

Whatever the place, the result is right; what is not the cache's is neither read nor changed.
"""

from __future__ import annotations

import os

import pytest

from .conftest import Child

AS_NOBODY = """
    import subprocess
    def as_nobody(work):
        def changed():
            os.setgroups([])
            os.setgid(65534)
            os.setuid(65534)
            work()
        assert in_child(changed) == 0
"""
root = pytest.mark.skipif(os.geteuid() != 0, reason="needs root to become another user")


@root
def test_fault_13_read_only_store(child: Child) -> None:
    """Hits are served, new kernels are built in a private folder that is gone afterwards."""
    child(
        AS_NOBODY
        + """
    import shutil
    folder = f"/tmp/numeta-test-read-only-{os.getpid()}"
    try:
        use(folder)
        right(1)
        for path in [Path(folder), *Path(folder).rglob("*")]:
            os.chown(path, 65534, 65534)
            path.chmod(0o500 if path.is_dir() else 0o400)
        def reader():
            os.environ.pop("XDG_RUNTIME_DIR")
            use(folder)
            assert right(1).hit and lines == []
            new = right(2)
            assert not new.hit and len(lines) == 1, lines
            private = Path(c.directory())
            assert private.stat().st_mode & 0o777 == 0o700
            assert right(2).hit and len(lines) == 1
            use(folder + "-none")
            assert not private.exists()
        as_nobody(reader)
        assert len(entry_files(folder)) == 1
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        shutil.rmtree(folder + "-none", ignore_errors=True)
    """
    )


@root
@pytest.mark.parametrize(
    "home", ["None", "'/nonexistent/home'", "'/proc'", "'relative'", "'/dev/null'", "''"]
)
def test_fault_14_home_unset_missing_or_unwritable(child: Child, home: str) -> None:
    child(
        AS_NOBODY
        + f"""
    home = {home}
    """
        + """
    for name in ("HOME", "XDG_CACHE_HOME", "XDG_RUNTIME_DIR"):
        os.environ.pop(name, None)
    if home is not None:
        os.environ["HOME"] = home
    def without_home():
        c.configure(dir=None, mode="on", log=lines.append)
        right(1)
        assert right(1).hit
        assert len(lines) == 1 and "are kept in" in lines[0], lines
        c.configure(mode="off")
    as_nobody(without_home)
    """
    )


def test_fault_14_module_in_a_zip_or_frozen(child: Child) -> None:
    """Nothing is read from beside the module: it may be anywhere and its folder gone."""
    child(
        """
        import shutil, subprocess
        elsewhere = Path(folder + "-module")
        elsewhere.mkdir()
        copy = elsewhere / Path(os.environ["FAULT_MODULE"]).name
        shutil.copy(os.environ["FAULT_MODULE"], copy)
        elsewhere.chmod(0o500)
        code = f"from fault_child import *; os.chdir('/'); use({folder!r}); right(1); right(1)"
        environment = os.environ | {"FAULT_MODULE": str(copy)}
        subprocess.run([sys.executable, "-S", "-c", code], env=environment, check=True)
        assert len(entry_files(folder)) == 1
        """
    )


CAPPED = """
    use(folder)
    size = Path(right(0).path).stat().st_size
    cap = CAP or 6 * size
    use(folder, max_size=cap)
    first = right(0)
    for n in range(1, 5 * cap // size):
        right(n)
    total = sum(path.stat().st_size for path in entry_files(folder))
    assert total <= cap + 2 * size, (total, cap)
    assert not os.path.exists(first.path) and counted("evicted") > 0
    assert call(first) == [2.0, 4.0, 6.0]  # still mapped, still runs
    last = max(range(1, 5 * cap // size))
    assert right(last).hit
    all_sound(folder)
"""


def test_fault_23_the_cap_holds_and_the_least_recently_used_go(child: Child) -> None:
    child(CAPPED.replace("CAP", "0"))


@pytest.mark.faults
def test_fault_23_a_cap_of_a_mebibyte(child: Child) -> None:
    child(CAPPED.replace("CAP", "(1 << 20)"), seconds=500)


def test_fault_23_use_is_what_keeps_an_entry(child: Child) -> None:
    child(
        """
        use(folder)
        size = Path(right(0).path).stat().st_size
        for n in range(1, 4):
            path = right(n).path
            os.utime(path, (1000 + n, 1000 + n))
        use(folder)
        right(1)  # the oldest, used now
        c.prune(2 * size + size // 2)
        use(folder)
        assert [right(n).hit for n in (0, 1)] == [True, True]
        assert not right(2).hit
        """
    )


def test_fault_24_entry_larger_than_the_cap(child: Child) -> None:
    child(
        """
        use(folder, max_size=1000)
        right(1)
        assert entry_files(folder) == [] and left_behind(folder) == []
        assert not right(1).hit
        use(folder, max_size=0)  # no limit
        right(1)
        assert right(1).hit and c.prune(0) == 0
        """
    )


def test_fault_25_foreign_files_are_neither_read_nor_removed(child: Child) -> None:
    """Anything may lie about, also under the very names that the store would use."""
    child(
        """
        import stat, threading
        use(folder)
        loaded = right(1)
        name, key = Path(loaded.path), loaded.key
        c.clear()
        near = name.parent
        planted = {}
        def plant(path, make):
            make(path)
            planted[path] = os.lstat(path)
        plant(near / "notes.txt", lambda p: p.write_text("mine"))
        plant(near / (key[:-1] + "g.so"), lambda p: p.write_text("mine"))
        plant(near / ("ff" * 16 + ".so"), lambda p: p.symlink_to(".."))
        plant(near / (key[:2] + "e" * 30 + ".so"), lambda p: p.symlink_to("/dev/zero"))
        plant(near / (key[:2] + "d" * 30 + ".so"), lambda p: os.mkfifo(p))
        plant(near / (key[:2] + "c" * 30 + ".so"), lambda p: p.mkdir())
        plant(Path(folder, "zz"), lambda p: p.symlink_to("/"))
        plant(Path(folder, "ab.txt"), lambda p: p.write_text("mine"))
        Path(folder, "stats").mkdir(mode=0o700, exist_ok=True)
        plant(Path(folder, "toolchains", "x.rec"), lambda p: os.mkfifo(p))
        plant(Path(folder, "stats", "12-34-5.stat"), lambda p: p.symlink_to("/etc/passwd"))
        for make in (lambda p: os.mkfifo(p), lambda p: p.symlink_to("/dev/zero"),
                     lambda p: p.symlink_to(".."), lambda p: p.mkdir()):
            for target in (name, near / (key + ".lock")):
                make(target)
                before = os.lstat(target)
                use(folder)
                right(1), right(2)
                c.entries(), c.stats(), c.verify(), c.prune(1), c.clear(), c.clear_stats()
                after = os.lstat(target)
                assert (before.st_ino, before.st_mode) == (after.st_ino, after.st_mode), target
                target.rmdir() if stat.S_ISDIR(after.st_mode) else target.unlink()
        for path, before in planted.items():
            after = os.lstat(path)
            assert (before.st_ino, before.st_mtime) == (after.st_ino, after.st_mtime), path
        use(folder)
        right(1)
        use(folder)
        assert right(1).hit
        """,
        seconds=60,
    )


def test_fault_26_statistics_lost_torn_or_huge(child: Child) -> None:
    child(
        """
        use(folder)
        right(1)
        use(folder)
        shards = list(Path(folder, "stats").iterdir())
        assert shards and c.stats()["all"]["compiles"] == 1
        for text in (b"", b"hits", b"hits 18446744073709551615\\nhits 9\\n", os.urandom(5000),
                     b"hits -1\\ncompiles 1e9\\n\\0\\0", b"hits 99999999999999999999999\\n"):
            shards[0].write_bytes(text)
            Path(folder, "stats", "total").write_bytes(text)
            use(folder)
            assert right(1).hit and lines == []
            assert 0 <= c.stats()["all"]["hits"] <= 2**64
        use(folder + "-other")
        for path in Path(folder, "stats").iterdir():
            path.unlink()
        Path(folder, "stats").rmdir()
        use(folder)
        assert right(1).hit
        use(folder)
        assert c.stats()["all"]["hits"] == 1, c.stats()
        # Many ended processes: their files become one.
        for n in range(100):
            Path(folder, "stats", f"{2**22 + n}-{n:x}-0.stat").write_text("hits 2\\n")
        use(folder)
        right(1)
        use(folder)
        assert c.stats()["all"]["hits"] == 202, c.stats()
        assert len(list(Path(folder, "stats").iterdir())) < 10
        """
    )


@root
def test_fault_35_store_of_another_user_open_to_all_or_a_link(child: Child) -> None:
    child(
        """
        for number, spoil in enumerate((
            lambda p: os.chown(p, 12345, 12345),
            lambda p: p.chmod(0o777),
            lambda p: p.chmod(0o770),
            lambda p: (p.rename(str(p) + "-there"), p.symlink_to(str(p) + "-there")),
        )):
            store = Path(f"{folder}-{number}")
            use(store)
            right(1)
            c.configure(mode="off")
            spoil(store)
            use(store)
            assert not right(1).hit and len(lines) == 1, lines
            assert str(store) in lines[0] and c.store_note(), lines
            assert c.directory() != str(store)
            assert right(1).hit
        # A folder inside the store, planted before the store needs it.
        store = Path(folder + "-inner")
        use(store)
        key = right(1).key
        c.clear()
        inner = store / key[:2]
        inner.rename(str(store) + "-elsewhere")
        inner.symlink_to(str(store) + "-elsewhere")
        use(store)
        right(1)
        assert list(Path(str(store) + "-elsewhere").glob("*.so")) == []
        """
    )


@root
def test_fault_35_group_mode_whatever_the_umask(child: Child) -> None:
    """Files 0660 and folders 2770, made by publishing, by statistics and by clearing."""
    child(
        """
        import stat
        os.umask(0o077)
        def modes():
            for path in [Path(folder), *Path(folder).rglob("*")]:
                mode = stat.S_IMODE(path.lstat().st_mode)
                assert mode == (0o2770 if path.is_dir() else 0o660), (path, oct(mode))
        use(folder, shared=True)
        right(1), right(2)
        c.prune(1 << 30)
        use(folder, shared=True)
        modes()
        for n in range(40):
            Path(folder, "stats", f"{2**22 + n}-{n:x}-0.stat").write_text("hits 2\\n")
        right(1)
        use(folder, shared=True)
        c.stats()
        assert Path(folder, "stats", "total").exists()
        modes()
        c.clear()
        right(3)
        use(folder, shared=True)
        modes()
        """
    )


@pytest.mark.parametrize(
    "name",
    [
        "b'with space'",
        'b"quo\'te\\"s"',
        "b'new\\nline'",
        "b'not\\xff\\xfeutf8'",
        "b'$(touch /tmp/owned);`x`|&*?'",
        "b'-rf'",
        "'\\u00fc\\u4e16'.encode()",
    ],
)
def test_fault_37_paths_of_any_bytes(child: Child, name: str) -> None:
    """The store, the folder for temporary files and the working folder have such a name."""
    child(
        f"name = {name}\n"
        + """
base = os.fsencode(folder) + b"-" + name
os.makedirs(base + b"/tmp")
os.chdir(base)
os.environb[b"TMPDIR"] = base + b"/tmp"
c.configure(dir=base + b"/store", mode="on", log=lines.append)
loaded = right(1)
assert right(1).hit and lines == [], lines
assert c.verify()[0]["outcome"] == "equal"
assert c.clear() == 1
assert not os.path.exists("/tmp/owned")
"""
    )


def test_fault_37_path_of_four_thousand_characters(child: Child) -> None:
    child(
        """
        length = 4000 - len(folder)
        deep = folder + ("/" + "d" * 199) * (length // 200)
        for path in (deep + "/" + "e" * (4000 - len(deep) - 1), folder + "/d" * 2100):
            use(path)
            right(1), right(1)
            assert len(lines) <= 1, lines
        """
    )
