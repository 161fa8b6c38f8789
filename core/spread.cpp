// spread.cpp - see spread.hpp. Indices are sums (index_sum.hpp) of loop indices with constant
// factors. Such a sum takes another value in each iteration where each index moves it further than
// all that move it less can together, as digits do. Two sums never meet where their difference
// has a bound: an index is at least the start of its loop, and below its end.
#include "core/spread.hpp"

#include <algorithm>
#include <cstdlib>
#include <optional>

#include "core/index_sum.hpp"

namespace numeta::core {
namespace {

constexpr std::size_t kMostBounds = 16;
constexpr std::int64_t kFar = std::int64_t{1} << 31;

std::span<const NodeId> bounds(const Graph& g, RegionId loop) {
  return g.operands(g.regions()[loop].owner);
}

bool rises(const Graph& g, RegionId loop) {
  const NodeId step = bounds(g, loop)[2];
  return g.is_constant(step) && g.integer_value(step) > 0;
}

/// A value without the conversions that only say whether it is a Python number.
NodeId bare(const Graph& g, NodeId value) {
  while (g.node(value).op == Op::cast && g.node(value).type == g.node(g.operands(value)[0]).type) {
    value = g.operands(value)[0];
  }
  return value;
}

/// What a value is at most: itself, or both sides where it is the lesser of two.
std::vector<NodeId> limits(const Graph& g, NodeId value) {
  value = bare(g, value);
  const auto operands = g.operands(value);
  if (g.node(value).op == Op::minimum) return {operands[0], operands[1]};
  if (g.node(value).op != Op::select) return {value};
  const NodeId condition = bare(g, operands[0]);
  const Op op = g.node(condition).op;
  if (op != Op::lt && op != Op::le) return {value};
  const auto sides = g.operands(condition);
  const bool is_lesser =
      bare(g, sides[0]) == bare(g, operands[1]) && bare(g, sides[1]) == bare(g, operands[2]);
  return is_lesser ? std::vector<NodeId>{operands[1], operands[2]} : std::vector<NodeId>{value};
}

/// Do the loops `outer` and `inner` give the indices of one, in parts: `for f in range(a, b, 16):
/// for k in range(f, min(f + 16, b))`?
bool is_in_parts(const Graph& g, RegionId outer, RegionId inner) {
  if (!rises(g, outer) || !rises(g, inner)) return false;
  const NodeId first = g.regions()[outer].index;
  const auto all = bounds(g, inner);
  if (all[0] != first) return false;
  const std::int64_t length = g.integer_value(bounds(g, outer)[2]);
  return std::ranges::any_of(limits(g, all[1]), [&](NodeId limit) {
    IndexSum beyond = index_sum(g, limit);
    beyond.add(term(first), -1);
    return beyond.known && beyond.terms.empty() && beyond.constant <= length;
  });
}

/// A loop's index in a sum: how far one iteration moves it, and all of them together.
struct Digit {
  RegionId loop;
  std::int64_t step;
  std::int64_t extent;
};

/// The loops of which each iteration gives an axis another index; none where that is not known.
std::vector<RegionId> spread_over(const Graph& g, const Timeline& timeline, NodeId index,
                                  RegionId outermost) {
  std::vector<Digit> digits;
  const IndexSum sum = index_sum(g, index);
  if (!sum.known) return {};
  for (const auto& [node, factor] : sum.terms) {
    const Node& n = g.node(node);
    if (!timeline.is_inside(n.region, outermost)) continue;
    if (n.op != Op::index) return {};
    const auto loop = static_cast<RegionId>(n.bits[0]);
    const NodeId step = bounds(g, loop)[2];
    const Interval range = g.range(node);
    const bool is_short = range.within(-kFar, kFar);
    const std::int64_t by = g.is_constant(step) ? g.integer_value(step) : 1;
    if (by <= -kFar || by >= kFar) return {};
    digits.push_back({loop, std::abs(factor * by),
                      is_short ? std::abs(factor) * (range.high - range.low) : INT64_MAX});
  }
  std::ranges::sort(digits, {}, &Digit::step);
  std::int64_t below = 0;
  std::vector<RegionId> out;
  for (const Digit& digit : digits) {
    if (digit.step <= below) return {};
    if (__builtin_add_overflow(below, digit.extent, &below)) below = INT64_MAX;
    out.push_back(digit.loop);
  }
  return out;
}

/// What a term of a sum is at most, or at least: a lesser value is no more than either of two, and
/// a quotient by a power of two, multiplied by it, no more than the dividend. Empty: itself.
std::vector<IndexSum> beyond_term(const Graph& g, NodeId value, std::int64_t factor, bool upper) {
  std::vector<IndexSum> out;
  value = bare(g, value);
  const auto add = [&](const IndexSum& sum, std::int64_t constant) {
    IndexSum by;
    by.add(sum, factor);
    by.constant += constant;
    out.push_back(std::move(by));
  };
  const std::vector<NodeId> ends = limits(g, value);
  if (ends.size() > 1 && (factor > 0) == upper) {
    for (const NodeId end : ends) add(index_sum(g, end), 0);
  }
  const Node& n = g.node(value);
  if (n.op != Op::shift_down || n.type != DType::i8) return out;
  if (!g.is_constant(g.operands(value)[1])) return out;
  const std::int64_t places = g.integer_value(g.operands(value)[1]);
  if (places < 0 || places > 16 || factor % (std::int64_t{1} << places) != 0) return out;
  const IndexSum dividend = index_sum(g, g.operands(value)[0]);
  const std::int64_t lost = (std::int64_t{1} << places) - 1;
  factor /= std::int64_t{1} << places;
  add(dividend, (factor > 0) == upper ? 0 : -factor * lost);
  return out;
}

/// What a sum is at least, or at most, in all iterations inside of `home`: one of these each.
void add_bounds(const Graph& g, const IndexSum& sum, bool upper, RegionId home,
                std::vector<IndexSum>& out) {
  if (!sum.known || out.size() >= kMostBounds) return;
  std::optional<std::pair<NodeId, std::int64_t>> last;  // made last, so that no other needs it
  for (const auto& one : sum.terms) {
    if (g.regions()[g.node(one.first).region].depth <= g.regions()[home].depth) continue;
    if (!last || one.first > last->first) last = one;
  }
  const auto without = [&](const std::pair<NodeId, std::int64_t>& one) {
    IndexSum rest = sum;
    rest.add(term(one.first), -one.second);
    return rest;
  };
  if (!last) {
    out.push_back(sum);
    for (const auto& one : sum.terms) {
      for (const IndexSum& by : beyond_term(g, one.first, one.second, upper)) {
        IndexSum replaced = without(one);
        replaced.add(by, 1);
        add_bounds(g, replaced, upper, home, out);
      }
    }
    return;
  }
  const NodeId node = last->first;
  const std::int64_t factor = last->second;
  const auto loop = static_cast<RegionId>(g.node(node).bits[0]);
  if (g.node(node).op != Op::index || !rises(g, loop)) return;
  const auto replace_by = [&](NodeId bound, std::int64_t beyond) {
    IndexSum with = index_sum(g, bound);
    with.constant += beyond;
    IndexSum replaced = without(*last);
    replaced.add(with, factor);
    add_bounds(g, replaced, upper, home, out);
  };
  const auto all = bounds(g, loop);
  if ((factor > 0) != upper) return replace_by(all[0], 0);
  for (const NodeId end : limits(g, all[1])) replace_by(end, -1);
}

bool is_below(const Graph& g, NodeId one, NodeId other, RegionId home) {
  std::vector<IndexSum> highest;
  std::vector<IndexSum> lowest;
  add_bounds(g, index_sum(g, one), true, home, highest);
  add_bounds(g, index_sum(g, other), false, home, lowest);
  return std::ranges::any_of(highest, [&](const IndexSum& high) {
    return std::ranges::any_of(lowest, [&](IndexSum between) {
      between.add(high, -1);
      return between.known && between.terms.empty() && between.constant > 0;
    });
  });
}

/// Are two loads in the two arms of one choice, and is an element that both could load loaded in
/// one iteration of the loops around it only, so by one of them?
bool are_in_two_arms(const Graph& g, const Timeline& timeline, NodeId one, NodeId other,
                     RegionId home) {
  const auto chain = [&](NodeId load) {
    std::vector<RegionId> out;
    for (RegionId r = g.node(load).region; r != home; r = g.regions()[r].parent) out.push_back(r);
    return out;
  };
  const std::vector<RegionId> from = chain(one);
  const std::vector<RegionId> to = chain(other);
  const auto [a, b] = std::mismatch(from.rbegin(), from.rend(), to.rbegin(), to.rend());
  if (a == from.rend() || b == to.rend()) return false;
  const NodeId choice = g.regions()[*a].owner;
  if (choice != g.regions()[*b].owner || g.node(choice).op != Op::branch) return false;
  const std::vector<RegionId> shared = loops_around(g, choice, home);
  if (shared.empty()) return true;
  std::vector<RegionId> found;
  const auto at = g.operands(one);
  for (std::size_t axis = 0; axis < at.size(); ++axis) {
    if (at[axis] != g.operands(other)[axis]) continue;
    const auto over = spread_over(g, timeline, at[axis], shared.front());
    found.insert(found.end(), over.begin(), over.end());
  }
  return std::ranges::all_of(
      shared, [&](RegionId loop) { return std::ranges::find(found, loop) != found.end(); });
}

}  // namespace

std::vector<RegionId> loops_around(const Graph& graph, NodeId statement, RegionId home) {
  std::vector<RegionId> out;
  for (RegionId r = graph.node(statement).region; r != home;) {
    const NodeId owner = graph.regions()[r].owner;
    if (is_loop(graph.node(owner).op)) out.push_back(r);
    r = graph.node(owner).region;
  }
  std::ranges::reverse(out);
  return out;
}

bool is_spread(const Graph& graph, const Timeline& timeline, NodeId load,
               std::span<const RegionId> loops) {
  if (loops.empty()) return true;
  std::vector<RegionId> found;
  for (const NodeId index : graph.operands(load)) {
    const auto over = spread_over(graph, timeline, index, loops.front());
    found.insert(found.end(), over.begin(), over.end());
  }
  const auto is_found = [&](RegionId loop) {
    return std::ranges::find(found, loop) != found.end();
  };
  return std::ranges::all_of(loops, [&](RegionId loop) {
    return is_found(loop) || std::ranges::any_of(loops, [&](RegionId inner) {
             return is_found(inner) && graph.node(graph.regions()[loop].owner).op == Op::loop &&
                    is_in_parts(graph, loop, inner);
           });
  });
}

bool are_apart(const Graph& graph, const Timeline& timeline, std::span<const NodeId> loads,
               RegionId home) {
  for (std::size_t k = 0; k < loads.size(); ++k) {
    for (std::size_t other = k + 1; other < loads.size(); ++other) {
      if (are_in_two_arms(graph, timeline, loads[k], loads[other], home)) continue;
      if (!are_apart(graph, graph.operands(loads[k]), graph.operands(loads[other]), home)) {
        return false;
      }
    }
  }
  return true;
}

bool are_apart(const Graph& graph, std::span<const NodeId> one, std::span<const NodeId> other,
               RegionId home) {
  for (std::size_t axis = 0; axis < one.size(); ++axis) {
    if (is_below(graph, one[axis], other[axis], home)) return true;
    if (is_below(graph, other[axis], one[axis], home)) return true;
  }
  return false;
}

}  // namespace numeta::core
