// trace_index.cpp - keys of integers, slices, `...` and None. See trace_arrays.hpp.
#include <fmt/format.h>

#include "python/binding/trace_arrays.hpp"

namespace numeta::binding {
namespace {

using core::Diag;
using core::NodeId;
using core::TraceFault;

std::span<PyObject* const> items_of(PyObject*& key) {
  if (!PyTuple_Check(key)) return {&key, 1};
  return {reinterpret_cast<PyTupleObject*>(key)->ob_item,
          static_cast<std::size_t>(PyTuple_GET_SIZE(key))};
}

bool is_integer_key(TraceState* state, PyObject* item) {
  if (PyBool_Check(item)) return false;
  const NodeId node = node_of(state, item);
  return node != core::kNone && !core::is_bool(state->graph.node(node).type);
}

/// A bound of a slice; None is nullopt.
std::optional<NodeId> bound_of(TraceState* state, PyObject* value) {
  if (value == Py_None) return std::nullopt;
  const NodeId node =
      is_array(value) && !is_many(value) ? element_of(value) : node_of(state, value);
  const bool counts = node != core::kNone && core::is_integer(state->graph.node(node).type);
  const bool is_bool = node != core::kNone && PyBool_Check(value);
  if (!counts && !is_bool) {
    throw core::PythonFault(core::Exception::TypeError,
                            "slice indices must be integers or None or have an __index__ method");
  }
  return state->graph.cast(node, core::DType::i8, true);
}

core::Slice slice_of(TraceState* state, PyObject* item) {
  const auto* slice = reinterpret_cast<PySliceObject*>(item);
  return {bound_of(state, slice->start), bound_of(state, slice->stop),
          bound_of(state, slice->step)};
}

[[noreturn]] void refuse_count(std::size_t rank, std::size_t given) {
  throw core::PythonFault(
      core::Exception::IndexError,
      fmt::format("too many indices for array: array is {}-dimensional, but {} were indexed", rank,
                  given));
}

}  // namespace

bool is_basic_key(TraceState* state, PyObject* key) {
  for (PyObject* item : items_of(key)) {
    if (item == Py_None || item == Py_Ellipsis || PySlice_Check(item)) continue;
    if (is_array(item) && !is_many(item)) {
      if (core::is_integer(state->graph.buffers()[view_of(item).buffer].type)) continue;
      return false;
    }
    if (!is_integer_key(state, item)) return false;
  }
  return true;
}

Part part_of(PyObject* array, PyObject* key) {
  TraceState* state = as_array(array)->state;
  const core::View& view = view_of(array);
  core::Views algebra = views(state);
  const auto items = items_of(key);
  std::size_t used = 0;
  bool has_ellipsis = false;
  for (PyObject* item : items) {
    if (item == Py_Ellipsis && has_ellipsis) {
      throw core::PythonFault(core::Exception::IndexError,
                              "an index can only have a single ellipsis ('...')");
    }
    has_ellipsis = has_ellipsis || item == Py_Ellipsis;
    used += item != Py_Ellipsis && item != Py_None;
  }
  if (used > view.rank()) refuse_count(view.rank(), used);
  std::vector<NodeId> shape;
  std::vector<core::Affine> map;
  const NodeId zero = state->graph.integer(0);
  const NodeId one = state->graph.integer(1);
  const auto keep = [&](std::size_t count) {
    for (; count > 0; --count) {
      const auto axis = static_cast<std::uint32_t>(shape.size());
      shape.push_back(view.shape[map.size()]);
      map.push_back({zero, {{axis, one}}});
    }
  };
  bool only_integers = true;
  for (PyObject* item : items) {
    if (item == Py_Ellipsis) {
      keep(view.rank() - used);
      only_integers = false;
    } else if (item == Py_None) {
      shape.push_back(one);
      only_integers = false;
    } else if (PySlice_Check(item)) {
      const auto extent = algebra.extent(slice_of(state, item), view.shape[map.size()]);
      const auto axis = static_cast<std::uint32_t>(shape.size());
      shape.push_back(extent.length);
      map.push_back({extent.start, {{axis, extent.step}}});
      only_integers = false;
    } else {
      const NodeId index = is_array(item) ? element_of(item) : node_of(state, item);
      const auto axis = static_cast<std::uint32_t>(map.size());
      map.push_back({state->lowering.index(view.shape[axis], axis, index), {}});
    }
  }
  const bool is_element = only_integers && map.size() == view.rank();
  keep(view.rank() - map.size());
  return {algebra.remapped(view, std::move(shape), map), is_element};
}

}  // namespace numeta::binding
