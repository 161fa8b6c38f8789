// trace_array_module.cpp - the functions of arrays in the module _trace: what Python code makes
// NumPy's functions of.
#include <pybind11/stl.h>

#include <algorithm>
#include <map>

#include "python/binding/trace_arrays.hpp"
#include "python/binding/trace_notes.hpp"
#include "python/binding/trace_pybind.hpp"

namespace numeta::binding {
namespace {

using core::DType;
using core::NodeId;

/// The traced value of `function` for all elements of the operands, or of the operands themselves
/// where none is an array; `out`: where to, and whether its casting rule is 'unsafe'.
py::object map(py::object function, const py::tuple& operands, py::object out, bool unsafe) {
  TraceState* state = required_current("a function of arrays");
  return run(state, [&]() -> PyObject* {
    state->note_origin();
    std::vector<PyObject*> all;
    for (const py::handle operand : operands) all.push_back(operand.ptr());
    const Elementwise apply = [function](std::span<PyObject* const> values) {
      return PyObject_Vectorcall(function.ptr(), values.data(), values.size(), nullptr);
    };
    if (!out.is_none()) return map_into(state, out.ptr(), apply, all, !unsafe);
    const bool many = std::ranges::any_of(all, is_many);
    return many ? mapped(state, apply, all) : apply(all);
  });
}

std::vector<NodeId> lengths(TraceState* state, const py::sequence& shape) {
  std::vector<NodeId> out;
  for (const py::handle length : shape) {
    const NodeId node = require_node(state, length.ptr(), "the length of an axis");
    out.push_back(state->graph.cast(node, DType::i8, true));
  }
  return out;
}

ArrayObject* array_in(py::handle value) {
  if (!is_array(value.ptr())) throw py::type_error("a traced array is expected");
  return reinterpret_cast<ArrayObject*>(value.ptr());
}

/// A fresh array; lengths are not negative.
py::object empty(const py::sequence& shape, const std::string& dtype, bool fortran) {
  TraceState* state = required_current("an array");
  return run(state, [&] {
    state->note_origin();
    const std::vector<NodeId> all = lengths(state, shape);
    const core::Layout layout = fortran ? core::Layout::F : core::Layout::C;
    return new_view(state, allocated(state, dtype_by_code(dtype), layout, all));
  });
}

py::object permuted(py::handle array, const std::vector<std::uint32_t>& axes) {
  const ArrayObject* object = array_in(array);
  return run(object->state, [&] {
    return new_view(object->state, views(object->state).permuted(*object->view, axes));
  });
}

py::object broadcast(py::handle array, const py::sequence& shape) {
  const ArrayObject* object = array_in(array);
  return run(object->state, [&] {
    const auto to = lengths(object->state, shape);
    return new_view(object->state, views(object->state).broadcast(*object->view, to));
  });
}

/// The same elements in C order, as many; None where NumPy would copy.
py::object reshaped(py::handle array, const py::sequence& shape) {
  const ArrayObject* object = array_in(array);
  return run(object->state, [&]() -> PyObject* {
    auto made = views(object->state).reshaped(*object->view, lengths(object->state, shape));
    return made ? new_view(object->state, std::move(*made)) : Py_NewRef(Py_None);
  });
}

/// The answer of a question about a graph, which may raise as what builds it does.
template <typename Question>
bool answered(TraceState* state, Question question) {
  bool answer = false;
  run(state, [&] {
    answer = question();
    return Py_NewRef(Py_None);
  });
  return answer;
}

/// Whether NumPy is known to copy there.
bool copies(py::handle array, const py::sequence& shape) {
  const ArrayObject* object = array_in(array);
  return answered(object->state, [&] {
    return views(object->state).copies(*object->view, lengths(object->state, shape));
  });
}

/// Whether it is known not to be one piece of memory in C order.
bool is_scattered(py::handle array) {
  const ArrayObject* object = array_in(array);
  return answered(object->state, [&] { return views(object->state).is_scattered(*object->view); });
}

/// A view by index algebra: for each axis of `array` its start, and what each axis of the new
/// shape adds for a step.
py::object remapped(py::handle array, const py::sequence& shape, const py::sequence& map) {
  const ArrayObject* object = array_in(array);
  TraceState* state = object->state;
  return run(state, [&] {
    std::vector<core::Affine> all;
    for (const py::handle item : map) {
      const auto entry = py::reinterpret_borrow<py::tuple>(item);
      core::Affine affine{require_node(state, py::object(entry[0]).ptr(), "a start"), {}};
      for (const auto& [axis, step] : entry[1].cast<std::map<std::uint32_t, py::object>>()) {
        affine.terms.emplace_back(axis, require_node(state, step.ptr(), "a step"));
      }
      all.push_back(std::move(affine));
    }
    return new_view(state, views(state).remapped(*object->view, lengths(state, shape), all));
  });
}

/// The shape that arrays have together.
py::tuple common_shape(const py::sequence& shapes) {
  TraceState* state = required_current("broadcasting");
  py::list out;
  run(state, [&] {
    state->note_origin();
    std::vector<std::vector<NodeId>> all;
    for (const py::handle shape : shapes) {
      all.push_back(lengths(state, py::reinterpret_borrow<py::sequence>(shape)));
    }
    for (const NodeId length : views(state).common_shape(all)) {
      out.append(py::reinterpret_steal<py::object>(length_object(state, length)));
    }
    return Py_NewRef(Py_None);
  });
  return py::tuple(out);
}

/// (number of the buffer, is it the whole buffer) of a traced array.
py::tuple buffer_of(py::handle array) {
  const ArrayObject* object = array_in(array);
  const bool is_whole = object->view->layers.empty() && !object->view->read_only;
  return py::make_tuple(object->view->buffer, is_whole);
}

/// Whether a length is known not to be 1.
bool is_plural(py::handle length) {
  TraceState* state = required_current("a length");
  return answered(
      state, [&] { return state->graph.is_plural(require_node(state, length.ptr(), "a length")); });
}

/// Whether two arrays may share memory.
bool may_share(py::handle a, py::handle b) {
  const ArrayObject* first = array_in(a);
  return meets(first->state, *first->view, *array_in(b)->view);
}

/// From now on `copy`, an array of its own memory, stands for a view of `original`.
void set_stand_in(py::handle copy, py::handle original) {
  const ArrayObject* object = array_in(copy);
  object->state->stand_ins[object->view->buffer] = {array_in(original)->view->buffer, 1};
}

/// Does it stand for what may be a view of memory of the caller's?
bool is_stand_in(py::handle array) {
  const ArrayObject* object = array_in(array);
  const auto copy = object->state->stand_ins.find(object->view->buffer);
  return copy != object->state->stand_ins.end() &&
         !object->state->graph.buffers()[copy->second.original].allocated;
}

bool is_read_only(py::handle array) { return array_in(array)->view->read_only; }

/// The elements in C order, always the array's own.
py::object flat(py::handle array) {
  const ArrayObject* object = array_in(array);
  return run(object->state,
             [&] { return new_view(object->state, views(object->state).flat(*object->view)); });
}

/// The element at an index from 0 on in every axis: nothing is wrapped or checked.
py::object load(py::handle array, const py::sequence& index) {
  const ArrayObject* object = array_in(array);
  TraceState* state = object->state;
  return run(state, [&] {
    state->note_origin();
    return new_scalar(state, views(state).load(*object->view, lengths(state, index)));
  });
}

/// Writes the element there, converted as by `astype`.
void store(py::handle array, const py::sequence& index, const py::object& value) {
  const ArrayObject* object = array_in(array);
  TraceState* state = object->state;
  run(state, [&] {
    state->note_origin();
    require_writable(state, *object->view);
    const NodeId node = require_node(state, value.ptr(), "an element");
    const DType to = state->graph.buffers()[object->view->buffer].type;
    views(state).store(*object->view, lengths(state, index),
                       state->lowering.convert(node, to, false));
    ++state->effects;
    return Py_NewRef(Py_None);
  });
}

/// Is its memory the kernel's own?
bool is_own(py::handle array) {
  const ArrayObject* object = array_in(array);
  return object->state->graph.buffers()[object->view->buffer].allocated;
}

bool is_same_view(py::handle a, py::handle b) { return *array_in(a)->view == *array_in(b)->view; }

/// Which of the changes of its memory was the last one.
std::uint32_t changed(py::handle array) {
  const ArrayObject* object = array_in(array);
  return object->state->graph.buffers()[object->view->buffer].changed;
}

bool is_contiguous(py::handle array) {
  const ArrayObject* object = array_in(array);
  return views(object->state).is_contiguous(*object->view);
}

/// The same view, which must not be written.
py::object read_only(py::handle array) {
  const ArrayObject* object = array_in(array);
  return run(object->state, [&] {
    core::View view = *object->view;
    view.read_only = true;
    return new_view(object->state, std::move(view));
  });
}

/// `array` is from now on the view that `other` is.
void become(py::handle array, py::handle other) {
  drop_notes(array.ptr());
  *array_in(array)->view = *array_in(other)->view;
}

/// Whether a length is 1: what is not known, and of no parameter, counts as another.
bool is_one(py::handle length) {
  TraceState* state = required_current("a length");
  return answered(state, [&] {
    const NodeId node = require_node(state, length.ptr(), "a length");
    const bool is_known = state->graph.is_integer_constant(node, 1);
    if (!is_known) state->graph.is_plural(node);
    return is_known;
  });
}

/// Of the length of a parameter's axis: the parameter's buffer, the axis, and the shape in the
/// traced call. None of any other length, and where that shape is not known.
py::object axis_of(py::handle length) {
  TraceState* state = required_current("a length");
  py::object found = py::none();
  run(state, [&] {
    const core::Node& n = state->graph.node(require_node(state, length.ptr(), "a length"));
    if (n.op == core::Op::dim && n.bits[1] < state->graph.buffers()[n.bits[0]].actual.size()) {
      found = py::make_tuple(n.bits[0], n.bits[1], state->graph.buffers()[n.bits[0]].actual);
    }
    return Py_NewRef(Py_None);
  });
  return found;
}

void set_array_hooks(py::object get, py::object set, py::object attribute, py::object convert,
                     py::object matmul, py::object matmul_into, py::object iterate,
                     py::object set_attribute, py::object origin) {
  array_hooks() = {
      get.release().ptr(),     set.release().ptr(),           attribute.release().ptr(),
      convert.release().ptr(), matmul.release().ptr(),        matmul_into.release().ptr(),
      iterate.release().ptr(), set_attribute.release().ptr(), origin.release().ptr()};
}

}  // namespace

void bind_arrays(py::module_& m) {
  m.def("map", &numeta::binding::map, py::arg("function"), py::arg("operands"),
        py::arg("out") = py::none(), py::arg("unsafe") = false);
  m.def("empty", &empty, py::arg("shape"), py::arg("dtype"), py::arg("fortran") = false);
  m.def("permuted", &permuted);
  m.def("broadcast", &broadcast);
  m.def("reshaped", &reshaped);
  m.def("copies", &copies);
  m.def("is_scattered", &is_scattered);
  m.def("remapped", &remapped);
  m.def("common_shape", &common_shape);
  m.def("buffer_of", &buffer_of);
  m.def("may_share", &may_share);
  m.def("set_stand_in", &set_stand_in);
  m.def("flat", &flat);
  m.def("is_same_view", &is_same_view);
  m.def("changed", &changed);
  bind_notes(m);
  m.def("is_contiguous", &is_contiguous);
  m.def("read_only", &read_only);
  m.def("is_own", &is_own);
  m.def("is_plural", &is_plural);
  m.def("is_read_only", &is_read_only);
  m.def("is_stand_in", &is_stand_in);
  m.def("load", &load);
  m.def("store", &store);
  m.def("become", &become);
  m.def("is_one", &is_one);
  m.def("axis_of", &axis_of);
  m.def("set_array_hooks", &set_array_hooks);
}

}  // namespace numeta::binding
