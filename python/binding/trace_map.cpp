// trace_map.cpp - loops over the elements of arrays. See trace_arrays.hpp.
#include <fmt/format.h>

#include "python/binding/trace_arrays.hpp"
#include "python/binding/trace_notes.hpp"

namespace numeta::binding {
namespace {

using core::DType;
using core::NodeId;

constexpr std::size_t kMostOperands = 32;

/// An operand inside the loops: a view of elements, or what is the same for all of them.
struct Operand {
  std::optional<core::View> view;
  PyObject* value = nullptr;  // owned
};

class Operands {
 public:
  Operands(TraceState* state, std::span<PyObject* const> given) : state_(state) {
    for (PyObject* value : given) {
      if (is_many(value)) {
        require_current(value);
        all_.push_back({view_of(value), nullptr});
      } else if (is_array(value)) {
        require_current(value);
        all_.push_back({std::nullopt, new_scalar(state, element_of(value))});
      } else {
        all_.push_back({std::nullopt, Py_NewRef(value)});
      }
    }
  }
  ~Operands() {
    for (const Operand& one : all_) Py_XDECREF(one.value);
  }
  Operands(const Operands&) = delete;
  Operands& operator=(const Operands&) = delete;

  std::vector<std::vector<NodeId>> shapes() const {
    std::vector<std::vector<NodeId>> out;
    for (const Operand& one : all_) {
      if (one.view) out.push_back(one.view->shape);
    }
    return out;
  }

  void broadcast(std::span<const NodeId> shape) {
    for (Operand& one : all_) {
      if (one.view) one.view = views(state_).broadcast(*one.view, shape);
    }
  }

  /// Operands that share memory with `target`, but not element by element, are copied.
  void part_from(const core::View& target) {
    for (Operand& one : all_) {
      if (one.view && meets(state_, *one.view, target) && !(*one.view == target)) {
        one.view = copied(state_, *one.view);
      }
    }
  }

  /// F where all arrays are: so NumPy lays out its results.
  core::Layout layout() const {
    bool has_any = false;
    for (const Operand& one : all_) {
      if (!one.view || one.view->rank() < 2) continue;
      const bool is_fortran = one.view->layers.empty() &&
                              state_->graph.buffers()[one.view->buffer].layout == core::Layout::F;
      if (!is_fortran) return core::Layout::C;
      has_any = true;
    }
    return has_any ? core::Layout::F : core::Layout::C;
  }

  /// Is it `view` alone?
  bool is_only(const core::View& view) const {
    return all_.size() == 1 && all_[0].view && *all_[0].view == view;
  }

  /// The function's value for one element; a new reference or nullptr.
  PyObject* apply(const Elementwise& function, std::span<const NodeId> index) const {
    std::vector<PyObject*> values;
    for (const Operand& one : all_) {
      values.push_back(one.view ? new_scalar(state_, views(state_).load(*one.view, index))
                                : Py_NewRef(one.value));
    }
    PyObject* result = function(values);
    for (PyObject* value : values) Py_DECREF(value);
    return result;
  }

