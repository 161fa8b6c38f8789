// lower.hpp - from Python's and NumPy's operations on scalars to nodes of the graph: promotion,
// conversion, and the cases where Python's arithmetic is not the machine's. Values are nodes; a
// node's `weak` says whether it is a Python number. With `checks`, what Python would raise becomes
// a check before the operation.
#pragma once

#include <map>
#include <span>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "core/diag.hpp"
#include "core/graph.hpp"
#include "core/promote.hpp"

namespace numeta::core {

/// Where a kernel may leave with an exception. `custom` is the binding's number of an exception
/// type of its own, or -1.
struct Site {
  Exception exception;
  int custom;
  std::string message;  // {0} and {1} are the values of the check
  Origin origin;
};

/// The sites of the procedures of one kernel, by number.
class Sites {
 public:
  /// The number of an equal site at the same origin, so that one in repeated code has one number,
  /// or a new one.
  std::uint64_t number_of(Site site);
  const std::vector<Site>& all() const { return all_; }

 private:
  std::vector<Site> all_;
  // By code and offset of the origin: the numbers of the sites there.
  std::map<std::pair<std::uint32_t, std::uint32_t>, std::vector<std::uint64_t>> at_;
};

/// The class of a value as messages name it.
std::string_view python_name(Type type);

class Lowering {
 public:
  /// `sites` are shared by the procedures of a kernel.
  Lowering(Graph& graph, Sites& sites, bool exact, bool checks)
      : graph_(graph), sites_(sites), exact_(exact), checks_(checks) {}

  /// A Python operator (a + b, a < b, ...).
  /// `of_math`: the function of `math`, which checks its arguments by rules of its own.
  NodeId binary(Op op, NodeId a, NodeId b, bool of_math = false);
  NodeId unary(Op op, NodeId a);
  /// A function: `python` for those of math (float in, float out), else a NumPy ufunc.
  NodeId function(Op op, std::span<const NodeId> operands, bool python);
  /// NumPy's astype, or Python's int(), float(), complex(), bool() where `weak`.
  NodeId convert(NodeId value, DType type, bool weak);
  /// An implicit conversion: a Python int must fit.
  NodeId coerce(NodeId value, DType type);

  /// An index of axis number `axis` as memory counts: negative ones from the end.
  NodeId index(NodeId length, std::uint32_t axis, NodeId index);
  /// The first `wrapped` indices are such already.
  NodeId load(BufferId buffer, std::span<const NodeId> indices, std::size_t wrapped = 0);
  void store(BufferId buffer, std::span<const NodeId> indices, NodeId value,
             std::size_t wrapped = 0);
  /// A number as an element of type `to` holds it after an assignment; it has to fit.
  NodeId stored(NodeId value, DType to);
  /// Where a kernel leaves that finds no memory for an array.
  std::uint64_t memory_site();
  RegionId begin_loop(NodeId start, NodeId stop, NodeId step, std::string name);
  void check(NodeId condition, Site site, std::span<const NodeId> values);
  void fail(Site site, std::span<const NodeId> values);
  void say(Site site, std::span<const NodeId> values);

  /// Whether Python ints that leave 64 bits raise here, also where `checks` is not asked for: those
  /// of the user's own operations, not of lengths that a function of an array goes through.
  bool growing() const { return growing_; }
  void set_growing(bool growing) { growing_ = growing; }
  /// The outermost of the loops over the elements of arrays that are open, or kNone.
  RegionId elements() const { return elements_; }
  void set_elements(RegionId loop) { elements_ = loop; }
  void set_users(bool users) { users_ = users; }

  Type type(NodeId id) const { return {graph_.node(id).type, graph_.node(id).weak}; }

 private:
  [[noreturn]] static void refuse(Op op, std::span<const Type> types, const Refusal& why);
  NodeId make(const Typing& typing, std::span<const NodeId> operands);
  NodeId power(NodeId a, NodeId b);
  NodeId power_by_products(NodeId base, NodeId exponent, Type result);
  NodeId true_divide(NodeId a, NodeId b);
  NodeId compare(Op op, NodeId a, NodeId b);
  NodeId compare_integers(Op op, NodeId a, NodeId b);
  bool fits_into(NodeId id, DType to) const;
  NodeId compare_int_float(Op op, NodeId integer, NodeId real);
  void check_binary(Op op, NodeId a, NodeId b);
  void check_growth(Op op, NodeId a, NodeId b);
  void check_overflow(Op op, NodeId a, NodeId b);
  std::vector<NodeId> all_indices(BufferId buffer, std::span<const NodeId> indices,
                                  std::size_t wrapped);
  NodeId loop_bound(NodeId value);
  bool is_moved(NodeId id, Op op) const;
  void keep_last_index(NodeId& start, NodeId& stop, NodeId step);
  void require_fit(NodeId value, DType to);
  void check_integer_power(NodeId a, NodeId b);
  void check_float_power(NodeId a, NodeId b, NodeId result);
  void check_complex_power(NodeId a, NodeId b, NodeId result);
  void check_left_shift(NodeId a, NodeId count);
  NodeId cast(NodeId value, DType to, bool weak);
  NodeId bool_constant(bool value) { return graph_.constant(DType::b1, true, literal_int(value)); }
  NodeId op2(Op op, DType type, NodeId a, NodeId b);
  void require(NodeId condition, Exception exception, std::string message,
               std::initializer_list<NodeId> values = {});
  void require_of_number(NodeId condition, NodeId number, Exception exception, std::string message);

  Graph& graph_;
  Sites& sites_;
  bool exact_;
  bool checks_;
  RegionId elements_ = kNone;
  bool growing_ = false;
  bool users_ = true;
};

}  // namespace numeta::core
