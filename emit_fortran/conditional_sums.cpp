// conditional_sums.cpp - see conditional_sums.hpp.
#include "emit_fortran/conditional_sums.hpp"

#include <map>
#include <utility>

namespace numeta::emit_fortran {
namespace {

using core::DType;
using core::Node;
using core::NodeId;
using core::Op;
using core::RegionId;

// gcc unrolls a loop of up to 17 iterations whole before it makes vectors.
constexpr std::int64_t kUnrolled = 24;

class Search {
 public:
  Search(const core::Graph& graph, const core::Live& live) : g_(graph), live_(live) {
    found_.assign(g_.regions().size(), false);
    marks_.assign(g_.size(), 0);
    find_outer_loops();
  }

  std::vector<bool> run() {
    for (NodeId id = 0; id < g_.size(); ++id) {
      if (g_.node(id).op == Op::store && live_.nodes[id] && g_.node(id).region != 0) look(id);
    }
    return std::move(found_);
  }

 private:
  bool is_in(NodeId id, RegionId region) const {
    RegionId r = g_.node(id).region;
    while (r != region && r != 0) r = g_.regions()[r].parent;
    return r == region;
  }

  /// Only of innermost loops does gcc make straight code, which it needs for vectors.
  void find_outer_loops() {
    is_outer_.assign(g_.regions().size(), false);
    for (RegionId inner = 1; inner < g_.regions().size(); ++inner) {
      const NodeId owner = g_.regions()[inner].owner;
      const Op op = g_.node(owner).op;
      const bool is_unrolled = op == Op::loop && short_count(owner) > 0;
      if (!live_.nodes[owner] || !core::is_loop(op) || is_unrolled) continue;
      for (RegionId r = g_.regions()[inner].parent; r != 0; r = g_.regions()[r].parent) {
        is_outer_[r] = true;
      }
    }
  }

  /// The iterations of a loop that is unrolled; 0 of any other.
  std::int64_t short_count(NodeId loop) const {
    const auto bounds = g_.operands(loop);
    for (const NodeId bound : bounds) {
      if (!g_.is_constant(bound)) return 0;
    }
    const std::int64_t step = g_.integer_value(bounds[2]);
    const std::int64_t first = g_.integer_value(bounds[0]);
    const std::int64_t last = g_.integer_value(bounds[1]);
    constexpr std::int64_t k_far = INT64_MAX / 4;
    if (step == 0 || first < -k_far || first > k_far || last < -k_far || last > k_far) return 0;
    const std::int64_t count = (last - first) / step + 1;
    return count <= kUnrolled ? count : 0;
  }

  /// Counts a store for the loops around it, as far as those inside of them are unrolled.
  void look(NodeId store) {
    std::int64_t places = 1;
    bool conditional = false;
    for (RegionId r = g_.node(store).region; r != 0; r = g_.regions()[r].parent) {
      const NodeId owner = g_.regions()[r].owner;
      const Op op = g_.node(owner).op;
      if (op == Op::branch) conditional = true;
      if (op != Op::loop && op != Op::repeat) continue;
      if (!moves(store, r)) {
        if (conditional || is_chosen(store, r)) count(store, r, places);
        if (op == Op::repeat) return;
      } else if (op == Op::repeat) {
        return;
      }
      const std::int64_t length = short_count(owner);
      if (length < 1) return;
      places *= length;
    }
  }

  void count(NodeId store, RegionId loop, std::int64_t places) {
    const DType type = g_.buffers()[g_.node(store).bits[0]].type;
    std::int64_t& all = places_[{loop, type}];
    all += places;
    if (all > 1 && !is_outer_[loop]) found_[loop] = true;
  }

  /// Is another element stored to by each iteration? An index that is read may be any.
  bool moves(NodeId store, RegionId loop) {
    return reaches(g_.operands(store).subspan(1), loop, [&](const Node& n) {
      return n.op == Op::load || (n.op == Op::index && n.bits[0] == loop);
    });
  }

  /// Do conditions decide what is stored, and does it come from more than one element of arrays?
  /// Those of one are compared where they belong.
  bool is_chosen(NodeId store, RegionId loop) {
    bool chosen = false;
    std::size_t loads = 0;
    reaches(g_.operands(store).first(1), loop, [&](const Node& n) {
      chosen = chosen || chooses(n);
      if (n.op == Op::load && n.bits[0] != g_.node(store).bits[0]) ++loads;
      return false;
    });
    return chosen && loads > 1;
  }

  /// Is an operation written with a condition, or as a procedure, which may have one?
  static bool chooses(const Node& n) {
    const core::OpRow& row = core::row(n.op);
    const auto kind = static_cast<std::size_t>(core::kind(n.type));
    return n.op == Op::select || n.type == DType::b1 || row.rule == core::Rule::Extremum ||
           row.spelling[kind].starts_with('$');
  }

  /// Is one of the nodes that values are made of, inside of a loop, of a kind?
  template <class Kind>
  bool reaches(std::span<const NodeId> values, RegionId loop, Kind kind) {
    ++mark_;
    std::vector<NodeId> todo(values.begin(), values.end());
    while (!todo.empty()) {
      const NodeId id = todo.back();
      todo.pop_back();
      if (marks_[id] == mark_ || !is_in(id, loop)) continue;
      marks_[id] = mark_;
      if (kind(g_.node(id))) return true;
      if (g_.node(id).op == Op::load) continue;  // where an element is found puts it in no vector
      const auto operands = g_.operands(id);
      todo.insert(todo.end(), operands.begin(), operands.end());
    }
    return false;
  }

  const core::Graph& g_;
  const core::Live& live_;
  std::vector<bool> found_;           // by region
  std::vector<bool> is_outer_;        // by region: does a loop stand in it that is not unrolled?
  std::vector<std::uint32_t> marks_;  // by node
  std::uint32_t mark_ = 0;
  std::map<std::pair<RegionId, DType>, std::int64_t> places_;
};

}  // namespace

std::vector<bool> conditional_sums(const core::Graph& graph, const core::Live& live) {
  return Search(graph, live).run();
}

}  // namespace numeta::emit_fortran
