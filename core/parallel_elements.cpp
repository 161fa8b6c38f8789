// parallel_elements.cpp - the array elements of a parallel loop.
//
// Two accesses of different iterations never meet if on some axis both are the same multiple of the
// loop's index plus the same value, or values that no number of steps makes equal. Values that do
// not change in the loop may stand in both, whatever they are.
#include <algorithm>

#include "core/parallel.hpp"

namespace numeta::core {
namespace {

/// A multiple of the loop's index, plus multiples of values from outside of the loop, plus a
/// constant.
struct Linear {
  std::int64_t factor = 0;
  std::map<NodeId, std::int64_t> fixed;
  std::int64_t constant = 0;
};

// Beyond these, multiples of an index might wrap.
constexpr std::int64_t kLargestFactor = INT32_MAX;
constexpr int kDeepestIndex = 32;

class Elements {
 public:
  Elements(const Graph& graph, const Live& live, const Callees& callees, RegionId loop,
           ParallelLoop& out)
      : g_(graph), live_(live), callees_(callees), loop_(loop), out_(out) {
    const NodeId step = g_.operands(g_.regions()[loop].owner)[2];
    step_ = g_.is_constant(step) ? g_.integer_value(step) : 1;
  }

  void run() {
    gather();
    const bool promised = g_.regions()[loop_].parallel == Parallel::Disjoint;
    for (const auto& [buffer, stores] : stores_) {
      if (takes_atomics(buffer, stores)) continue;
      if (!promised) check(buffer, stores);
    }
  }

 private:
  void gather() {
    for (NodeId id = 0; id < g_.size(); ++id) {
      const Node& n = g_.node(id);
      if (!live_.nodes[id]) continue;
      for (const NodeId operand : g_.operands(id)) users_[operand].push_back(id);
      if (!is_statement(n.op) || !is_inside(g_, n.region, loop_)) continue;
      if (n.op == Op::call) check_call(id);
      if (n.op == Op::foreign) check_foreign(id);
      if (n.op != Op::load && n.op != Op::store) continue;
      const auto buffer = static_cast<BufferId>(n.bits[0]);
      if (g_.buffers()[buffer].local || is_private(buffer)) continue;
      (n.op == Op::store ? stores_ : loads_)[buffer].push_back(id);
    }
    for (const auto& [buffer, call] : given_) {
      if (stores_.contains(buffer)) refuse(Diag::parallel_element, buffer, call);
    }
  }

  /// An array that each iteration allocates for itself.
  bool is_private(BufferId buffer) const {
    if (!g_.buffers()[buffer].allocated) return false;
    for (NodeId id = 0; id < g_.size(); ++id) {
      const Node& n = g_.node(id);
      if (n.op == Op::allocate && n.bits[0] == buffer) return is_inside(g_, n.region, loop_);
    }
    return false;
  }

  [[noreturn]] void refuse(Diag diag, BufferId buffer, NodeId where) const {
    throw ParallelFault(diag, {g_.buffers()[buffer].name}, g_, where, loop_);
  }

  void check_call(NodeId id) {
    const Call& call = g_.calls()[g_.node(id).bits[0]];
    if (callees_.checked[call.procedure]) {
      throw ParallelFault(Diag::parallel_call, {}, g_, id, loop_);
    }
    for (std::size_t k = 0; k < call.arguments.size(); ++k) {
      if (!call.arguments[k].is_buffer) continue;
      const BufferId buffer = call.arguments[k].number;
      const bool writes = callees_.writes.empty() || callees_.writes[call.procedure][k];
      const bool promised = g_.regions()[loop_].parallel == Parallel::Disjoint;
      if (writes && !promised) refuse(Diag::parallel_element, buffer, id);
      if (!promised) given_.emplace(buffer, id);
    }
  }

