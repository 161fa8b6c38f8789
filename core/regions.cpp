// regions.cpp - control flow of a graph: opening and closing regions, leaving them, stores at their
// ends, going back to a mark, and what conditions say about the values below them.
#include <algorithm>

#include "core/graph.hpp"

namespace numeta::core {
namespace {

constexpr std::size_t kFactsLookedAt = 64;

}  // namespace

RegionId Graph::open(NodeId owner, std::string name) {
  const auto region = static_cast<RegionId>(regions_.size());
  Region body;
  body.parent = current_;
  body.depth = regions_[current_].depth + 1;
  body.owner = owner;
  body.name = std::move(name);
  // What follows a statement that ends a region is never reached, regions included.
  body.ended = regions_[current_].ended;
  regions_.push_back(std::move(body));
  current_ = region;
  return region;
}

void Graph::close() {
  regions_[current_].closed = true;
  current_ = regions_[current_].parent;
  while (!facts_.empty() && regions_[facts_.back().region].closed) facts_.pop_back();
}

RegionId Graph::begin_loop(NodeId start, NodeId stop, NodeId step, std::string name) {
  const NodeId all[] = {start, stop, step};
  require_open(all);
  const auto region = static_cast<RegionId>(regions_.size());
  const NodeId owner = append({Op::loop, DType::b1, false, all, {region, 0}}, current_, {});
  add_statement(owner);
  open(owner, std::move(name));
  const Interval indices = range_of_index(ranges_[start], ranges_[stop], ranges_[step]);
  regions_[region].index = append({Op::index, DType::i8, true, {}, {region, 0}}, region, indices);
  // What the body stores is seen by its next iteration: nothing read before serves inside.
  new_versions();
  return region;
}

RegionId Graph::begin_repeat(std::string name) {
  const auto region = static_cast<RegionId>(regions_.size());
  const NodeId owner = append({Op::repeat, DType::b1, false, {}, {region, 0}}, current_, {});
  add_statement(owner);
  open(owner, std::move(name));
  new_versions();
  return region;
}

RegionId Graph::begin_block(std::string name) {
  const auto region = static_cast<RegionId>(regions_.size());
  const NodeId owner = append({Op::block, DType::b1, false, {}, {region, 0}}, current_, {});
  add_statement(owner);
  return open(owner, std::move(name));
}

RegionId Graph::begin_branch(NodeId condition) {
  require_open({&condition, 1});
  const auto region = static_cast<RegionId>(regions_.size());
  const NodeId owner =
      append({Op::branch, DType::b1, false, {&condition, 1}, {region, kNone}}, current_, {});
  add_statement(owner);
  open(owner, "");
  assume(condition, true, region);
  return region;
}

RegionId Graph::begin_otherwise() {
  const NodeId owner = regions_[current_].owner;
  close();
  const auto region = static_cast<RegionId>(regions_.size());
  nodes_[owner].bits[1] = region;
  open(owner, "");
  assume(operands(owner)[0], false, region);
  return region;
}

void Graph::end() {
  const Region& body = regions_[current_];
  const Node& owner = nodes_[body.owner];
  const bool repeats = is_loop(owner.op);
  const bool is_branch = owner.op == Op::branch;
  // After an arm that control does not come back from, the other one's condition holds.
  bool then_ended = false;
  bool else_ended = false;
  NodeId condition = kNone;
  if (is_branch) {
    condition = operands(body.owner)[0];
    then_ended = regions_[owner.bits[0]].ended;
    else_ended = owner.bits[1] != kNone && regions_[owner.bits[1]].ended;
  }
  close();
  if (repeats) new_versions();
  if (then_ended != else_ended) assume(condition, else_ended, current_);
}

bool Graph::end_block() {
  const RegionId block = current_;
  const NodeId owner = regions_[block].owner;
  const RegionId parent = regions_[block].parent;
  if (regions_[block].exits > 0) {
    close();
    return false;
  }
  current_ = parent;
  regions_[block].closed = true;
  auto& into = regions_[parent].body;
  const auto place = std::find(into.rbegin(), into.rend(), owner);
  if (place != into.rend()) {
    const auto at = into.erase(std::next(place).base());
    into.insert(at, regions_[block].body.begin(), regions_[block].body.end());
  }
  regions_[parent].ended = regions_[parent].ended || regions_[block].ended;
  regions_[block].body.clear();
  for (NodeId id = owner; id < nodes_.size(); ++id) {
    if (nodes_[id].region == block) nodes_[id].region = parent;
  }
  for (RegionId r = block + 1; r < regions_.size(); ++r) {
    if (regions_[r].parent == block) regions_[r].parent = parent;
    regions_[r].depth = regions_[regions_[r].parent].depth + 1;
  }
  for (Fact& fact : facts_) {
    if (fact.region == block) fact.region = parent;
  }
  return true;
}

void Graph::leave(RegionId target) {
  if (!reachable()) return;
  add_statement(append({Op::leave, DType::b1, false, {}, {target, 0}}, current_, {}));
  ++regions_[target].exits;
  set_unreachable();
}

void Graph::cycle(RegionId target) {
  if (!reachable()) return;
  add_statement(append({Op::cycle, DType::b1, false, {}, {target, 0}}, current_, {}));
  set_unreachable();
}

NodeId Graph::store_node(BufferId variable, NodeId value, RegionId region) {
  const std::uint64_t version = ++last_version_;
  return append({Op::store, buffers_[variable].type, false, {&value, 1}, {variable, version}},
                region, {});
}

void Graph::store_at_end(RegionId region, BufferId variable, NodeId value) {
  const NodeId store = store_node(variable, value, region);
  auto& body = regions_[region].body;
  const bool leaves =
      !body.empty() && (nodes_[body.back()].op == Op::leave || nodes_[body.back()].op == Op::cycle);
  body.insert(leaves ? body.end() - 1 : body.end(), store);
}

void Graph::store_before(RegionId region, BufferId variable, NodeId value) {
  const NodeId owner = regions_[region].owner;
  const RegionId parent = nodes_[owner].region;
  auto& body = regions_[parent].body;
  const auto place = std::find(body.rbegin(), body.rend(), owner);
  if (place == body.rend()) return;  // never reached
  body.insert(std::next(place).base(), store_node(variable, value, parent));
}

Mark Graph::mark() const {
  return {current_, static_cast<std::uint32_t>(regions_[current_].body.size()), facts_.size()};
}

/// A statement is dropped: what it leaves has one exit less.
void Graph::forget_exits(NodeId statement) {
  const Node& n = nodes_[statement];
  if (n.op == Op::leave) --regions_[n.bits[0]].exits;
  if (!has_regions(n.op)) return;
  for (const NodeId inner : regions_[n.bits[0]].body) forget_exits(inner);
  if (n.op != Op::branch || n.bits[1] == kNone) return;
  for (const NodeId inner : regions_[n.bits[1]].body) forget_exits(inner);
}

void Graph::rollback(Mark mark) {
  while (current_ != mark.region) close();
  auto& body = regions_[current_].body;
  while (body.size() > mark.size) {
    forget_exits(body.back());
    body.pop_back();
  }
  regions_[current_].ended = false;
  facts_.resize(std::min(facts_.size(), mark.facts));
  new_versions();
}

void Graph::assume(NodeId condition, bool holds, RegionId region) {
  const Node& n = nodes_[condition];
  if (n.op == Op::logical_not) return assume(operands(condition)[0], !holds, region);
  if (n.op == (holds ? Op::logical_and : Op::logical_or)) {
    assume(operands(condition)[0], holds, region);
    return assume(operands(condition)[1], holds, region);
  }
  const bool is_order = n.op == Op::lt || n.op == Op::le;
  if (!is_order || kind(nodes_[operands(condition)[0]].type) != Kind::Int) return;
  // a < b, or with `holds` false: b <= a. Strict comparisons move the bound by one.
  const NodeId low = operands(condition)[holds ? 0 : 1];
  const NodeId high = operands(condition)[holds ? 1 : 0];
  const std::int64_t strict = (n.op == Op::lt) == holds ? 1 : 0;
  const Interval a = range_here(low);
  const Interval b = range_here(high);
  if (b.high != INT64_MAX) facts_.push_back({low, {INT64_MIN, b.high - strict}, region});
  if (a.low != INT64_MIN) facts_.push_back({high, {a.low + strict, INT64_MAX}, region});
}

Interval Graph::range_here(NodeId id) const {
  const Node& n = nodes_[id];
  Interval known = ranges_[id];
  const bool shifted = (n.op == Op::add || n.op == Op::sub) && n.weak && n.type == DType::i8 &&
                       is_constant(operands(id)[1]);
  if (shifted) {
    known = meet(known, range_of(n.op, n.type, n.weak, range_here(operands(id)[0]),
                                 ranges_[operands(id)[1]]));
  }
  const std::size_t first = facts_.size() > kFactsLookedAt ? facts_.size() - kFactsLookedAt : 0;
  for (std::size_t k = facts_.size(); k-- > first;) {
    const Fact& fact = facts_[k];
    if (fact.node == id && !regions_[fact.region].closed) known = meet(known, fact.range);
  }
  return known;
}

}  // namespace numeta::core