 private:
  TraceState* state_;
  std::vector<Operand> all_;
};

NodeId stored(TraceState* state, NodeId value, DType to) {
  return state->lowering.convert(value, to, false);
}

/// NumPy's casting rule 'same_kind', by which a ufunc writes its result: a kind never goes down.
bool is_same_kind(DType from, DType to) {
  constexpr int rank[] = {0, 2, 1, 3, 4};  // bool, int, uint, float, complex
  return rank[static_cast<std::size_t>(core::kind(from))] <=
         rank[static_cast<std::size_t>(core::kind(to))];
}

void require_same_kind(DType from, DType to) {
  if (is_same_kind(from, to)) return;
  throw core::PythonFault(core::Exception::TypeError,
                          fmt::format("Cannot cast the result of an augmented assignment from {} "
                                      "to {} with casting rule 'same_kind'",
                                      core::row(from).name, core::row(to).name));
}

/// Runs `body` inside loops over a shape. What fails takes the loops with it.
template <class Body>
void over(TraceState* state, std::span<const NodeId> shape, Body&& body) {
  core::Views algebra = views(state);
  const core::Mark mark = state->graph.mark();
  const core::RegionId around = state->lowering.elements();
  try {
    const std::vector<NodeId> index = algebra.open(shape);
    if (around == core::kNone && !index.empty()) {
      state->lowering.set_elements(state->graph.node(index[0]).region);
    }
    body(std::span<const NodeId>(index));
    algebra.close(index.size());
  } catch (...) {
    state->lowering.set_elements(around);
    state->graph.rollback(mark);
    throw;
  }
  state->lowering.set_elements(around);
}

bool may_be_one(const core::Graph& g, core::BufferId a, core::BufferId b) {
  const bool overlap =
      g.one_chain() && core::may_overlap(g.buffers()[a]) && core::may_overlap(g.buffers()[b]);
  return a == b || overlap;
}

}  // namespace

bool meets(const TraceState* state, const core::View& a, const core::View& b) {
  return may_be_one(state->graph, a.buffer, b.buffer);
}

void require_writable(const TraceState* state, const core::View& target) {
  if (target.read_only) {
    throw core::PythonFault(core::Exception::ValueError, "assignment destination is read-only");
  }
  for (const auto& [copy, stand_in] : state->stand_ins) {
    if (stand_in.holders == 0) continue;
    if (copy == target.buffer || may_be_one(state->graph, stand_in.original, target.buffer)) {
      throw core::TraceFault(core::Diag::view_or_copy, {});
    }
  }
}

core::View allocated(TraceState* state, DType type, core::Layout layout,
                     std::span<const NodeId> shape) {
  core::Graph& g = state->graph;
  const core::BufferId buffer = g.array("work", type, layout, shape.size());
  g.allocate(buffer, shape, state->lowering.memory_site());
  return views(state).whole(buffer);
}

core::View copied(TraceState* state, const core::View& view) {
  const core::Buffer& source = state->graph.buffers()[view.buffer];
  const core::Layout layout =
      source.layout == core::Layout::F && view.layers.empty() ? source.layout : core::Layout::C;
  core::View out = allocated(state, source.type, layout, view.shape);
  copy_elements(state, view, out);
  return out;
}

namespace {

/// Of a vector of all elements of an array, merged: the view of the array that it was made of.
std::optional<core::View> before_merging(TraceState* state, const core::View& view) {
  core::Graph& g = state->graph;
  if (view.rank() != 1 || view.layers.empty()) return std::nullopt;
  const core::Layer& layer = view.layers.back();
  if (layer.unravel.empty() || layer.count != view.shape[0]) return std::nullopt;
  const core::Affine along{g.integer(0), {{0, g.integer(1)}}};
  if (layer.indices.size() != 1 || layer.indices[0] != along) return std::nullopt;
  core::View out = view;
  out.shape = layer.unravel;
  out.layers.pop_back();
  return out;
}

}  // namespace

void copy_elements(TraceState* state, const core::View& from, const core::View& to) {
  // Axis by axis no position has to be taken apart by divisions.
  const std::optional<core::View> whole = before_merging(state, from);
  if (whole) {
    core::Affine position[] = {{state->graph.integer(0), {}}};
    for (std::uint32_t axis = 0; axis < whole->rank(); ++axis) {
      const std::span inner = std::span(whole->shape).subspan(axis + 1);
      position[0].terms.emplace_back(axis, views(state).size(inner));
    }
    return copy_elements(state, *whole, views(state).remapped(to, whole->shape, position));
  }
  over(state, from.shape, [&](std::span<const NodeId> index) {
    views(state).store(to, index, views(state).load(from, index));
  });
}

PyObject* new_view(TraceState* state, core::View view) {
  ArrayObject* made = PyObject_New(ArrayObject, array_type);
  if (made == nullptr) return nullptr;
  retain(state);
  made->state = state;
  made->view = new core::View(std::move(view));
  made->notes = nullptr;
  const auto copy = state->stand_ins.find(made->view->buffer);
  if (copy != state->stand_ins.end()) ++copy->second.holders;
  return reinterpret_cast<PyObject*>(made);
}

PyObject* mapped(TraceState* state, const Elementwise& function,
                 std::span<PyObject* const> operands) {
  core::Graph& g = state->graph;
  const Held origin = origin_of(function, operands);
  Operands all(state, operands);
  const std::vector<NodeId> shape = views(state).common_shape(all.shapes());
  all.broadcast(shape);
  // The type is known when an element has been computed, the memory has to be there before.
  std::vector<core::BufferId> made;
  const core::Layout layout = all.layout();
  const core::BufferId first = g.array("work", DType::f8, layout, shape.size());
  g.allocate(first, shape, state->lowering.memory_site());
  made.push_back(first);
  PyObject* result = nullptr;
  bool is_tuple = false;
  over(state, shape, [&](std::span<const NodeId> index) {
    result = all.apply(function, index);
    if (result == nullptr) throw PythonError{};
    is_tuple = PyTuple_Check(result);
    const Py_ssize_t count = is_tuple ? PyTuple_GET_SIZE(result) : 1;
    for (Py_ssize_t k = 0; k < count; ++k) {
      PyObject* value = is_tuple ? PyTuple_GET_ITEM(result, k) : result;
      const NodeId node = require_node(state, value, "an element");
      if (k > 0) made.push_back(g.array("work", DType::f8, layout, shape.size()));
      g.retype(made.back(), g.node(node).type);
      if (k > 0) {
        g.allocate_before(g.node(index[0]).region, made.back(), shape,
                          state->lowering.memory_site());
      }
      g.store(made.back(), index, node);
    }
    Py_DECREF(result);
  });
  if (!is_tuple) {
    PyObject* array = new_view(state, views(state).whole(made[0]));
    if (array != nullptr && origin.get() != nullptr) note(array, Noting::Origin, origin.get());
    return array;
  }
  PyObject* out = PyTuple_New(static_cast<Py_ssize_t>(made.size()));
  for (std::size_t k = 0; out != nullptr && k < made.size(); ++k) {
    PyTuple_SET_ITEM(out, static_cast<Py_ssize_t>(k), new_view(state, views(state).whole(made[k])));
  }
  return out;
}

PyObject* map_into(TraceState* state, PyObject* target, const Elementwise& function,
                   std::span<PyObject* const> operands, bool same_kind) {
  // What the target's elements are of is known again where they are computed of themselves.
  const bool is_own = noted(target, Noting::Origin) != nullptr;
  const Held origin = is_own ? origin_of(function, operands) : Held();
  Operands all(state, operands);
  const core::View& view = view_of(target);
  const DType to = state->graph.buffers()[view.buffer].type;
  require_writable(state, view);
  const std::vector<NodeId> shape = views(state).common_shape(all.shapes());
  views(state).require_fits(view, shape, true);
  if (shape.size() > view.rank()) return Py_NewRef(target);  // it has just failed
  all.broadcast(view.shape);
  all.part_from(view);
  over(state, view.shape, [&](std::span<const NodeId> index) {
    PyObject* result = all.apply(function, index);
    if (result == nullptr) throw PythonError{};
    const NodeId node = require_node(state, result, "an element");
    Py_DECREF(result);
    if (same_kind) require_same_kind(state->graph.node(node).type, to);
    views(state).store(view, index, stored(state, node, to));
  });
  ++state->effects;
  if (origin.get() != nullptr) note(target, Noting::Origin, origin.get());
  return Py_NewRef(target);
}

int assign(TraceState* state, const core::View& target, PyObject* value) {
  const DType to = state->graph.buffers()[target.buffer].type;
  require_writable(state, target);
  ++state->effects;
  if (!is_array(value)) {
    // A number is converted once, as it would be for one element.
    const core::Type element{to, false};
    NodeId node = node_of(state, value, &element);
    if (node == core::kNone) node = require_node(state, value, "assignment to an array");
    const NodeId held = state->lowering.stored(node, to);
    over(state, target.shape,
         [&](std::span<const NodeId> index) { views(state).store(target, index, held); });
    return 0;
  }
  require_current(value);
  const core::View& source = view_of(value);
  views(state).require_fits(target, source.shape, false);
  std::vector<NodeId> tail = source.shape;  // leading axes of length 1 are dropped
  std::vector<core::Affine> dropped;
  const std::size_t extra = source.rank() > target.rank() ? source.rank() - target.rank() : 0;
  tail.erase(tail.begin(), tail.begin() + static_cast<std::ptrdiff_t>(extra));
  for (std::uint32_t axis = 0; axis < source.rank(); ++axis) {
    dropped.push_back({state->graph.integer(0), {}});
    if (axis < extra) continue;
    dropped.back().terms.emplace_back(static_cast<std::uint32_t>(axis - extra),
                                      state->graph.integer(1));
  }
  const core::View kept =
      extra > 0 ? views(state).remapped(source, std::move(tail), dropped) : source;
  PyObject* cut = new_view(state, kept);
  if (cut == nullptr) return -1;
  Operands all(state, std::span<PyObject* const>(&cut, 1));
  Py_DECREF(cut);
  all.broadcast(target.shape);
  all.part_from(target);
  if (all.is_only(target)) return 0;
  const Elementwise same = [](std::span<PyObject* const> values) { return Py_NewRef(values[0]); };
  over(state, target.shape, [&](std::span<const NodeId> index) {
    PyObject* element = all.apply(same, index);
    if (element == nullptr) throw PythonError{};
    const NodeId node = require_node(state, element, "an element");
    Py_DECREF(element);
    views(state).store(target, index, stored(state, node, to));
  });
  return 0;
}

}  // namespace numeta::binding
