"""Faults 1 to 6: entries that are torn, damaged, foreign, or another kernel's under the same name.

What holds in all of them: the result is right, a damaged file is never loaded, and the next build
puts a sound one in its place.
"""

from __future__ import annotations

import pytest

from .conftest import Child

PUBLISHING = "open,mkdir,write,fsync,rename,unlink,flock"


def kills(calls: str, action: int) -> str:
    """Kills a build at the n-th of these calls, n = 1, 2, ... until one lives; then looks."""
    return f"""
        import signal
        for n in range(1, 200):
            store = f"{{folder}}-{{n}}"
            def killed():
                use(store)
                arm(store, {calls!r}, n, action={action})
                right(1)
            ended = in_child(killed)
            assert ended in (0, -signal.SIGKILL), ended
            all_sound(store)
            there = len(entry_files(store))
            def healthy():
                use(store)
                right(1)
                assert counted("compiles") == 1 - there, (n, there)
            assert in_child(healthy) == 0, n
            all_sound(store)
            temporaries = [path for path in left_behind(store) if ".tmp-" in path.name]
            for path in temporaries:
                assert path.exists()
                os.utime(path, (1, 1))
            c.prune(1 << 40)
            assert not any(path.exists() for path in temporaries)
            if ended == 0:
                break
        print(n)
    """


def test_fault_01_killed_before_any_call_of_publishing(child: Child) -> None:
    assert int(child(kills(PUBLISHING, 1), spoiled=True)) > 10


def test_fault_01_killed_in_the_middle_of_any_write(child: Child) -> None:
    assert int(child(kills("write", 3), spoiled=True)) > 2


@pytest.mark.faults
def test_fault_01_killed_after_any_call(child: Child) -> None:
    assert int(child(kills("*", 2), spoiled=True, seconds=500)) > 20


def test_fault_02_truncated_at_every_length(child: Child) -> None:
    """Each length is refused; for some of them the whole way is gone, and dlopen counted."""
    child(
        """
        use(folder)
        loaded = right(1)
        path = Path(loaded.path)
        whole = path.read_bytes()
        store = Path(folder)
        def replace(size):
            other = path.with_suffix(".new")
            other.write_bytes(whole[:size])
            other.replace(path)
        for size in range(0, len(whole), 7):
            replace(size)
            assert c.entry(loaded.key)["state"] != "sound", size
        for size in (0, 1, 47, 48, 49, 64, len(whole) // 2, len(whole) - 49, len(whole) - 1):
            replace(size)
            use(folder)
            arm(folder, "dlopen", NEVER)
            again = right(1)
            assert (again.hit, len(lines), counted("corrupt")) == (False, 1, 1), (size, lines)
            assert disarm() <= 1 and path.read_bytes()[:-700] == whole[:-700]
            use(folder)
            assert right(1).hit
        """,
        spoiled=True,
    )


def test_fault_03_a_thousand_bits_flipped(child: Child) -> None:
    child(
        """
        import random
        rng = random.Random(3)
        use(folder)
        loaded = right(1)
        path = Path(loaded.path)
        whole = path.read_bytes()
        def flip(bit):
            damaged = bytearray(whole)
            damaged[bit // 8] ^= 1 << bit % 8
            other = path.with_suffix(".new")
            other.write_bytes(damaged)
            other.replace(path)
        flipped = [rng.randrange(len(whole) * 8) for _ in range(1000)]
        for bit in flipped:
            flip(bit)
            assert c.entry(loaded.key)["state"] != "sound", bit
        # The trailer in full, the rest here and there: built again and replaced.
        for bit in [*flipped[:6], *((len(whole) - 1 - i) * 8 for i in range(0, 48, 9))]:
            flip(bit)
            use(folder)
            arm(folder, "dlopen", NEVER)
            assert not right(1).hit and len(lines) == 1, (bit, lines)
            disarm()
            use(folder)
            assert right(1).hit and lines == []
        """,
        spoiled=True,
    )


def test_fault_04_other_formats_are_misses(child: Child) -> None:
    """A newer format with its checksum, which stays, is fault_test.cpp's."""
    child(
        """
        use(folder)
        path = Path(right(1).path)
        whole = path.read_bytes()
        def patched(offset, value):
            at = len(whole) - 48 + offset
            return whole[:at] + value + whole[at + len(value):]
        for bytes_ in (patched(0, b"another!"), patched(8, b"\\0"), patched(8, b"\\x63")):
            other = path.with_suffix(".new")
            other.write_bytes(bytes_)
            other.replace(path)
            use(folder)
            assert not right(1).hit and len(lines) == 1, lines
            assert path.read_bytes() != bytes_
            use(folder)
            assert right(1).hit
        """
    )


def test_fault_05_entry_of_another_key(child: Child) -> None:
    child(
        """
        import shutil
        use(folder)
        one, two = Path(right(1).path), Path(right(2).path)
        other = one.with_suffix(".new")
        shutil.copyfile(two, other)
        other.replace(one)
        use(folder)
        assert not right(1).hit and right(2).hit
        assert len(lines) == 1 and "another kernel" in lines[0], lines
        use(folder)
        assert right(1).hit and right(2).hit and lines == []
        """
    )
