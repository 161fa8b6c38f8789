// index_sum.cpp - see index_sum.hpp. Two accesses a(c*i + p) and a(c*i + q) meet where their
// iterations are (q - p) / c apart, if p - q is a constant; a quotient with a remainder is no
// iteration.
#include "core/index_sum.hpp"

#include <algorithm>

namespace numeta::core {
namespace {

constexpr std::int64_t kSmall = std::int64_t{1} << 31;
constexpr std::size_t kMostTerms = 12;
constexpr int kMostSteps = 64;  // operations looked into

bool is_small(std::int64_t value) { return value > -kSmall && value < kSmall; }

IndexSum sum_of(const Graph& g, NodeId id, const Known& known, int& left) {
  if (known) {
    if (std::optional<IndexSum> given = known(id)) return *std::move(given);
  }
  const Node& n = g.node(id);
  IndexSum out;
  if (n.op == Op::constant && is_integer(n.type) && is_small(g.integer_value(id))) {
    out.constant = g.integer_value(id);
    return out;
  }
  const auto operands = g.operands(id);
  const bool counts = n.type == DType::i8 && --left > 0;
  if (counts && (n.op == Op::add || n.op == Op::sub)) {
    out = sum_of(g, operands[0], known, left);
    out.add(sum_of(g, operands[1], known, left), n.op == Op::add ? 1 : -1);
    return out;
  }
  if (counts && n.op == Op::neg) {
    out.add(sum_of(g, operands[0], known, left), -1);
    return out;
  }
  if (counts && n.op == Op::mul && g.is_constant(operands[1])) {
    out.add(sum_of(g, operands[0], known, left), g.integer_value(operands[1]));
    return out;
  }
  if (counts && n.op == Op::cast && g.node(operands[0]).type == DType::i8) {
    return sum_of(g, operands[0], known, left);
  }
  return term(id);
}

/// The iterations of one loop in which two accesses meet, by what one axis says.
struct Step {
  bool never = false;
  int loop = kVarying;
  std::int64_t distance = 0;
};

Step step_of_axis(const IndexSum& first, const IndexSum& second, const Role& role) {
  Step out;
  if (!first.known || !second.known) return out;
  IndexSum rest = second;
  rest.add(first, -1);
  int loop = kFixed;
  std::int64_t factors[2] = {0, 0};
  for (int side = 0; side < 2; ++side) {
    for (const auto& [node, factor] : (side == 0 ? first : second).terms) {
      const int what = role(node);
      if (what == kFixed) continue;
      if (what == kVarying || (loop != kFixed && loop != what)) return out;
      loop = what;
      factors[side] += factor;
    }
  }
  if (!rest.known || factors[0] != factors[1]) return out;
  for (const auto& [node, factor] : rest.terms) {
    if (role(node) == kFixed) return out;
  }
  if (factors[0] == 0) {
    out.never = loop == kFixed && rest.constant != 0;
    return out;
  }
  out.never = rest.constant % factors[0] != 0;
  out.loop = loop;
  out.distance = rest.constant / factors[0];
  return out;
}

}  // namespace

void IndexSum::add(const IndexSum& other, std::int64_t factor) {
  known = known && other.known && is_small(factor);
  const auto plus = [&](std::int64_t& sum, std::int64_t value) {
    std::int64_t product = 0;
    if (__builtin_mul_overflow(value, factor, &product) ||
        __builtin_add_overflow(sum, product, &sum) || !is_small(sum)) {
      known = false;
    }
  };
  plus(constant, other.constant);
  for (const auto& [node, times] : other.terms) {
    auto place = std::ranges::lower_bound(terms, node, {}, &std::pair<NodeId, std::int64_t>::first);
    if (place == terms.end() || place->first != node) place = terms.insert(place, {node, 0});
    plus(place->second, times);
    if (place->second == 0) terms.erase(place);
  }
  known = known && terms.size() <= kMostTerms;
}

IndexSum term(NodeId value) { return {true, 0, {{value, 1}}}; }

IndexSum unknown() { return {false, 0, {}}; }

IndexSum index_sum(const Graph& graph, NodeId value, const Known& known) {
  int left = kMostSteps;
  return sum_of(graph, value, known, left);
}

Meeting meeting(std::span<const IndexSum> first, std::span<const IndexSum> second, const Role& role,
                std::span<const std::int64_t> steps) {
  std::vector<std::optional<std::int64_t>> distances(steps.size());
  for (std::size_t axis = 0; axis < first.size(); ++axis) {
    const Step step = step_of_axis(first[axis], second[axis], role);
    if (step.never) return Meeting::Never;
    if (step.loop < 0) continue;
    auto& distance = distances[static_cast<std::size_t>(step.loop)];
    if (distance && *distance != step.distance) return Meeting::Never;
    distance = step.distance;
  }
  for (std::size_t loop = 0; loop < steps.size(); ++loop) {
    const std::int64_t step = steps[loop];
    if (distances[loop] && step != 0 && *distances[loop] % step != 0) return Meeting::Never;
  }
  for (std::size_t loop = 0; loop < steps.size(); ++loop) {
    if (!distances[loop] || (steps[loop] == 0 && *distances[loop] != 0)) return Meeting::Unknown;
    if (*distances[loop] == 0) continue;
    return (*distances[loop] > 0) == (steps[loop] > 0) ? Meeting::After : Meeting::Before;
  }
  return Meeting::Same;
}

}  // namespace numeta::core