  /// What a procedure of a library touches of an array that it is given is not known.
  void check_foreign(NodeId id) {
    if (g_.regions()[loop_].parallel == Parallel::Disjoint) return;
    const ForeignCall& call = g_.foreign_calls()[g_.node(id).bits[0]];
    const Foreign& declared = g_.foreigns()[call.procedure];
    for (std::size_t k = 0; k < call.buffers.size(); ++k) {
      const BufferId buffer = call.buffers[k];
      if (buffer == kNone || is_private(buffer)) continue;
      if (declared.arguments[k].is_written) refuse(Diag::parallel_element, buffer, id);
      given_.emplace(buffer, id);
    }
  }

  std::span<const NodeId> indices(NodeId access) const {
    return g_.operands(access).subspan(g_.node(access).op == Op::store ? 1 : 0);
  }

  void check(BufferId buffer, const std::vector<NodeId>& stores) const {
    const auto loads = loads_.find(buffer);
    for (const NodeId store : stores) {
      for (const NodeId other : stores) {
        if (!never_meet(store, other)) refuse_update(buffer, store);
      }
      if (loads == loads_.end()) continue;
      for (const NodeId other : loads->second) {
        if (!never_meet(store, other)) {
          if (!never_meet(store, store)) refuse_update(buffer, store);
          refuse(Diag::parallel_element, buffer, other);
        }
      }
    }
  }

  [[noreturn]] void refuse_update(BufferId buffer, NodeId store) const {
    const bool adds = load_of_update(store) != kNone;
    refuse(adds ? Diag::parallel_update : Diag::parallel_element, buffer, store);
  }

  bool never_meet(NodeId a, NodeId b) const {
    const auto first = indices(a);
    const auto second = indices(b);
    for (std::size_t axis = 0; axis < first.size(); ++axis) {
      const auto x = linear(first[axis], 0);
      const auto y = linear(second[axis], 0);
      if (!x || !y || x->factor != y->factor || x->fixed != y->fixed) continue;
      if (x->factor == 0 || std::abs(x->factor) > kLargestFactor) continue;
      const std::int64_t apart = x->constant - y->constant;
      std::int64_t stride = 0;
      if (__builtin_mul_overflow(x->factor, step_, &stride) || stride == 0) stride = 1;
      if (apart == 0 || apart % stride != 0) return true;
    }
    return false;
  }

  std::optional<Linear> linear(NodeId id, int depth) const {
    const Node& n = g_.node(id);
    if (n.op == Op::index && n.bits[0] == loop_) return Linear{1, {}, 0};
    if (n.op == Op::constant) return is_small(g_.integer_value(id));
    const auto operands = g_.operands(id);
    const bool is_sum = n.op == Op::add || n.op == Op::sub;
    if (depth < kDeepestIndex && n.type == DType::i8) {
      if (is_sum) return sum(operands, n.op == Op::sub ? -1 : 1, depth);
      if (n.op == Op::mul && g_.is_constant(operands[1])) {
        return times(linear(operands[0], depth + 1), g_.integer_value(operands[1]));
      }
      if (n.op == Op::neg) return times(linear(operands[0], depth + 1), -1);
    }
    if (is_inside(g_, n.region, loop_)) return std::nullopt;
    return Linear{0, {{id, 1}}, 0};
  }

  static std::optional<Linear> is_small(std::int64_t value) {
    if (std::abs(value / 2) > kLargestFactor) return std::nullopt;
    return Linear{0, {}, value};
  }

  static std::optional<Linear> times(std::optional<Linear> of, std::int64_t by) {
    if (!of || std::abs(by / 2) > kLargestFactor) return std::nullopt;
    bool fits = !__builtin_mul_overflow(of->factor, by, &of->factor) &&
                !__builtin_mul_overflow(of->constant, by, &of->constant);
    for (auto& [node, factor] : of->fixed) {
      fits = fits && !__builtin_mul_overflow(factor, by, &factor);
    }
    if (!fits || std::abs(of->constant / 2) > kLargestFactor) return std::nullopt;
    return of;
  }

