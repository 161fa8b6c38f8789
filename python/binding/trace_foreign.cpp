// trace_foreign.cpp - calls of procedures of libraries, for the Python code that declares them.
#include <pybind11/stl.h>

#include "core/elementwise.hpp"
#include "python/binding/trace_arrays.hpp"
#include "python/binding/trace_pybind.hpp"

namespace numeta::binding {
namespace {

using core::DType;
using core::NodeId;

using Declared = std::vector<std::pair<std::string, std::string>>;

/// How each argument is passed: "value" and "reference" of scalars, "read" and "written" of arrays.
core::Foreign declaration(const std::string& symbol, const std::string& library,
                          const std::string& source, const Declared& arguments,
                          const std::optional<std::string>& result, bool only_writes) {
  core::Foreign out{symbol, library, source, {}, std::nullopt, only_writes};
  for (const auto& [dtype, way] : arguments) {
    const bool is_array = way == "read" || way == "written";
    out.arguments.push_back({dtype_by_code(dtype), way == "value", is_array, way == "written"});
  }
  if (result) out.result = dtype_by_code(*result);
  return out;
}

/// The first element of a view, also of one that has none.
std::vector<NodeId> first_element(TraceState* state, const core::View& view) {
  const std::vector<NodeId> zeros(view.rank(), state->graph.integer(0));
  return views(state).below(view, zeros);
}

/// Runs a procedure of a library; its result, or None.
py::object foreign(const std::string& symbol, const std::string& library, const std::string& source,
                   const Declared& arguments, const std::optional<std::string>& result,
                   bool only_writes, const py::sequence& values) {
  TraceState* state = required_current(symbol.c_str());
  return run(state, [&]() -> PyObject* {
    state->note_origin();
    const core::Foreign declared =
        declaration(symbol, library, source, arguments, result, only_writes);
    std::vector<NodeId> operands;
    core::ForeignCall call{0, {}, core::kNone};
    for (std::size_t k = 0; k < declared.arguments.size(); ++k) {
      const py::object value = values[k];
      const core::ForeignArgument& argument = declared.arguments[k];
      if (!argument.is_array) {
        const NodeId node = require_node(state, value.ptr(), "an argument");
        operands.push_back(state->lowering.convert(node, argument.type, false));
        call.buffers.push_back(core::kNone);
        continue;
      }
      if (!is_array(value.ptr())) throw py::type_error("a traced array is expected");
      require_current(value.ptr());
      const core::View& view = view_of(value.ptr());
      for (const NodeId index : first_element(state, view)) operands.push_back(index);
      call.buffers.push_back(view.buffer);
    }
    if (declared.result) {
      call.result = state->graph.variable(symbol + "_result", *declared.result, false);
    }
    const core::BufferId variable = call.result;
    state->graph.foreign(declared, operands, std::move(call));
    ++state->effects;
    if (variable == core::kNone) return Py_NewRef(Py_None);
    return new_scalar(state, state->graph.load(variable, {}));
  });
}

/// The elements between neighbours on each axis, or None where there is no such number.
py::object strides(py::handle array) {
  if (!is_array(array.ptr())) throw py::type_error("a traced array is expected");
  require_current(array.ptr());
  TraceState* state = as_array(array.ptr())->state;
  return run(state, [&]() -> PyObject* {
    const auto all = views(state).strides(view_of(array.ptr()));
    if (!all) return Py_NewRef(Py_None);
    py::list out;
    for (const NodeId stride : *all) {
      out.append(py::reinterpret_steal<py::object>(length_object(state, stride)));
    }
    return py::tuple(out).release().ptr();
  });
}

/// Was the array made just now, element by element from others, and not used yet?
bool is_new_map(py::handle array) {
  if (!is_array(array.ptr())) throw py::type_error("a traced array is expected");
  require_current(array.ptr());
  const TraceState* state = as_array(array.ptr())->state;
  return core::is_new_map(state->graph, view_of(array.ptr()).buffer);
}

/// And are its elements those of another array, at places that are read?
bool is_new_gather(py::handle array) {
  if (!is_array(array.ptr())) throw py::type_error("a traced array is expected");
  require_current(array.ptr());
  const TraceState* state = as_array(array.ptr())->state;
  return core::is_new_gather(state->graph, view_of(array.ptr()).buffer);
}

}  // namespace

void bind_foreign(py::module_& m) {
  m.def("foreign", &foreign);
  m.def("strides", &strides);
  m.def("is_new_map", &is_new_map);
  m.def("is_new_gather", &is_new_gather);
}

}  // namespace numeta::binding
