// facts.cpp - what conditions say about values where they hold: ranges of single values and
// differences of two. Values are those of Python's arithmetic, as ranges are (interval.hpp). A fact
// holds from its making to the end of its region.
#include <algorithm>

#include "core/graph.hpp"

namespace numeta::core {
namespace {

constexpr std::size_t kLookedAt = 64;
constexpr std::size_t kMostTerms = 6;

struct Term {
  NodeId value;
  std::int64_t factor;  // 1 or -1 in what is read, small in sums of that
};

/// A sum of values and a constant, of Python integers.
struct Sum {
  std::vector<Term> terms;
  std::int64_t constant = 0;
  bool fits = true;  // false: too large to be looked at

  void add(NodeId value, std::int64_t factor) {
    const auto known = std::ranges::find(terms, value, &Term::value);
    if (known == terms.end()) {
      terms.push_back({value, factor});
      fits = fits && terms.size() <= kMostTerms;
    } else if ((known->factor += factor) == 0) {
      terms.erase(known);
    }
  }
};

bool keeps_its_value(const Graph& g, NodeId cast) {
  const DType from = g.node(g.operands(cast)[0]).type;
  const DType to = g.node(cast).type;
  return is_integer(from) && kind(from) == Kind::Int && is_integer(to) &&
         g.range(g.operands(cast)[0]).within(int_min(to), int_max(to));
}

/// A truth value as a Python or a NumPy one.
bool is_renamed_truth(const Graph& g, NodeId id) {
  return g.node(id).op == Op::cast && is_bool(g.node(id).type) &&
         is_bool(g.node(g.operands(id)[0]).type);
}

void expand(const Graph& g, NodeId id, std::int64_t sign, Sum& into) {
  if (!into.fits) return;
  const Node& n = g.node(id);
  const auto operands = g.operands(id);
  const bool small = g.range(id).within(INT32_MIN, INT32_MAX);
  if (g.is_constant(id) && small) {
    into.constant += sign * g.integer_value(id);
  } else if ((n.op == Op::add || n.op == Op::sub) && n.weak && n.type == DType::i8) {
    expand(g, operands[0], sign, into);
    expand(g, operands[1], n.op == Op::add ? sign : -sign, into);
  } else if (n.op == Op::cast && keeps_its_value(g, id)) {
    expand(g, operands[0], sign, into);
  } else {
    into.add(id, sign);
  }
}

}  // namespace

void Graph::assume(NodeId condition, bool holds, RegionId region) {
  const Node& n = nodes_[condition];
  if (n.op == Op::logical_not) return assume(operands(condition)[0], !holds, region);
  if (is_renamed_truth(*this, condition)) return assume(operands(condition)[0], holds, region);
  if (is_constant(condition)) return;
  facts_.push_back({condition, holds ? Interval{1, 1} : Interval{0, 0}, region});
  if (n.op == (holds ? Op::logical_and : Op::logical_or)) {
    assume(operands(condition)[0], holds, region);
    return assume(operands(condition)[1], holds, region);
  }
  if (n.op == (holds ? Op::eq : Op::ne) && kind(nodes_[operands(condition)[0]].type) == Kind::Int) {
    know(operands(condition)[0], range_here(operands(condition)[1]), region);
    know(operands(condition)[1], range_here(operands(condition)[0]), region);
    return;
  }
  const bool is_order = n.op == Op::lt || n.op == Op::le;
  if (!is_order || kind(nodes_[operands(condition)[0]].type) != Kind::Int) return;
  // a < b, or with `holds` false: b <= a. Strict comparisons move the bound by one.
  const NodeId low = operands(condition)[holds ? 0 : 1];
  const NodeId high = operands(condition)[holds ? 1 : 0];
  const std::int64_t strict = (n.op == Op::lt) == holds ? 1 : 0;
  const Interval a = range_here(low);
  const Interval b = range_here(high);
  relations_.push_back({low, high, strict, region});
  if (b.high != INT64_MAX) know(low, {INT64_MIN, b.high - strict}, region);
  if (a.low != INT64_MIN) know(high, {a.low + strict, INT64_MAX}, region);
}

/// What is known of a conversion that keeps the value is known of the value.
void Graph::know(NodeId id, Interval range, RegionId region) {
  facts_.push_back({id, range, region});
  while (nodes_[id].op == Op::cast) {
    if (!keeps_its_value(*this, id)) return;
    id = operands(id)[0];
    facts_.push_back({id, range, region});
  }
}

/// In `for index in range(start, stop)` the index is not below start, and below stop.
void Graph::assume_rising(RegionId loop, NodeId start, NodeId stop) {
  const NodeId index = regions_[loop].index;
  relations_.push_back({start, index, 0, loop});
  relations_.push_back({index, stop, 1, loop});
  // Below max(stop, c), and not below c, is below stop.
  if (nodes_[stop].op != Op::maximum) return;
  const NodeId least = operands(stop)[1];
  if (is_constant(least) && integer_value(least) <= ranges_[start].low) {
    relations_.push_back({index, operands(stop)[0], 1, loop});
  }
}

/// The least that a sum can be, as far as ranges say and one relation between two values.
std::int64_t Graph::least_here(NodeId sum) const {
  Sum whole_sum;
  expand(*this, sum, 1, whole_sum);
  const auto least = [&](const Sum& s) {
    Interval all{s.constant, s.constant};
    for (const Term& term : s.terms) {
      const Interval factor{term.factor, term.factor};
      const Interval part = range_of(Op::mul, DType::i8, true, alone_here(term.value), factor);
      all = range_of(Op::add, DType::i8, true, all, part);
    }
    return all.low;
  };
  if (!whole_sum.fits) return INT64_MIN;
  std::int64_t best = least(whole_sum);
  const std::size_t first = relations_.size() > kLookedAt ? relations_.size() - kLookedAt : 0;
  for (std::size_t k = relations_.size(); k-- > first && best < 0;) {
    const Relation& known = relations_[k];
    if (regions_[known.region].closed) continue;
    Sum rest = whole_sum;  // less what is known not to be negative
    expand(*this, known.more, -1, rest);
    expand(*this, known.less, 1, rest);
    rest.constant += known.gap;
    if (rest.fits && rest.terms.size() <= whole_sum.terms.size()) {
      best = std::max(best, least(rest));
    }
  }
  return best;
}

/// The range of a value by its own range and the facts about it.
Interval Graph::alone_here(NodeId id) const {
  const Node& n = nodes_[id];
  Interval known = ranges_[id];
  if (n.op == Op::cast && is_integer(n.type) && is_integer(nodes_[operands(id)[0]].type)) {
    const NodeId from = operands(id)[0];
    known = meet(known, range_of_cast(n.type, nodes_[from].type, alone_here(from)));
  }
  const std::size_t first = facts_.size() > kLookedAt ? facts_.size() - kLookedAt : 0;
  for (std::size_t k = facts_.size(); k-- > first;) {
    const Fact& fact = facts_[k];
    if (fact.node == id && !regions_[fact.region].closed) known = meet(known, fact.range);
  }
  return known;
}

Interval Graph::range_here(NodeId id) const {
  const Node& n = nodes_[id];
  Interval known = alone_here(id);
  const bool is_sum = (n.op == Op::add || n.op == Op::sub) && n.weak && n.type == DType::i8;
  if (!is_sum) return known;
  if (is_constant(operands(id)[1])) {
    known = meet(known, range_of(n.op, n.type, n.weak, range_here(operands(id)[0]),
                                 ranges_[operands(id)[1]]));
  }
  if (known.low < 0) known = meet(known, {least_here(id), INT64_MAX});
  return known;
}

std::optional<bool> Graph::truth_here(NodeId condition) const {
  if (is_constant(condition)) return nodes_[condition].bits[0] != 0;
  if (is_renamed_truth(*this, condition)) return truth_here(operands(condition)[0]);
  const Interval known = alone_here(condition);
  if (known.low == known.high) return known.low != 0;
  if (nodes_[condition].op != Op::logical_not) {
    return decided(nodes_[condition].op, operands(condition));
  }
  const auto denied = truth_here(operands(condition)[0]);
  return denied ? std::optional(!*denied) : std::nullopt;
}

}  // namespace numeta::core
