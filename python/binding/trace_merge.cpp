// trace_merge.cpp - arrays where control flow meets: a name that holds different arrays there gets
// an array of its own, and every way copies its elements into it. The copies are made when the way
// has been traced, at the end of a region that is closed by then (Graph::resume). That nobody can
// tell such a copy from the array itself is found out later (core/aliases.hpp).
#include <algorithm>
#include <optional>

#include "python/binding/trace_arrays.hpp"
#include "python/binding/trace_pybind.hpp"

namespace numeta::binding {
namespace {

using core::BufferId;
using core::NodeId;

ArrayObject* merged(py::handle value) {
  if (!is_array(value.ptr())) throw py::type_error("a traced array is expected");
  return reinterpret_cast<ArrayObject*>(value.ptr());
}

BufferId array_variable(const std::string& name, const std::string& dtype, std::size_t rank) {
  TraceState* state = required_current("an array");
  return state->graph.array(name, dtype_by_code(dtype), core::Layout::C, rank);
}

std::vector<NodeId> nodes(TraceState* state, const py::sequence& values) {
  std::vector<NodeId> out;
  for (const py::handle value : values) {
    const NodeId node = require_node(state, value.ptr(), "the length of an axis");
    out.push_back(state->graph.cast(node, core::DType::i8, true));
  }
  return out;
}

/// The array of a name, which has these lengths from here on.
py::object stand_for(BufferId variable, const py::sequence& shape) {
  TraceState* state = required_current("an array");
  return run(state, [&] {
    state->note_origin();
    state->graph.stand_for(variable, nodes(state, shape), state->graph.current_region());
    return new_view(state, views(state).whole(variable));
  });
}

/// One array that is given the elements of another; `flag`: only where it holds.
struct Copy {
  BufferId variable;
  core::View from;
  bool allocates;
  NodeId flag;
};

class Copies {
 public:
  Copies(TraceState* state, std::vector<Copy> all) : state_(state), pending_(std::move(all)) {}

  /// All of them at once: what is read is what was there before.
  void make() {
    while (!pending_.empty()) {
      const auto next = std::ranges::find_if(pending_, [&](const Copy& c) { return is_free(c); });
      if (next == pending_.end()) {
        set_aside(pending_.front());
        continue;
      }
      copy(*next);
      pending_.erase(next);
    }
  }

 private:
  /// Does no other copy read what this one writes?
  bool is_free(const Copy& copy) const {
    return std::ranges::none_of(
        pending_, [&](const Copy& other) { return other.from.buffer == copy.variable; });
  }

  void set_aside(Copy& copy) {
    guarded(copy, [&] {
      core::View kept = copied(state_, copy.from);
      state_->graph.alias(kept.buffer, copy.from.buffer);
      copy.from = std::move(kept);
    });
  }

  void copy(const Copy& copy) {
    core::Graph& g = state_->graph;
    const std::vector<NodeId> lengths = g.buffers()[copy.variable].lengths;
    const core::RegionId home = g.buffers()[copy.variable].home;
    g.alias(copy.variable);
    guarded(copy, [&] {
      if (copy.allocates) {
        g.allocate(copy.variable, copy.from.shape, state_->lowering.memory_site());
      }
      g.stand_for(copy.variable, copy.from.shape, g.current_region());
      copy_elements(state_, copy.from, views(state_).whole(copy.variable));
      g.alias(copy.variable, copy.from.buffer);
    });
    if (!lengths.empty()) g.stand_for(copy.variable, lengths, home);
  }

  template <class Body>
  void guarded(const Copy& copy, Body&& body) {
    if (copy.flag == core::kNone) return body();
    state_->graph.begin_branch(copy.flag);
    body();
    state_->graph.end();
  }

  TraceState* state_;
  std::vector<Copy> pending_;
};

/// (variable, array, is memory for it needed, truth or None) for each copy, all made at the end of
/// a region.
void copy_at_end(core::RegionId region, const py::sequence& copies) {
  TraceState* state = required_current("an array");
  run(state, [&] {
    state->note_origin();
    std::vector<Copy> all;
    for (const py::handle item : copies) {
      const auto entry = py::reinterpret_borrow<py::tuple>(item);
      Copy copy{entry[0].cast<BufferId>(), *merged(entry[1])->view, entry[2].cast<bool>(),
                core::kNone};
      if (!entry[3].is_none()) {
        copy.flag = require_node(state, py::object(entry[3]).ptr(), "a condition");
      }
      all.push_back(std::move(copy));
    }
    core::Resumed resumed = state->graph.resume(region);
    Copies(state, std::move(all)).make();
    state->graph.suspend(std::move(resumed));
    return Py_NewRef(Py_None);
  });
}

bool same_view(py::handle a, py::handle b) { return *merged(a)->view == *merged(b)->view; }

/// Can a value that is known in some region be used here, and outside of the region `outside`?
bool lasts(py::handle value, core::RegionId outside) {
  if (is_scalar(value.ptr())) {
    const auto* scalar = reinterpret_cast<ScalarObject*>(value.ptr());
    const core::Graph& g = scalar->state->graph;
    const bool is_outside = outside == 0 || !core::is_inside(g, g.node(scalar->node).region, outside);
    return g.is_open(scalar->node) && is_outside;
  }
  if (!is_array(value.ptr())) return true;
  const core::Graph& g = merged(value)->state->graph;
  const core::View& view = *merged(value)->view;
  const auto open = [&](NodeId node) { return g.is_open(node); };
  const auto layer_lasts = [&](const core::Layer& layer) {
    return std::ranges::all_of(layer.unravel, open) &&
           std::ranges::all_of(layer.indices, [&](const core::Affine& index) {
             return open(index.start) &&
                    std::ranges::all_of(index.terms, [&](auto& term) { return open(term.second); });
           });
  };
  return !g.regions()[g.buffers()[view.buffer].home].closed &&
         std::ranges::all_of(view.shape, open) && std::ranges::all_of(view.layers, layer_lasts);
}

}  // namespace

void bind_merges(py::module_& m) {
  m.def("array_variable", &array_variable);
  m.def("stand_for", &stand_for);
  m.def("copy_at_end", &copy_at_end);
  m.def("same_view", &same_view);
  m.def("lasts", &lasts, py::arg("value"), py::arg("outside") = 0);
}

}  // namespace numeta::binding
