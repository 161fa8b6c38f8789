"""How type checkers see the dtype objects as annotations. `nm.f8[:, :]` is a subscription that no
checker knows: mypy takes a name of type Any in an annotation without looking at what is between
the brackets, pyright does so for a class with its own __class_getitem__. Only mypy takes the
condition MYPY for true; pyright goes by the last declaration.
"""

from typing import Any

MYPY: bool

if MYPY:
    comptime: Any
    b1: Any
    i1: Any
    i2: Any
    i4: Any
    i8: Any
    u1: Any
    u2: Any
    u4: Any
    u8: Any
    f4: Any
    f8: Any
    c8: Any
    c16: Any
else:
    class _Type(Any):
        def __class_getitem__(cls, shape: Any, /) -> Any: ...
        def __new__(cls, value: Any = ..., /) -> Any: ...

    class comptime(_Type): ...
    class b1(_Type): ...
    class i1(_Type): ...
    class i2(_Type): ...
    class i4(_Type): ...
    class i8(_Type): ...
    class u1(_Type): ...
    class u2(_Type): ...
    class u4(_Type): ...
    class u8(_Type): ...
    class f4(_Type): ...
    class f8(_Type): ...
    class c8(_Type): ...
    class c16(_Type): ...

bool_ = b1
int8 = i1
int16 = i2
int32 = i4
int64 = i8
uint8 = u1
uint16 = u2
uint32 = u4
uint64 = u8
float32 = f4
float64 = f8
complex64 = c8
complex128 = c16