  std::optional<Linear> sum(std::span<const NodeId> operands, std::int64_t sign, int depth) const {
    std::optional<Linear> a = linear(operands[0], depth + 1);
    const std::optional<Linear> b = times(linear(operands[1], depth + 1), sign);
    if (!a || !b || __builtin_add_overflow(a->factor, b->factor, &a->factor) ||
        __builtin_add_overflow(a->constant, b->constant, &a->constant)) {
      return std::nullopt;
    }
    for (const auto& [node, factor] : b->fixed) {
      std::int64_t& known = a->fixed[node];
      if (__builtin_add_overflow(known, factor, &known)) return std::nullopt;
      if (known == 0) a->fixed.erase(node);
    }
    return a;
  }

  // ---- updates ----

  static bool is_update(Op op) {
    return op == Op::add || op == Op::sub || op == Op::mul || op == Op::bit_and ||
           op == Op::bit_or || op == Op::bit_xor;
  }

  /// The load of `a[k] = a[k] op value`, or kNone.
  NodeId load_of_update(NodeId store) const {
    const Node& s = g_.node(store);
    const Node& n = g_.node(g_.operands(store)[0]);
    if (!is_update(n.op) || n.type != s.type) return kNone;
    const auto operands = g_.operands(g_.operands(store)[0]);
    const std::size_t most = row(n.op).traits == Traits::Commutative ? 2 : 1;
    for (std::size_t k = 0; k < most; ++k) {
      const Node& l = g_.node(operands[k]);
      if (l.op != Op::load || l.bits[0] != s.bits[0] || l.region != s.region) continue;
      if (std::ranges::equal(g_.operands(operands[k]), indices(store))) return operands[k];
    }
    return kNone;
  }

  bool are_used_once(NodeId node) const {
    const auto found = users_.find(node);
    return found != users_.end() && found->second.size() == 1;
  }

  /// Are all accesses updates of one kind that no iteration sees the result of? Then their order
  /// does not matter. One iteration's updates are adjacent, each with its own load.
  bool takes_atomics(BufferId buffer, const std::vector<NodeId>& stores) {
    if (!is_integer(g_.buffers()[buffer].type)) return false;
    bool disjoint = true;
    for (const NodeId store : stores) disjoint = disjoint && never_meet(store, store);
    if (disjoint) return false;
    std::optional<Op> kind;
    std::map<NodeId, NodeId> found;
    for (const NodeId store : stores) {
      const NodeId value = g_.operands(store)[0];
      const NodeId load = load_of_update(store);
      if (load == kNone || !are_used_once(load) || !are_used_once(value)) return false;
      const Op op = g_.node(value).op == Op::sub ? Op::add : g_.node(value).op;
      if (kind && *kind != op) return false;
      kind = op;
      // No other update of the array between the load and the store.
      for (const NodeId other : stores) {
        if (other > load && other < store) return false;
      }
      const auto operands = g_.operands(value);
      found[store] = operands[operands[0] == load ? 1 : 0];
    }
    const auto loads = loads_.find(buffer);
    if (loads == loads_.end() || loads->second.size() != stores.size()) return false;
    out_.atomics.insert(found.begin(), found.end());
    return true;
  }

  const Graph& g_;
  const Live& live_;
  const Callees& callees_;
  RegionId loop_;
  ParallelLoop& out_;
  std::int64_t step_ = 1;
  std::map<BufferId, std::vector<NodeId>> stores_;  // of arrays, in the loop
  std::map<BufferId, std::vector<NodeId>> loads_;
  std::map<BufferId, NodeId> given_;  // arrays that calls read
  std::map<NodeId, std::vector<NodeId>> users_;
};

}  // namespace

void check_elements(const Graph& graph, const Live& live, const Callees& callees, RegionId loop,
                    ParallelLoop& out) {
  Elements(graph, live, callees, loop, out).run();
}

}  // namespace numeta::core
