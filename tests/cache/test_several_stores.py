"""Several stores, namespaces, no limit of size: by the module's settings and by the variables.

Stores after the first are never written to; what cannot be trusted is not read.
"""

from __future__ import annotations

import os

import pytest

from .conftest import Child, Program


def test_folders_after_the_first_are_read_and_never_written(child: Child) -> None:
    child(
        """
        use(folder + "-far")
        right(1), right(2)
        use(folder + "-near")
        right(3)
        use(folder + "-mine", max_size=1 << 30)
        def state():
            found = {path: path.lstat() for path in Path(folder + "-far").rglob("*")}
            return {path: (s.st_ino, s.st_size, s.st_mtime_ns) for path, s in found.items()}
        before = state()
        c.configure(path=":".join(folder + end for end in ("-mine", "-near", "-far")))
        assert [right(n).hit for n in (1, 2, 3, 4)] == [True, True, True, False]
        assert [path.parent.parent.name for path in entry_files(folder + "-mine")] == ["store-mine"]
        assert len(c.entries()) == 4
        c.clear(), c.prune(1)
        assert state() == before
        c.configure(path=None)
        use(folder + "-mine")
        assert c.entries() == [], (c.entries(), c.directory())
        assert not right(1).hit
        """
    )


def test_folder_to_read_that_is_missing_or_not_to_be_trusted(child: Child) -> None:
    child(
        """
        use(folder + "-open")
        right(1)
        use(folder)
        Path(folder + "-open").chmod(0o777)
        c.configure(path=f"{folder}-mine:{folder}-none:{folder}-open:/dev/null")
        right(1)
        assert not os.path.exists(folder + "-none")
        assert [line for line in lines if "can be written by others; it is not read" in line]
        assert right(1).hit
        """
    )


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root to become another user")
def test_store_that_root_filled_serves_another_user(child: Child) -> None:
    """With the toolchain's record in it, no compiler is asked."""
    child(
        """
        import shutil
        shared = f"/tmp/numeta-test-shelf-{os.getpid()}"
        try:
            use(shared)
            right(1)
            use(folder)
            for path in [Path(shared), *Path(shared).rglob("*")]:
                path.chmod(0o755 if path.is_dir() else 0o644)
            def another():
                os.setgroups([])
                os.setgid(65534)
                os.setuid(65534)
                c.configure(path=f"{shared}-mine:{shared}")
                before = os.times().children_user
                assert right(1).hit and os.times().children_user == before
            assert in_child(another) == 0
        finally:
            shutil.rmtree(shared)
        """
    )


def test_namespaces_do_not_see_one_another(child: Child) -> None:
    child(
        """
        for name, hit in (("a", False), ("b", False), ("a", True), (None, False), ("b", True)):
            use(folder, namespace=name)
            assert right(1).hit == hit, name
        assert {row["outcome"] for row in c.verify()} == {"equal"} and len(c.entries()) == 3
        """
    )


def test_settings_reach_the_cache(program: Program) -> None:
    code = """
        import os
        os.environ["NUMETA_CACHE_PATH"] = os.path.abspath("one") + ":" + os.path.abspath("two")
        os.environ["NUMETA_CACHE_NAMESPACE"] = "mine"
        os.environ["NUMETA_CACHE_MAX_SIZE"] = "0"
        os.environ["NUMETA_COMPILE_TIMEOUT"] = "100"
        import numpy as np, numeta as nm
        @nm.jit
        def kernel(a: nm.f8[:]) -> float:
            return a[0] + 1
        assert kernel(np.ones(1)) == 2
        from numeta import _cache
        assert _cache.directory() == os.path.abspath("one")
        (entry,) = _cache.entries()
        assert _cache.entry(entry["key"])["material"]["namespace"] == "mine"
    """
    assert program(code) == "1\n"
