// trace_returned.cpp - where in its buffer a view stands, in numbers: NumPy makes the view of the
// caller's memory from them when the kernel has ended.
#include "python/binding/trace_returned.hpp"

#include "python/binding/trace_arrays.hpp"

namespace py = pybind11;

namespace numeta::binding {
namespace {

using core::NodeId;

/// The index of the view's first element, and by how much each axis moves along those of the
/// buffer.
struct Placement {
  std::vector<NodeId> starts;
  std::vector<std::vector<std::pair<std::uint32_t, NodeId>>> moves;  // by axis of the view
};

Placement affine(const core::View& view) {
  Placement out;
  out.moves.resize(view.rank());
  const std::vector<core::Affine>& indices = view.layers.back().indices;
  for (std::uint32_t below = 0; below < indices.size(); ++below) {
    out.starts.push_back(indices[below].start);
    for (const auto& [axis, step] : indices[below].terms) {
      out.moves[axis].emplace_back(below, step);
    }
  }
  return out;
}

/// Where axes are merged a view of memory is still affine: two elements say how an axis moves. One
/// that has no second element may say anything.
Placement evaluated(TraceState* state, const core::View& view) {
  core::Views all = views(state);
  core::Graph& graph = state->graph;
  std::vector<NodeId> index(view.rank(), graph.integer(0));
  Placement out;
  out.starts = all.below(view, index);
  for (std::size_t axis = 0; axis < view.rank(); ++axis) {
    index[axis] = graph.integer(1);
    const std::vector<NodeId> next = all.below(view, index);
    index[axis] = graph.integer(0);
    auto& moves = out.moves.emplace_back();
    for (std::uint32_t below = 0; below < next.size(); ++below) {
      const NodeId both[] = {next[below], out.starts[below]};
      const NodeId step = graph.pure(core::Op::sub, core::DType::i8, true, both);
      if (!graph.is_integer_constant(step, 0)) moves.emplace_back(below, step);
    }
  }
  return out;
}

Placement placement_of(TraceState* state, const core::View& view) {
  const bool merges = std::ranges::any_of(
      view.layers, [](const core::Layer& layer) { return !layer.unravel.empty(); });
  if (merges || view.layers.size() > 1) return evaluated(state, view);
  if (!view.layers.empty()) return affine(view);
  Placement out;
  for (std::uint32_t axis = 0; axis < view.rank(); ++axis) {
    out.starts.push_back(state->graph.integer(0));
    out.moves.push_back({{axis, state->graph.integer(1)}});
  }
  return out;
}

/// ((start, ...), ((length, ((axis, step), ...)), ...)) of a traced array; ints where they are
/// known.
py::object placement(py::handle array) {
  if (!is_array(array.ptr())) throw py::type_error("a traced array is expected");
  const auto* object = reinterpret_cast<ArrayObject*>(array.ptr());
  TraceState* state = object->state;
  PyObject* made = guarded<PyObject*>(state, nullptr, [&] {
    state->note_origin();
    const auto number = [&](NodeId node) {
      return py::reinterpret_steal<py::object>(length_object(state, node));
    };
    const core::View& view = *object->view;
    const Placement place = placement_of(state, view);
    py::list starts;
    for (const NodeId start : place.starts) starts.append(number(start));
    py::list axes;
    for (std::size_t axis = 0; axis < view.rank(); ++axis) {
      py::list moves;
      for (const auto& [below, step] : place.moves[axis]) {
        moves.append(py::make_tuple(below, number(step)));
      }
      axes.append(py::make_tuple(number(view.shape[axis]), py::tuple(moves)));
    }
    return py::make_tuple(py::tuple(starts), py::tuple(axes)).release().ptr();
  });
  if (made == nullptr) throw py::error_already_set();
  return py::reinterpret_steal<py::object>(made);
}

}  // namespace

void bind_returned(py::module_& m) { m.def("placement", &placement); }

}  // namespace numeta::binding
