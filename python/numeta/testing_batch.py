"""Many kernels in one compilation: what a fuzzer needs to try thousands of them.

Each kernel is traced and emitted as at its first call. The Fortran procedures of all that share
flags are then one source and their stubs another, built once by the same toolchain; one more
function in the stubs tells where each stub lies. The kernels' names must differ, as those of the
procedures in one source must. A kernel that was compiled so runs like any other.
"""

from __future__ import annotations

import ctypes
import hashlib
import re
from collections.abc import Sequence
from typing import Any, cast

from . import _cache, compilation
from .arguments import Argument
from .config import config
from .kernel import Kernel
from .records import Record


class _Part(Record):
    """One kernel of a loaded batch, with the attributes of `_cache.Loaded`."""

    address: int
    key: str
    hit: bool
    path: str
    timings: dict[str, float]
    batch: _cache.Loaded


class Prepared(Record):
    """A kernel traced for its arguments and not compiled yet."""

    kernel: Any  # a Kernel, which mypy would bind as a method here
    arguments: Sequence[Argument]
    traced: compilation.Traced


def prepare(kernel: Kernel, args: Sequence[Any]) -> Prepared:
    """Trace and emit `kernel` for `args`, as its first call would."""
    arguments = kernel._classified(kernel.bind(*args))
    return Prepared(kernel, arguments, compilation.trace(kernel, arguments))


def build(batch: Sequence[Prepared], optimise: str = "") -> None:
    """Compile all in as few compilations as their flags allow, and add what was made to each.

    With `optimise`, as "-O1", at this level in place of each kernel's own. Raises
    `_cache.BuildError` for all of them if one does not compile.
    """
    groups: dict[tuple[str, ...], list[Prepared]] = {}
    for item in batch:
        flags = tuple(
            optimise if optimise and re.fullmatch("-O.", flag) else flag
            for flag in item.traced.emission.flags
        )
        groups.setdefault(flags, []).append(item)
    config.apply_to_cache()
    for flags, items in groups.items():
        _build_group(flags, items)


def _build_group(flags: Sequence[str], items: Sequence[Prepared]) -> None:
    # Equal texts have one symbol: such kernels share their code.
    emissions = {item.traced.emission.symbol: item.traced.emission for item in items}
    digest = hashlib.sha256(" ".join(emissions).encode()).hexdigest()[:16]
    name = f"numeta_batch_{digest}"
    places = "".join(f"  f[{k}] = (int64_t)&{symbol};\n" for k, symbol in enumerate(emissions))
    head = f'__attribute__((visibility("default"))) int32_t {name}(int64_t *f)'
    stubs = [emission.stub for emission in emissions.values()]
    stubs.append(f"{head};\n{head}\n{{\n{places}  return 0;\n}}\n")
    fortran = "\n".join(emission.fortran for emission in emissions.values())
    libraries = sorted(set().union(*(emission.libraries for emission in emissions.values())))
    loaded = _cache.build(fortran, "\n".join(stubs), name, list(flags), name, libraries=libraries)
    table = (ctypes.c_int64 * len(emissions))()
    ctypes.CFUNCTYPE(ctypes.c_int32, ctypes.c_void_p)(loaded.address)(table)
    addresses = dict(zip(emissions, table, strict=True))
    for item in items:
        address = addresses[item.traced.emission.symbol]
        part = _Part(address, loaded.key, loaded.hit, loaded.path, loaded.timings, loaded)
        item.kernel._take(
            compilation.specialise(
                item.kernel, item.arguments, item.traced, cast(_cache.Loaded, part)
            )
        )
