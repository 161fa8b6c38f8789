// trace_arrays.hpp - what array values can do in a trace: be indexed, be computed with, be
// assigned to. Every operation is traced at once, as NumPy runs it: memory for the result, then
// loops over its elements. That a result needs no memory is found out later, from the graph.
#pragma once

#include <functional>
#include <span>
#include <vector>

#include "core/view.hpp"
#include "python/binding/trace_values.hpp"

namespace numeta::binding {

inline ArrayObject* as_array(PyObject* object) { return reinterpret_cast<ArrayObject*>(object); }
inline const core::View& view_of(PyObject* array) { return *as_array(array)->view; }
inline core::Views views(TraceState* state) { return {state->graph, state->lowering}; }
/// Is it an array of elements, and not one with a single element, which NumPy computes with as
/// with a number?
inline bool is_many(PyObject* object) { return is_array(object) && view_of(object).rank() > 0; }
void require_current(PyObject* array);
/// The element of a 0-dimensional array.
core::NodeId element_of(PyObject* array);

/// A length as Python sees it: an int where it is known.
PyObject* length_object(TraceState* state, core::NodeId node);

/// What Python code answers for arrays: set once, when the package is imported.
struct ArrayHooks {
  PyObject* get = nullptr;            // (array, key) -> value: keys with arrays and lists
  PyObject* set = nullptr;            // (array, key, value)
  PyObject* attribute = nullptr;      // (array, name) -> value
  PyObject* convert = nullptr;        // (value) -> array: lists, tuples, NumPy's own arrays
  PyObject* matmul = nullptr;         // (a, b) -> value
  PyObject* matmul_into = nullptr;    // (a, b) -> a, which holds the product
  PyObject* iterate = nullptr;        // (array) -> iterator
  PyObject* set_attribute = nullptr;  // (array, name, value)
  PyObject* origin = nullptr;         // (function, operands) -> what the results are of, or None
};
ArrayHooks& array_hooks();

/// The part of a view that a key of integers, slices, `...` and None stands for.
struct Part {
  core::View view;
  bool is_element;  // integers for all axes and no `...`: a number, not an array
};
/// Whether the key is of that kind; sets no Python error.
bool is_basic_key(TraceState* state, PyObject* key);
Part part_of(PyObject* array, PyObject* key);

/// Computes an element from those of the operands. Gives a new reference, or nullptr with a Python
/// error.
using Elementwise = std::function<PyObject*(std::span<PyObject* const>)>;

/// The array, or tuple of arrays, of the function's values for all elements of the operands
/// together. Of all operands at least one is_many.
PyObject* mapped(TraceState* state, const Elementwise& function,
                 std::span<PyObject* const> operands);
/// The same, written to `target`; its casting rule is 'same_kind', or 'unsafe'.
PyObject* map_into(TraceState* state, PyObject* target, const Elementwise& function,
                   std::span<PyObject* const> operands, bool same_kind);
/// `target[...] = value`: 0 or -1.
int assign(TraceState* state, const core::View& target, PyObject* value);
/// Whether two views may share memory.
bool meets(const TraceState* state, const core::View& a, const core::View& b);
/// Refuses a store to what a stand-in was copied from, or to the stand-in itself.
void require_writable(const TraceState* state, const core::View& target);
/// Fresh memory of undefined content.
core::View allocated(TraceState* state, core::DType type, core::Layout layout,
                     std::span<const core::NodeId> shape);
/// The elements of a view in memory of their own.
core::View copied(TraceState* state, const core::View& view);
/// The same elements, in loops at the current place.
void copy_elements(TraceState* state, const core::View& from, const core::View& to);
PyObject* new_view(TraceState* state, core::View view);

}  // namespace numeta::binding
