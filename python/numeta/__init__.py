"""numeta: a just-in-time compiler for numerical Python, by way of readable Fortran.

    import numpy as np, numeta as nm

    @nm.jit
    def scale(a: nm.f8[:], factor: nm.f8) -> None:
        for i in nm.range(a.shape[0]):
            a[i] *= factor

A kernel that compiles gives what plain Python with NumPy gives, or it raises an error that
names the line. Importing numeta loads NumPy and the extension modules; everything else waits until
it is needed.
"""

from typing import TYPE_CHECKING, Any

from . import interpreters  # noqa: F401  # first: it may refuse
from .config import config as config
from .debug import debug as debug
from .errors import CompileError as CompileError
from .errors import ConfigError as ConfigError
from .errors import ConfigWarning as ConfigWarning
from .errors import NumetaError as NumetaError
from .errors import SpecialisationWarning as SpecialisationWarning
from .errors import TraceError as TraceError
from .external import External as External
from .external import external as external
from .external import fortran as fortran
from .external import inout as inout
from .external import ref as ref
from .fingerprint import frozen as frozen
from .kernel import Kernel as Kernel
from .kernel import inline as inline
from .kernel import jit as jit
from .loops import frange as frange
from .loops import prange as prange
from .loops import range as range
from .loops import unroll as unroll
from .threads import get_num_threads as get_num_threads
from .threads import set_num_threads as set_num_threads
from .version import VERSION

if TYPE_CHECKING:
    from . import testing as testing
    from ._hints import b1 as b1
    from ._hints import bool_ as bool_
    from ._hints import c8 as c8
    from ._hints import c16 as c16
    from ._hints import complex64 as complex64
    from ._hints import complex128 as complex128
    from ._hints import comptime as comptime
    from ._hints import f4 as f4
    from ._hints import f8 as f8
    from ._hints import float32 as float32
    from ._hints import float64 as float64
    from ._hints import i1 as i1
    from ._hints import i2 as i2
    from ._hints import i4 as i4
    from ._hints import i8 as i8
    from ._hints import int8 as int8
    from ._hints import int16 as int16
    from ._hints import int32 as int32
    from ._hints import int64 as int64
    from ._hints import u1 as u1
    from ._hints import u2 as u2
    from ._hints import u4 as u4
    from ._hints import u8 as u8
    from ._hints import uint8 as uint8
    from ._hints import uint16 as uint16
    from ._hints import uint32 as uint32
    from ._hints import uint64 as uint64
else:
    from .types import DTYPES as _dtypes
    from .types import comptime as comptime

    for _dtype in _dtypes:
        globals()[_dtype.short] = _dtype
        globals()["bool_" if _dtype.name == "bool" else _dtype.name] = _dtype
    del _dtype, _dtypes

__version__ = VERSION


def __getattr__(name: str) -> Any:
    if name == "testing":
        import importlib

        return importlib.import_module(".testing", __name__)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
