// trace_values.hpp - the two C types of traced values. A Scalar is a node of the current trace and
// answers Python's operators through number slots; an Array stands for a buffer and is indexed with
// integers. What would need a value that is known only at run time (bool(), int(), hash(), ...)
// raises a TraceError.
#pragma once

#include "core/view.hpp"
#include "python/binding/trace_state.hpp"

namespace numeta::binding {

struct ScalarObject {
  PyObject_HEAD TraceState* state;
  core::NodeId node;
};

struct Notes;

/// A view of a buffer.
struct ArrayObject {
  PyObject_HEAD TraceState* state;
  core::View* view;  // owned
  Notes* notes;      // owned, or nullptr; see trace_notes.hpp
};

extern PyTypeObject* scalar_type;
extern PyTypeObject* array_type;

/// Adds both types to the module; -1 with a Python error on failure.
int add_value_types(PyObject* module);

inline bool is_scalar(PyObject* object) { return Py_TYPE(object) == scalar_type; }
inline bool is_array(PyObject* object) { return Py_TYPE(object) == array_type; }
/// Would `value.name` answer for the tracer's own object (`__repr__`, `__sizeof__`, ...)?
bool asks_the_tracer(PyTypeObject* type, PyObject* name);
/// The refusal of a whole array where a number is needed.
core::TraceFault array_as_value(const core::Graph& graph, const core::View& view);
PyObject* new_scalar(TraceState* state, core::NodeId node);
PyObject* new_array(TraceState* state, core::BufferId buffer);

/// The node for a traced or plain number; kNone (no Python error set) where it is no number.
/// `peer` is the type of the other operand: a Python int beyond 64 bits may stand beside a float.
core::NodeId node_of(TraceState* state, PyObject* value, const core::Type* peer = nullptr);
/// As node_of, with a TraceFault that names `what` where the value is no number.
core::NodeId require_node(TraceState* state, PyObject* value, const char* what);

/// NumPy's C interface for this module; -1 with a Python error on failure.
int import_numpy();
PyObject* numpy_dtype(core::DType type);

/// The type of a scalar in Python: int, float, ... if weak, else NumPy's scalar type.
PyObject* python_type(core::DType type, bool weak);
PyObject* array_python_type();
/// The node of a NumPy scalar; kNone where its type has no row.
core::NodeId node_of_numpy(TraceState* state, PyObject* value);

}  // namespace numeta::binding
