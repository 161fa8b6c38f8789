// view.hpp - views of buffers as index algebra: which element stands at an index of the view.
// A view is a buffer, the lengths of the view's axes, and layers that lead from an index of the
// view to one of the buffer. A layer is an affine map (slices, steps, new axes, transposed,
// repeated and diagonal axes are all of this kind); where a reshape merges axes, the result of the
// map is a position in C order that is taken apart by the lengths below. Indices of a view are from
// 0 on: what is negative in Python has been wrapped before it comes here.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "core/lower.hpp"

namespace numeta::core {

/// start + the sum of step * index[axis].
struct Affine {
  NodeId start;
  std::vector<std::pair<std::uint32_t, NodeId>> terms;  // axis, step
  bool operator==(const Affine&) const = default;
};

struct Layer {
  std::vector<Affine> indices;  // one for each axis below, or the one position
  std::vector<NodeId> unravel;  // the lengths by which a position is taken apart; else empty
  NodeId count = kNone;         // how many positions there are, if all axes were made one
  bool operator==(const Layer&) const = default;
};

struct View {
  BufferId buffer;
  std::vector<NodeId> shape;
  std::vector<Layer> layers;  // the last is applied first; none: the buffer itself
  bool read_only = false;     // as NumPy's own views that must not be written
  std::size_t rank() const { return shape.size(); }
  bool operator==(const View&) const = default;
};

/// A slice of an axis; nullopt is None.
struct Slice {
  std::optional<NodeId> start;
  std::optional<NodeId> stop;
  std::optional<NodeId> step;
};

/// What makes views of views, all in nodes of one graph.
class Views {
 public:
  Views(Graph& graph, Lowering& lowering) : graph_(graph), lowering_(lowering) {}

  View whole(BufferId buffer);
  /// The view whose index i stands for the index map(i) of `view`: an Affine for each of its axes.
  View remapped(const View& view, std::vector<NodeId> shape, std::span<const Affine> map);
  /// The axes in another order: axis k is `axes[k]` of `view`.
  View permuted(const View& view, std::span<const std::uint32_t> axes);
  /// Repeated along new leading axes, and along axes of length 1; `shape` has to fit.
  View broadcast(const View& view, std::span<const NodeId> shape);
  /// The same elements in C order, which have to be as many. nullopt: NumPy may copy.
  std::optional<View> reshaped(const View& view, std::vector<NodeId> shape);
  /// Is NumPy known to copy there? That lengths of parameters are not 1 is assumed: throws
  /// UnitAxis.
  bool copies(const View& view, std::span<const NodeId> shape);
  /// Is it known to be one piece of memory in C order?
  bool is_contiguous(const View& view);
  /// Is it known not to be? The same is assumed.
  bool is_scattered(const View& view);
  /// The elements in C order, on one axis.
  View flat(const View& view);

  /// Where a slice begins, its step, and how long it is, on an axis of `length`.
  struct Extent {
    NodeId start;
    NodeId step;
    NodeId length;
  };
  Extent extent(const Slice& slice, NodeId length);

  /// How many elements of memory stand between neighbours on each axis; nullopt where the view is
  /// made so that there is no such number.
  std::optional<std::vector<NodeId>> strides(const View& view);
  /// The indices of the buffer for an index of the view.
  std::vector<NodeId> below(const View& view, std::span<const NodeId> index);
  NodeId load(const View& view, std::span<const NodeId> index);
  /// `value` is stored as Python stores a number in an element.
  void store(const View& view, std::span<const NodeId> index, NodeId value);

  /// The shape that views have together, by NumPy's rule. Lengths that are not known to be equal
  /// are compared at run time.
  std::vector<NodeId> common_shape(std::span<const std::vector<NodeId>> shapes);
  /// That a value of this shape can be repeated to the shape of `target`; the error is that of an
  /// assignment, or of an output operand, which cannot be repeated itself.
  void require_fits(const View& target, std::span<const NodeId> shape, bool is_output);
  /// Loops over a shape; gives the indices. `close` ends them.
  std::vector<NodeId> open(std::span<const NodeId> shape);
  void close(std::size_t rank);

  NodeId sum(NodeId a, NodeId b);
  NodeId product(NodeId a, NodeId b);
  /// How many elements.
  NodeId size(std::span<const NodeId> shape);

 private:
  NodeId op2(Op op, NodeId a, NodeId b);
  NodeId moved(NodeId value, std::int64_t by);
  NodeId difference(NodeId a, NodeId b);
  NodeId value(const Affine& affine, std::span<const NodeId> index);
  NodeId bound(NodeId given, NodeId length, bool is_start);
  NodeId bound_down(NodeId given, NodeId length);
  std::pair<NodeId, NodeId> bounds_up(const Slice& slice, NodeId length);
  Extent extent_down(const Slice& slice, NodeId length, std::int64_t step);
  Extent extent_by(const Slice& slice, NodeId length, NodeId step);
  Affine composed(const Affine& outer, std::span<const Affine> map);
  bool is_one(NodeId length) const { return graph_.is_integer_constant(length, 1); }
  bool is_many(NodeId length);
  bool differ(NodeId stride, NodeId across);
  bool are_one(std::span<const NodeId> shape, std::span<const NodeId> strides,
               std::span<const std::size_t> axes);
  bool are_apart(const View& view, std::span<const NodeId> strides,
                 std::span<const std::size_t> axes);
  std::optional<View> merged(const View& view, std::span<const std::size_t> axes,
                             const std::vector<NodeId>& shape,
                             std::span<const std::size_t> new_axes);
  void require_equal(NodeId a, NodeId b, const std::string& message,
                     std::span<const NodeId> values);
  NodeId joined(NodeId a, NodeId b, std::span<const std::vector<NodeId>> shapes);

  Graph& graph_;
  Lowering& lowering_;
};

/// "(3, 4)", as Python writes a shape; {0}, {1}, ... stand for lengths known at run time, which are
/// added to `values`.
std::string shape_text(const Graph& graph, std::span<const NodeId> shape,
                       std::vector<NodeId>& values);

}  // namespace numeta::core
