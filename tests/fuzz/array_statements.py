"""Statements on whole arrays: new and re-bound names, views, in-place operators, loops over rows.

A name keeps its element type and its labels (see array_expressions.py); one that is bound again to
other lengths has no labels from the start. Views that overlap what is written are frequent.
"""

from __future__ import annotations

from collections.abc import Callable

from .array_expressions import ArrayExpressions, casts, length, shape
from .expressions import Dims, Helped, Local, Name
from .rules import NUMPY_NAME, STRONG, kind, result_type
from .statements import SIGNS, Frame, Returned, Statements

_DEPTH = 3


class ArrayStatements(ArrayExpressions, Statements):
    """Writes statements on arrays among the others."""

    share = 0.0  # of the statements that are about whole arrays

    def inner(self, construct: str, count: int, depth: int) -> bool:
        before = dict(self.locals)
        reached = super().inner(construct, count, depth)
        self.locals = before
        return reached

    def statement(self, depth: int) -> bool:
        if self.r.random() >= self.share:
            return super().statement(depth)
        carried = self.features.control or not self.frame.compiled
        makers: list[tuple[int, Callable[[int], None]]] = [
            (5, self.write_new_array),
            (5, self.write_slice),
            (4, self.write_in_place),
            (2, self.write_masked),
            (2, self.write_repeated),
            (2, self.write_element),
            (1, self.write_filled),
            (1, self.write_pair),
        ]
        if carried:
            makers += [(5, self.write_rebound), (3, self.write_array_swap), (3, self.write_shrunk)]
        if depth > 0 and self.features.control:
            makers += [(3, self.write_rows), (2, self.write_array_branch), (2, self.write_chosen)]
        ((_, make),) = self.r.choices(makers, [weight for weight, _ in makers])
        make(depth)
        return True

    # -- which array --------------------------------------------------------------------------

    def some_local(self, written: bool = False, known: bool = True) -> Local | None:
        there = [
            x for x in self.locals.values() if (x.written or not written) and (x.known or not known)
        ]
        return self.r.choice(there) if there else None

    def some_dims(self) -> Dims:
        there = [x.dims for x in self.locals.values() if x.known]
        if not there or self.r.random() < 0.1:
            return (self.r.choice((0, 1, 3, 4, 5)),)
        dims = self.r.choice(there)
        roll = self.r.random()
        if roll < 0.12:
            return tuple(("less", dim) for dim in dims)
        if roll < 0.2:
            return tuple((self.r.choice(("half", "floor")), dim) for dim in dims)
        if roll < 0.28 and len(dims) == 2:
            return dims[::-1]
        if roll < 0.34 and len(dims) == 2:
            return dims[1:]
        if roll < 0.4:
            return (dims[0], self.r.choice(there)[-1])
        return dims

    def array_type(self) -> str:
        there = [x.type for x in self.locals.values()]
        wanted = self.some_type()
        if wanted not in STRONG or (there and self.r.random() < 0.7):
            return self.r.choice(there or ["f8"])
        return wanted

    # -- names --------------------------------------------------------------------------------

    def write_new_array(self, depth: int) -> None:
        dims, wanted = self.some_dims(), self.array_type()
        source = self.some_local()
        name = self.fresh("w")
        self.note("new array", wanted)
        if source is not None and self.r.random() < 0.35:
            views = self._views_of(source, source.dims)  # a view that is written later
            self.line(f"{name} = {self.r.choice([source.name, *views])}")
            self.locals[name] = Local(name, source.type, source.dims, written=source.written)
            return
        self.line(f"{name} = {self.array(wanted, dims, self.r.randint(0, _DEPTH))}")
        self.locals[name] = Local(name, wanted, dims)

    def write_rebound(self, depth: int) -> None:
        x = self.some_local()
        if x is None or x.fixed:
            return self.write_new_array(depth)
        self.note("rebind array", x.type)
        self.bound_again(x)
        self.line(f"{x.name} = {self.array(x.type, x.dims, self.r.randint(0, _DEPTH))}")
        return None

    def bound_again(self, x: Local) -> None:
        """A name that is one array or another at run time is rarely written: that is refused."""
        if self.frame.compiled and self.r.random() < 0.97:
            x.written = False

    def write_array_swap(self, depth: int) -> None:
        there = [x for x in self.locals.values() if x.known and not x.fixed and x.written]
        pairs = [
            (a, b)
            for a in there
            for b in there
            if a.name < b.name and (a.type, a.dims) == (b.type, b.dims)
        ]
        if not pairs:
            return self.write_rebound(depth)
        a, b = self.r.choice(pairs)
        self.note("swap arrays", a.type)
        self.bound_again(a)
        self.bound_again(b)
        if self.r.random() < 0.6:
            self.line(f"{a.name}, {b.name} = {b.name}, {a.name}")
        else:
            self.line(f"{a.name}, {b.name} = {b.name}, {self.array(a.type, a.dims, 2)}")
        return None

    def write_shrunk(self, depth: int) -> None:
        """A name of unknown length: made, or bound again to another one."""
        there = [x for x in self.locals.values() if not x.known]
        if not there or self.r.random() < 0.3:
            x = self.some_local()
            if x is None or len(x.dims) != 1:
                return self.write_new_array(depth)
            name = self.fresh("u")
            bounds = [self.integer_leaf(20) for _ in range(2)]
            mask = f"{x.name} {self.r.choice(('==', '!='))} {self.literal(x.type)}"
            key = self.r.choice((f"{bounds[0]}:{bounds[1]}", f"{bounds[0]}:", f"::{1}", mask))
            self.note("unknown length", x.type)
            self.line(f"{name} = {x.name}[{key}]")
            self.locals[name] = Local(name, x.type, (None,), written=x.written)
            return None
        x = self.r.choice(there)
        self.note("other length", x.type)
        bound = self.integer_leaf(8)
        view = f"{x.name}[{self.r.choice(('1:', ':-1', '::-1', '::2', f'{bound}:', f':{bound}'))}]"
        one = self.literal(x.type)
        new = self.r.choice((view, view, f"{view}.copy()", f"np.concatenate(({view}, {view}))"))
        if "concatenate" in new and self.frame.loops:
            new = f"{view}.copy()"
        if kind(x.type) in "fc" and self.r.random() < 0.4:
            new = f"{new} + {one}"
        self.line(f"{x.name} = {new}")
        return None

    # -- writes -------------------------------------------------------------------------------

    def target(self, x: Local) -> tuple[str, Dims]:
        """A part of an array to write to, and its labels."""
        if self.r.random() < 0.35:
            return f"{x.name}[{self.r.choice((':', '...', '::-1'))}]", x.dims
        if len(x.dims) == 2 and self.r.random() < 0.5:
            if self.r.random() < 0.5:
                return f"{x.name}[{self.place(x, 0)}]", x.dims[1:]
            return f"{x.name}[:, {self.place(x, 1)}]", x.dims[:1]
        how = self.r.choice(("less", "half", "floor"))
        text = {"less": ("1:", ":-1"), "half": ("::2",), "floor": ("1::2",)}[how]
        return f"{x.name}[{self.r.choice(text)}]", ((how, x.dims[0]), *x.dims[1:])

    def stored_array(self, x: Local, dims: Dims) -> str:
        there = [y.type for y in self.locals.values() if casts(y.type, x.type)]
        given = self.r.choice([x.type, x.type, *there])
        roll = self.r.random()
        if roll < 0.2:
            if kind(x.type) in "iu":
                return self.fitting(x.type, 1)
            return self.expression(x.type, 2)
        return self.array(given, self.broadcast(dims) if roll < 0.4 else dims, 2)

    def write_slice(self, depth: int) -> None:
        x = self.some_local(written=True)
        if x is None:
            return self.write_new_array(depth)
        text, dims = self.target(x)
        self.note("store slice", x.type)
        value = self.stored_array(x, dims)
        if len(dims) == 1 < len(x.dims) and value.startswith(f"{x.name}["):
            value = (
                f"({value}).copy()"  # a column into a row: NumPy itself reads what it has written
            )
        self.line(f"{text} = {value}")
        return None

    def in_place_sign(self, x: Local, operand: str) -> str:
        """A sign whose result NumPy stores in the array."""
        for _ in range(6):
            sign = self.r.choice(list(SIGNS))
            found = result_type(SIGNS[sign], x.type, operand)
            complex_product = kind(x.type) == "c" and sign in "*/"
            if found in STRONG and casts(found, x.type) and not complex_product:
                return sign
        return ""

    def write_in_place(self, depth: int) -> None:
        x = self.some_local(written=True)
        if x is None:
            return self.write_new_array(depth)
        text, dims = (x.name, x.dims) if self.r.random() < 0.6 else self.target(x)
        given = self.r.choice([x.type, *(y.type for y in self.locals.values())])
        weak = {"b": "bool", "i": "int", "u": "int", "f": "float", "c": "complex"}[kind(x.type)]
        if self.r.random() < 0.35:
            sign = self.in_place_sign(x, weak)
            operand = self.fitting(x.type, 1) if weak == "int" else self.expression(weak, 1)
        else:
            sign = self.in_place_sign(x, given)
            operand = self.array(given, self.broadcast(dims), 2)
        if not sign:
            return self.write_slice(depth)
        self.note(f"array {sign}=", x.type)
        self.line(f"{text} {sign}= {operand}")
        return None

    def write_masked(self, depth: int) -> None:
        x = self.some_local(written=True)
        if x is None:
            return self.write_new_array(depth)
        self.note("masked store", x.type)
        sign = self.r.choice(("=", "=", "+=")) if kind(x.type) in "iufc" else "="
        value = self.fitting(x.type, 1) if kind(x.type) in "iu" else self.expression(x.type, 1)
        mask = self.array("b1", x.dims, 2)
        # NumPy itself reads a mask that is a view of what it writes while it writes.
        mask = f"({mask}).copy()" if kind(x.type) == "b" else mask
        self.line(f"{x.name}[{mask}] {sign} {value}")
        return None

    def write_repeated(self, depth: int) -> None:
        """A store by an array of indices, some of which are equal."""
        x = self.some_local(written=True)
        if x is None or len(x.dims) != 1 or kind(x.type) == "b":
            return self.write_slice(depth)
        self.note("store at indices", x.type)
        sign = self.r.choice(("=", "+=", "-="))
        value = self.array(x.type, x.dims, 1)
        self.line(f"{x.name}[{self.indices(x.dims)}] {sign} {value}")
        return None

    def write_element(self, depth: int) -> None:
        x = self.some_local(written=True, known=False)
        if x is None:
            return self.write_new_array(depth)
        self.note("local store", x.type)
        index = ", ".join(self.place(x, k) for k in range(len(x.dims)))
        found = self.augmentation(x.type) if self.r.random() < 0.4 else None
        if found is not None:
            self.line(f"{x.name}[{index}] {found[0]}= {found[1]}")
            return None
        self.line(f"{x.name}[{index}] = {self.expression(x.type, 2)}")
        return None

    def write_filled(self, depth: int) -> None:
        """An array of undefined content that a loop fills."""
        dims, wanted, name = self.some_dims(), self.array_type(), self.fresh("w")
        self.note("fill", wanted)
        self.line(f"{name} = np.empty({shape(dims)}, {NUMPY_NAME[wanted]})")
        index = self.fresh("i")
        over = "range" if self.features.control else "nm.range"
        self.line(f"for {index} in {over}({length(dims[0])}):")
        scope = self.scope
        self.scope = scope.copy()
        self.scope.names[index] = Name(index, "int", 8, fixed=True)
        row = f"{name}[{index}]"
        if len(dims) == 2 and self.r.random() < 0.5:
            self.line(f"    {row} = {self.array(wanted, dims[1:], 1)}")
        elif len(dims) == 2:
            self.line(f"    {name}[{index}, :] = {self.expression(wanted, 1)}")
        else:
            self.line(f"    {row} = {self.expression(wanted, 2)}")
        self.scope = scope
        self.locals[name] = Local(name, wanted, dims)

    def write_pair(self, depth: int) -> None:
        """Arrays in a container that is known when the kernel is traced."""
        x, y = (
            self.some_local(written=True, known=False),
            self.some_local(written=True, known=False),
        )
        if x is None or y is None:
            return self.write_new_array(depth)
        name = self.fresh("t")
        self.note("container", x.type)
        form = self.r.choice(("({}, {})", "[{}, {}]", "{{0: {}, 1: {}}}"))
        self.line(f"{name} = {form.format(x.name, y.name)}")
        if self.r.random() < 0.5:
            self.line(f"for {name}x in {name}{'.values()' if '{{' in form else ''}:")
            self.line(f"    {name}x[::2] = {self.literal(x.type if x.type == y.type else 'int')}")
        else:
            self.line(f"{name}[0][:1] = {self.fitting(x.type, 0) if kind(x.type) in 'iu' else '1'}")
        return None

    # -- control flow -------------------------------------------------------------------------

    def write_rows(self, depth: int) -> None:
        """A loop over the rows or elements of a local array."""
        x = self.some_local()
        if x is None:
            return self.write_new_array(depth)
        scope, before = self.scope, dict(self.locals)
        self.scope = scope.copy()
        item, index = self.fresh("r"), self.fresh("i")
        form = self.r.choice(("{} in {}", "{i}, {} in enumerate({})", "{} in reversed({})"))
        self.note("for rows" if len(x.dims) == 2 else "for elements", x.type)
        source = self.r.choice((x.name, x.name, f"{x.name}[::-1]", f"{x.name}[1:]"))
        self.line(f"for {form.format(item, source, i=index)}:")
        if "enumerate" in form:
            self.scope.names[index] = Name(index, "int", 8, fixed=True)
        if len(x.dims) == 2:
            self.locals[item] = Local(item, x.type, x.dims[1:], fixed=True, written=x.written)
        else:
            self.scope.names[item] = Name(item, x.type, fixed=self.r.random() < 0.5)
        self.loop_body("for rows", depth)
        self.scope, self.locals = scope, before

    def write_array_branch(self, depth: int) -> None:
        """A name that both arms bind to arrays."""
        name, dims, wanted = self.fresh("w"), self.some_dims(), self.array_type()
        self.note("array in both", wanted)
        self.frame.compiled += 1
        for head in (f"if {self.condition(2)}:", "else:"):
            self.line(head)
            self.line(f"    {name} = {self.array(wanted, dims, self.r.randint(0, 2))}")
            if self.r.random() < 0.3:
                self.inner("array in both", 1, depth - 1)
        self.frame.compiled -= 1
        self.locals[name] = Local(name, wanted, dims, written=self.r.random() < 0.3)

    def write_chosen(self, depth: int) -> None:
        """One of two arrays, which is written or read after."""
        x = self.some_local(written=True)
        if x is None:
            return self.write_new_array(depth)
        other = self.r.choice(self.arrays_like(x.type, x.dims, written=True))
        name = self.fresh("w")
        self.note("chosen", x.type)
        self.line(f"{name} = {x.name} if {self.condition(1)} else {other}")
        self.locals[name] = Local(name, x.type, x.dims, written=self.r.random() < 0.05)
        return None

    # -- what is returned -----------------------------------------------------------------------

    def returned(self, wanted: Returned) -> str:
        if not isinstance(wanted, Local):
            return super().returned(wanted)
        self.note("return array", wanted.type)
        there = self.arrays_like(wanted.type, wanted.dims)
        if there and self.r.random() < 0.6:
            return self.r.choice(there)
        text = self.array(wanted.type, wanted.dims, self.r.randint(0, 2))
        # A view of what is one array or another at run time is refused.
        certain = all(x.written for x in self.locals.values()) or self.r.random() < 0.03
        return text if certain else f"({text}).copy()"

    # -- functions of arrays --------------------------------------------------------------------

    def write_array_helper(self, name: str, types: list[str]) -> None:
        """A function of arrays, which may write them and may return one of them."""
        result = self.r.choice(types)
        dims: Dims = (("text", "len(b0)"),)
        self.begin([Local(f"b{k}", t, dims) for k, t in enumerate(types)], Frame((), False))
        self.frame.returns = (Local("", result, dims),)
        self.line(f"def {name}({', '.join(self.locals)}):")
        self.indent, self.construct, self.budget = 1, ["array helper"], 4
        self.body(self.r.randint(0, 3), 1)
        self.lines += ["", ""]
        self.array_helpers.append(Helped(name, types, result))
