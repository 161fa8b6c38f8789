// graph.cpp - building the graph; see graph.hpp for what always holds.
#include "core/graph.hpp"

#include <algorithm>
#include <bit>
#include <stdexcept>
#include <utility>

#include <fmt/format.h>

#include "core/statements.hpp"

namespace numeta::core {
namespace {

constexpr std::uint64_t kMultiplier = 0x9E3779B97F4A7C15ULL;

std::uint64_t mix(std::uint64_t hash, std::uint64_t value) {
  // Both halves of the full product, so that every bit of the value reaches the low bits.
  __extension__ using Wide = unsigned __int128;
  const Wide product = static_cast<Wide>(hash ^ value ^ kMultiplier) * 0xD1B54A32D192ED03ULL;
  return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
}

}  // namespace

Literal literal_int(std::int64_t value) { return {{static_cast<std::uint64_t>(value), 0}}; }

Literal literal_float(DType type, double value) {
  if (bits(type) == 32) return {{std::bit_cast<std::uint32_t>(static_cast<float>(value)), 0}};
  return {{std::bit_cast<std::uint64_t>(value), 0}};
}

Literal literal_complex(DType type, double re, double im) {
  const DType part = real_part_type(type);
  return {{literal_float(part, re).bits[0], literal_float(part, im).bits[0]}};
}

Graph::Graph(std::string name, bool one_chain) : name_(std::move(name)), one_chain_(one_chain) {
  table_.resize(1024);
  regions_.emplace_back();
}

NodeId Graph::scalar(std::string name, DType type, bool weak) {
  const auto number = static_cast<std::uint32_t>(scalars_.size());
  scalars_.push_back({std::move(name), type, weak});
  parameters_.push_back({false, number});
  return intern({Op::argument, type, weak, {}, {number, 0}}, 0, whole(type));
}

BufferId Graph::buffer(std::string name, DType type, Layout layout,
                       std::vector<std::optional<std::int64_t>> fixed_shape) {
  const auto number = static_cast<BufferId>(buffers_.size());
  Buffer buffer{std::move(name), type, layout, std::move(fixed_shape)};
  buffer.version = ++last_version_;
  buffers_.push_back(std::move(buffer));
  parameters_.push_back({true, number});
  return number;
}

BufferId Graph::variable(std::string name, DType type, bool weak, Interval range) {
  const auto number = static_cast<BufferId>(buffers_.size());
  Buffer buffer{std::move(name), type, Layout::C, {}};
  buffer.version = ++last_version_;
  buffer.local = true;
  buffer.weak = weak;
  buffer.range = meet(whole(type), range);
  buffers_.push_back(std::move(buffer));
  return number;
}

BufferId Graph::array(std::string name, DType type, Layout layout, std::size_t rank) {
  const auto number = static_cast<BufferId>(buffers_.size());
  Buffer buffer{std::move(name), type, layout, {}};
  buffer.fixed_shape.resize(rank);
  buffer.version = ++last_version_;
  buffer.allocated = true;
  buffers_.push_back(std::move(buffer));
  return number;
}

NodeId Graph::allocation(BufferId array, std::span<const NodeId> lengths, std::uint64_t site,
                         RegionId region) {
  require_open(lengths);
  const bool is_first = buffers_[array].lengths.size() < lengths.size();
  for (std::size_t axis = 0; is_first && axis < lengths.size(); ++axis) {
    if (!is_constant(lengths[axis])) continue;
    buffers_[array].fixed_shape[axis] = integer_value(lengths[axis]);
  }
  stand_for(array, lengths, region);
  new_version(array);
  return append({Op::allocate, DType::b1, false, lengths, {array, site}}, region, {});
}

void Graph::stand_for(BufferId array, std::span<const NodeId> lengths, RegionId home) {
  Buffer& buffer = buffers_[array];
  buffer.lengths.assign(lengths.begin(), lengths.end());
  buffer.home = home;
  for (std::size_t axis = 0; axis < lengths.size(); ++axis) {
    auto& fixed = buffer.fixed_shape[axis];
    if (fixed && !is_integer_constant(lengths[axis], *fixed)) fixed.reset();
  }
}

void Graph::alias(BufferId array, BufferId other, bool told) {
  const std::uint64_t second = other | (std::uint64_t{told} << 32);
  add_statement(append({Op::alias, DType::b1, false, {}, {array, second}}, current_, {}));
}

void Graph::drop_aliases() {
  for (Region& region : regions_) {
    std::erase_if(region.body, [this](NodeId id) { return nodes_[id].op == Op::alias; });
  }
}

void Graph::allocate(BufferId array, std::span<const NodeId> lengths, std::uint64_t site) {
  add_statement(allocation(array, lengths, site, current_));
}

void Graph::allocate_before(RegionId region, BufferId array, std::span<const NodeId> lengths,
                            std::uint64_t site) {
  const RegionId parent = nodes_[regions_[region].owner].region;
  insert_before(region, allocation(array, lengths, site, parent));
}

NodeId Graph::dim(BufferId buffer, std::uint32_t axis) {
  if (buffers_[buffer].allocated) return buffers_[buffer].lengths.at(axis);
  const auto& fixed = buffers_[buffer].fixed_shape[axis];
  if (fixed) return integer(*fixed);
  // No array has more elements than bytes in the address space.
  return intern({Op::dim, DType::i8, true, {}, {buffer, axis}}, 0, {0, INT64_MAX / 2});
}

NodeId Graph::stride(BufferId buffer, std::uint32_t axis) {
  constexpr std::int64_t k_furthest = INT64_MAX / 2;
  return intern({Op::stride, DType::i8, true, {}, {buffer, axis}}, 0, {-k_furthest, k_furthest});
}

bool Graph::reaches(NodeId length, std::int64_t least) {
  if (range(length).low >= least) return true;
  const Node& n = nodes_[length];
  if (n.op != Op::dim) return false;
  Buffer& buffer = buffers_[n.bits[0]];
  const std::size_t axis = n.bits[1];
  if (axis >= buffer.actual.size() || buffer.actual[axis] < least) return false;
  buffer.least.resize(buffer.rank());
  buffer.least[axis] = std::max(buffer.least[axis], least);
  return true;
}

bool Graph::is_plural(NodeId length) {
  const Node& n = nodes_[length];
  if (n.op != Op::dim) return range(length).low > 1 || range(length).high < 1;
  Buffer& buffer = buffers_[n.bits[0]];
  const auto axis = static_cast<std::uint32_t>(n.bits[1]);
  buffer.compared.resize(buffer.rank());
  buffer.compared[axis] = true;
  if (axis < buffer.actual.size() && buffer.actual[axis] == 1)
    throw UnitAxis(static_cast<BufferId>(n.bits[0]), axis);
  return true;
}

NodeId Graph::constant(DType type, bool weak, Literal value) {
  Interval range{};
  if (is_integer(type)) {
    const auto v = static_cast<std::int64_t>(value.bits[0]);
    range = kind(type) == Kind::Uint && v < 0 ? whole(type) : Interval{v, v};
  }
  return intern({Op::constant, type, weak, {}, {value.bits[0], value.bits[1]}}, 0, range);
}

NodeId Graph::integer(std::int64_t value, bool weak) {
  return constant(DType::i8, weak, literal_int(value));
}

NodeId Graph::entry(Table table, NodeId index) {
  require_open({&index, 1});
  const auto equals = [&](const Table& other) {
    const auto same = [](const Literal& a, const Literal& b) {
      return a.bits[0] == b.bits[0] && a.bits[1] == b.bits[1];
    };
    return other.type == table.type && other.weak == table.weak &&
           std::ranges::equal(other.values, table.values, same);
  };
  const auto known = std::ranges::find_if(tables_, equals);
  const auto number = static_cast<std::uint64_t>(known - tables_.begin());
  Interval range{};
  if (is_integer(table.type)) {
    range = {INT64_MAX, INT64_MIN};
    for (const Literal& value : table.values) {
      const auto v = static_cast<std::int64_t>(value.bits[0]);
      range =
          join(range, kind(table.type) == Kind::Uint && v < 0 ? whole(table.type) : Interval{v, v});
    }
  }
  const Draft draft{Op::table, table.type, table.weak, {&index, 1}, {number, 0}};
  if (known == tables_.end()) tables_.push_back(std::move(table));
  return intern(draft, nodes_[index].region, range);
}

bool Graph::is_integer_constant(NodeId id, std::int64_t value) const {
  return is_constant(id) && is_integer(nodes_[id].type) && integer_value(id) == value;
}

/// A comparison of a value with itself, or one of signed integers that their ranges decide; the
/// sign of what was unsigned.
std::optional<bool> Graph::decided(Op op, std::span<const NodeId> operands) const {
  if (op == Op::signbit && node(operands[0]).op == Op::cast) {
    const Kind from = kind(node(this->operands(operands[0])[0]).type);
    if (from == Kind::Bool || from == Kind::Uint) return false;
  }
  if (op != Op::lt && op != Op::le && op != Op::eq && op != Op::ne) return std::nullopt;
  const DType type = node(operands[0]).type;
  if (operands[0] == operands[1]) {  // a NaN is not even equal to itself
    if (op == Op::lt) return false;
    if (!is_float(type) && !is_complex(type)) return op != Op::ne;
  }
  if (kind(type) != Kind::Int) return std::nullopt;
  const Interval a = decides_by_facts_ ? range_here(operands[0]) : range(operands[0]);
  const Interval b = decides_by_facts_ ? range_here(operands[1]) : range(operands[1]);
  // An end at the limit of int64 may mean "or beyond".
  const bool below = a.high < b.low && a.high != INT64_MAX && b.low != INT64_MIN;
  const bool above = a.low > b.high && b.high != INT64_MAX && a.low != INT64_MIN;
  if (op == Op::lt || op == Op::le) {
    if (below) return true;
    if (above) return false;
    const bool not_below = a.low >= b.high && b.high != INT64_MAX && a.low != INT64_MIN;
    const bool not_above = a.high <= b.low && a.high != INT64_MAX && b.low != INT64_MIN;
    if (op == Op::lt && not_below) return false;
    if (op == Op::le && not_above) return true;
    return std::nullopt;
  }
  if (below || above) return op == Op::ne;
  return std::nullopt;
}

NodeId Graph::pure(Op op, DType type, bool weak, std::span<const NodeId> operands) {
  if (operands.size() != static_cast<std::size_t>(row(op).arity)) {
    throw std::logic_error(fmt::format("pure {}: {} operand(s), the operation takes {}",
                                       row(op).name, operands.size(), row(op).arity));
  }
  require_open(operands);
  if (is_constant(operands.front()) && is_constant(operands.back())) {
    if (const auto value = fold(*this, op, type, operands)) return constant(type, weak, *value);
  }
  if (const auto truth = decided(op, operands)) {
    return constant(type, weak, literal_int(*truth));
  }
  const NodeId same = simplify(*this, op, operands);
  if (same != kNone && nodes_[same].type == type && nodes_[same].weak == weak) return same;
  if ((op == Op::lt || op == Op::le) && is_constant(operands[1]) &&
      may_wrap_to_itself(operands[0])) {
    const NodeId both[] = {operands[1], operands[0]};
    const NodeId more = pure(op == Op::lt ? Op::le : Op::lt, type, weak, both);
    return pure(Op::logical_not, type, weak, {&more, 1});
  }
  if (op == Op::select && decides_by_facts_) {
    const auto truth = truth_here(operands[0]);
    const NodeId chosen = truth ? operands[*truth ? 1 : 2] : kNone;
    if (truth && nodes_[chosen].type == type && nodes_[chosen].weak == weak) return chosen;
  }
  if ((op == Op::sub || op == Op::add) && is_float(type)) {
    const NodeId around = around_zero(op, type, weak, operands);
    if (around != kNone) return around;
  }
  if (op == Op::sub && is_complex(type) && is_of_parts(operands[0]) && is_of_parts(operands[1])) {
    const NodeId both[] = {operands[0], operands[1]};
    NodeId parts[2];
    for (const std::size_t k : {0U, 1U}) {
      const NodeId terms[] = {part_of(both[0], k), part_of(both[1], k)};
      parts[k] = pure(Op::sub, real_part_type(type), weak, terms);
    }
    return pure(Op::make_complex, type, weak, parts);
  }
  NodeId swapped[2];
  if (row(op).traits == Traits::Commutative && is_integer(type) && is_constant(operands[0]) &&
      !is_constant(operands[1])) {
    swapped[0] = operands[1];
    swapped[1] = operands[0];
    operands = swapped;
  }
  if (const auto way = cheaper(*this, op, operands)) {
    const NodeId both[] = {way->operand, constant(type, nodes_[operands[1]].weak, way->literal)};
    return pure(way->op, type, weak, both);
  }
  Interval range{};
  if (op == Op::select) {
    range = join(ranges_[operands[1]], ranges_[operands[2]]);
  } else if (is_integer(type)) {
    range = range_of(op, type, weak, ranges_[operands[0]],
                     operands.size() > 1 ? ranges_[operands[1]] : Interval{});
  }
  return intern({op, type, weak, operands, {0, 0}}, innermost(operands), range);
}

NodeId Graph::cast(NodeId value, DType type, bool weak) {
  require_open({&value, 1});
  const Node& from = nodes_[value];
  if (from.type == type && from.weak == weak) return value;
  if (const auto folded = fold_cast(*this, value, type)) return constant(type, weak, *folded);
  const Interval range = is_integer(type) && is_integer(from.type)
                             ? range_of_cast(type, from.type, ranges_[value])
                             : whole(type);
  return intern({Op::cast, type, weak, {&value, 1}, {0, 0}}, from.region, range);
}

NodeId Graph::load(BufferId buffer, std::span<const NodeId> indices) {
  require_open(indices);
  const Buffer& source = buffers_[buffer];
  const Draft draft{Op::load, source.type, source.weak, indices, {buffer, source.version}};
  const std::uint32_t hash = hash_of(draft);
  const std::size_t slot = slot_of(draft, hash);
  const NodeId known = table_[slot].node;
  // An earlier load serves again while the region that executed it is open.
  if (known != kNone && is_open(known)) return known;
  const NodeId id = append(draft, current_, source.local ? source.range : whole(source.type));
  if (known == kNone) ++interned_;
  table_[slot] = {id, hash};
  add_statement(id);
  if (interned_ * 3 > table_.size() * 2) grow();
  return id;
}

void Graph::store(BufferId buffer, std::span<const NodeId> indices, NodeId value) {
  require_open(indices);
  require_open({&value, 1});
  std::vector<NodeId> all;
  all.reserve(indices.size() + 1);
  all.push_back(value);
  all.insert(all.end(), indices.begin(), indices.end());
  new_version(buffer);
  const std::uint64_t version = buffers_[buffer].version;
  const Draft draft{Op::store, buffers_[buffer].type, false, all, {buffer, version}};
  add_statement(append(draft, current_, {}));
}

void Graph::check(NodeId condition, std::uint64_t site, std::span<const NodeId> values) {
  std::vector<NodeId> all{condition};
  all.insert(all.end(), values.begin(), values.end());
  require_open(all);
  if (truth_here(condition) == true) return;
  add_statement(append({Op::check, DType::b1, false, all, {site, 0}}, current_, {}));
  if (!is_constant(condition)) assume(condition, true, current_);
}

void Graph::check_before(RegionId region, NodeId condition, std::uint64_t site,
                         std::span<const NodeId> values) {
  std::vector<NodeId> all{condition};
  all.insert(all.end(), values.begin(), values.end());
  require_open(all);
  if (truth_here(condition) == true) return;
  const RegionId parent = nodes_[regions_[region].owner].region;
  insert_before(region, append({Op::check, DType::b1, false, all, {site, 0}}, parent, {}));
  if (!is_constant(condition)) assume(condition, true, current_);
}

void Graph::fail(std::uint64_t site, std::span<const NodeId> values) {
  check(constant(DType::b1, true, literal_int(0)), site, values);
  set_unreachable();
}

void Graph::say(std::uint64_t site, std::span<const NodeId> values) {
  require_open(values);
  add_statement(append({Op::say, DType::b1, false, values, {site, 0}}, current_, {}));
}

const Call& Graph::call(std::uint32_t procedure, std::span<const NodeId> scalars,
                        std::vector<Parameter> arguments, std::vector<BufferId> results) {
  require_open(scalars);
  add_statement(append({Op::call, DType::b1, false, scalars, {calls_.size(), 0}}, current_, {}));
  calls_.push_back({procedure, std::move(arguments), std::move(results)});
  each_stored(calls_.back(), [this](BufferId stored) { new_version(stored); });
  return calls_.back();
}

void Graph::foreign(const Foreign& declared, std::span<const NodeId> operands, ForeignCall call) {
  require_open(operands);
  const auto known = std::ranges::find(foreigns_, declared);
  call.procedure = static_cast<std::uint32_t>(known - foreigns_.begin());
  if (known == foreigns_.end()) foreigns_.push_back(declared);
  const NodeId id =
      append({Op::foreign, DType::b1, false, operands, {foreign_calls_.size(), 0}}, current_, {});
  foreign_calls_.push_back(std::move(call));
  add_statement(id);
  each_stored(*this, nodes_[id], [this](BufferId stored) { new_version(stored); });
}

NodeId Graph::intern(const Draft& draft, RegionId region, Interval range) {
  const std::uint32_t hash = hash_of(draft);
  const std::size_t slot = slot_of(draft, hash);
  if (table_[slot].node != kNone) return table_[slot].node;
  const NodeId id = append(draft, region, range);
  table_[slot] = {id, hash};
  ++interned_;
  if (interned_ * 3 > table_.size() * 2) grow();
  return id;
}

NodeId Graph::append(const Draft& draft, RegionId region, Interval range) {
  const auto id = static_cast<NodeId>(nodes_.size());
  const auto first = static_cast<std::uint32_t>(operands_.size());
  operands_.insert(operands_.end(), draft.operands.begin(), draft.operands.end());
  nodes_.push_back({draft.op,
                    draft.type,
                    draft.weak,
                    static_cast<std::uint8_t>(draft.operands.size()),
                    first,
                    region,
                    origin_,
                    {draft.bits[0], draft.bits[1]}});
  ranges_.push_back(range);
  return id;
}

void Graph::add_statement(NodeId id) {
  if (reachable()) regions_[current_].body.push_back(id);
}

std::uint32_t Graph::hash_of(const Draft& draft) {
  std::uint64_t hash = mix(static_cast<std::uint64_t>(draft.op) << 16 |
                               static_cast<std::uint64_t>(draft.type) << 8 | draft.weak,
                           draft.bits[0]);
  hash = mix(hash, draft.bits[1]);
  for (const NodeId operand : draft.operands) hash = mix(hash, operand);
  return static_cast<std::uint32_t>(hash);
}

bool Graph::is_same(NodeId id, const Draft& draft) const {
  const Node& other = nodes_[id];
  if (other.op != draft.op || other.type != draft.type || other.weak != draft.weak ||
      other.bits[0] != draft.bits[0] || other.bits[1] != draft.bits[1] ||
      other.count != draft.operands.size()) {
    return false;
  }
  const auto known = operands(id);
  return std::equal(known.begin(), known.end(), draft.operands.begin());
}

std::size_t Graph::slot_of(const Draft& draft, std::uint32_t hash) const {
  const std::size_t mask = table_.size() - 1;
  for (std::size_t slot = hash & mask;; slot = (slot + 1) & mask) {
    const Slot& entry = table_[slot];
    if (entry.node == kNone || (entry.hash == hash && is_same(entry.node, draft))) return slot;
  }
}

void Graph::grow() {
  const std::vector<Slot> old = std::exchange(table_, std::vector<Slot>(table_.size() * 2));
  const std::size_t mask = table_.size() - 1;
  for (const Slot& entry : old) {
    if (entry.node == kNone) continue;
    std::size_t slot = entry.hash & mask;
    while (table_[slot].node != kNone) slot = (slot + 1) & mask;
    table_[slot] = entry;
  }
}

void Graph::require_open(std::span<const NodeId> operands) const {
  for (const NodeId id : operands) {
    if (!is_open(id)) throw ScopeError(id);
  }
}

RegionId Graph::innermost(std::span<const NodeId> operands) const {
  RegionId deepest = 0;
  for (const NodeId id : operands) {
    const RegionId region = nodes_[id].region;
    if (regions_[region].depth > regions_[deepest].depth) deepest = region;
  }
  return deepest;
}

void Graph::new_version(BufferId buffer) {
  ++last_version_;
  if (!one_chain_ || !may_overlap(buffers_[buffer])) {
    buffers_[buffer].version = buffers_[buffer].changed = last_version_;
    return;
  }
  for (Buffer& other : buffers_) {
    if (may_overlap(other)) other.version = other.changed = last_version_;
  }
}

/// What a loop stores is seen by its next iteration and after it.
void Graph::new_versions(RegionId loop) {
  if (!regions_[loop].stores) return new_versions();
  for (const BufferId buffer : *regions_[loop].stores) new_version(buffer);
}

void Graph::new_versions() {
  ++last_version_;
  for (Buffer& buffer : buffers_) buffer.version = last_version_;
}

}  // namespace numeta::core
