// trace_notes.cpp - see trace_notes.hpp.
#include "python/binding/trace_notes.hpp"

#include <algorithm>
#include <array>

#include "python/binding/trace_pybind.hpp"

namespace numeta::binding {

struct Note {
  PyObject* what = nullptr;  // owned
  core::BufferId buffer = 0;
  std::uint32_t changed = 0;
  std::uint32_t rollbacks = 0;
  core::RegionId region = 0;
};

struct Notes {
  std::array<Note, 2> all;  // by Noting
};

namespace {

Note& slot(Notes& notes, Noting kind) { return notes.all[static_cast<std::size_t>(kind)]; }

Noting kind_of(bool is_count) { return is_count ? Noting::Count : Noting::Origin; }

}  // namespace

void note(PyObject* array, Noting kind, PyObject* what) {
  ArrayObject* object = as_array(array);
  const core::Graph& g = object->state->graph;
  if (object->notes == nullptr) object->notes = new Notes;
  Note& place = slot(*object->notes, kind);
  const core::BufferId buffer = object->view->buffer;
  PyObject* const before = place.what;
  place = {Py_NewRef(what), buffer, g.buffers()[buffer].changed, g.rollbacks(), g.current_region()};
  Py_XDECREF(before);
}

PyObject* noted(PyObject* array, Noting kind) {
  const ArrayObject* object = as_array(array);
  if (object->notes == nullptr) return nullptr;
  const Note& found = slot(*object->notes, kind);
  const core::Graph& g = object->state->graph;
  const bool holds = found.what != nullptr && found.buffer == object->view->buffer &&
                     found.changed == g.buffers()[found.buffer].changed &&
                     found.rollbacks == g.rollbacks() && !g.regions()[found.region].closed &&
                     core::innermost_loop(g, found.region) ==
                         core::innermost_loop(g, g.current_region());
  return holds ? found.what : nullptr;
}

void drop_notes(PyObject* array) {
  Notes* notes = std::exchange(as_array(array)->notes, nullptr);
  if (notes == nullptr) return;
  for (const Note& one : notes->all) Py_XDECREF(one.what);
  delete notes;
}

Held origin_of(const Elementwise& function, std::span<PyObject* const> operands) {
  const bool any = std::ranges::any_of(operands, [](PyObject* operand) {
    return is_array(operand) && noted(operand, Noting::Origin) != nullptr;
  });
  if (!any) return Held();
  const auto call = [function](const py::args& given) {
    std::vector<PyObject*> values;
    for (const py::handle value : given) values.push_back(value.ptr());
    PyObject* const result = function(values);
    if (result == nullptr) throw py::error_already_set();
    return py::reinterpret_steal<py::object>(result);
  };
  py::tuple all(operands.size());
  for (std::size_t k = 0; k < operands.size(); ++k) {
    all[k] = py::reinterpret_borrow<py::object>(operands[k]);
  }
  PyObject* const answer =
      PyObject_CallFunctionObjArgs(array_hooks().origin, py::cpp_function(call).ptr(), all.ptr(),
                                   nullptr);
  if (answer == nullptr) throw PythonError{};
  if (answer != Py_None) return Held(answer);
  Py_DECREF(answer);
  return Held();
}

void bind_notes(py::module_& m) {
  m.def("note", [](py::handle array, bool is_count, py::handle what) {
    note(array.ptr(), kind_of(is_count), what.ptr());
  });
  m.def("noted", [](py::handle array, bool is_count) -> py::object {
    PyObject* const found = noted(array.ptr(), kind_of(is_count));
    return found != nullptr ? py::reinterpret_borrow<py::object>(found) : py::none();
  });
}

}  // namespace numeta::binding
