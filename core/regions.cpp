// regions.cpp - control flow of a graph: opening and closing regions, leaving them, stores at their
// ends, going back to a mark, and what conditions say about the values below them.
#include <algorithm>

#include "core/graph.hpp"
#include "core/statements.hpp"

namespace numeta::core {
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
  while (!relations_.empty() && regions_[relations_.back().region].closed) relations_.pop_back();
}

RegionId Graph::begin_loop(NodeId start, NodeId stop, NodeId step, std::string name,
                           std::optional<std::vector<BufferId>> stores) {
  const NodeId all[] = {start, stop, step};
  require_open(all);
  const auto region = static_cast<RegionId>(regions_.size());
  const NodeId owner = append({Op::loop, DType::b1, false, all, {region, 0}}, current_, {});
  add_statement(owner);
  open(owner, std::move(name));
  const Interval indices = range_of_index(ranges_[start], ranges_[stop], ranges_[step]);
  regions_[region].index = append({Op::index, DType::i8, true, {}, {region, 0}}, region, indices);
  if (ranges_[step].low >= 1) assume_rising(region, start, stop);
  regions_[region].stores = std::move(stores);
  new_versions(region);
  return region;
}

RegionId Graph::begin_repeat(std::string name, std::optional<std::vector<BufferId>> stores) {
  const auto region = static_cast<RegionId>(regions_.size());
  const NodeId owner = append({Op::repeat, DType::b1, false, {}, {region, 0}}, current_, {});
  add_statement(owner);
  open(owner, std::move(name));
  regions_[region].stores = std::move(stores);
  new_versions(region);
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
  const RegionId ending = current_;
  const Region& body = regions_[ending];
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
  if (repeats) new_versions(ending);
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
  for (Buffer& buffer : buffers_) {
    if (buffer.home == block) buffer.home = parent;
  }
  for (Fact& fact : facts_) {
    if (fact.region == block) fact.region = parent;
  }
  for (Relation& relation : relations_) {
    if (relation.region == block) relation.region = parent;
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

void Graph::insert_before(RegionId region, NodeId statement) {
  const NodeId owner = regions_[region].owner;
  auto& body = regions_[nodes_[owner].region].body;
  const auto place = std::find(body.rbegin(), body.rend(), owner);
  if (place == body.rend()) return;  // never reached
  body.insert(std::next(place).base(), statement);
}

void Graph::store_before(RegionId region, BufferId variable, NodeId value) {
  const RegionId parent = nodes_[regions_[region].owner].region;
  insert_before(region, store_node(variable, value, parent));
}

Resumed Graph::resume(RegionId region) {
  Resumed out{region, current_, regions_[region].ended, kNone, {}, {}, {}, {}, ++last_version_};
  // What is known where the trace stands need not hold at the end of the region.
  facts_.swap(out.facts);
  relations_.swap(out.relations);
  for (RegionId r = region; regions_[r].closed; r = regions_[r].parent) {
    out.closed.push_back(r);
    regions_[r].closed = false;
  }
  // Nor does a load there serve where the trace stands, or one of here serve there.
  for (Buffer& buffer : buffers_) {
    out.versions.push_back(buffer.version);
    buffer.version = out.fresh;
  }
  auto& body = regions_[region].body;
  const Op last = body.empty() ? Op::store : nodes_[body.back()].op;
  if (last == Op::leave || last == Op::cycle) {
    out.jump = body.back();
    body.pop_back();
  }
  regions_[region].ended = false;
  current_ = region;
  return out;
}

void Graph::suspend(Resumed&& resumed) {
  Region& region = regions_[resumed.region];
  if (resumed.jump != kNone) region.body.push_back(resumed.jump);
  region.ended = resumed.ended;
  for (const RegionId r : resumed.closed) regions_[r].closed = true;
  for (std::size_t k = 0; k < resumed.versions.size(); ++k) {
    const bool is_stored = buffers_[k].version != resumed.fresh;
    buffers_[k].version = is_stored ? ++last_version_ : resumed.versions[k];
  }
  facts_ = std::move(resumed.facts);
  relations_ = std::move(resumed.relations);
  current_ = resumed.current;
}

Mark Graph::mark() const {
  return {current_, static_cast<std::uint32_t>(regions_[current_].body.size()), facts_.size(),
          relations_.size()};
}

/// A statement is dropped: what it leaves has one exit less.
void Graph::forget_exits(NodeId statement) {
  const Node& n = nodes_[statement];
  if (n.op == Op::leave) --regions_[n.bits[0]].exits;
  for (const RegionId inner : InnerRegions(n)) {
    for (const NodeId below : regions_[inner].body) forget_exits(below);
  }
}

void Graph::rollback(Mark mark) {
  ++rollbacks_;
  while (current_ != mark.region) close();
  auto& body = regions_[current_].body;
  while (body.size() > mark.size) {
    forget_exits(body.back());
    body.pop_back();
  }
  regions_[current_].ended = false;
  facts_.resize(std::min(facts_.size(), mark.facts));
  relations_.resize(std::min(relations_.size(), mark.relations));
  new_versions();
}

RegionId innermost_loop(const Graph& graph, RegionId region) {
  while (region != 0 && !is_loop(graph.node(graph.regions()[region].owner).op)) {
    region = graph.regions()[region].parent;
  }
  return region;
}

}  // namespace numeta::core
