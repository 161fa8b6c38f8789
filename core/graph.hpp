// graph.hpp - the expression graph of one kernel: nodes in an arena, regions, buffers.
// Pure nodes are hash-consed at birth: the same operation on the same operands is the same NodeId.
// Operands always have smaller ids than their users. Statements (loads, stores, loops, checks)
// stand in the order of the trace in the body of the region that executes them. A node belongs to
// the innermost region whose index or carried values it depends on, and may be used only while
// that region is open.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "core/dtypes.hpp"
#include "core/foreign.hpp"
#include "core/interval.hpp"
#include "core/ops.hpp"

namespace numeta::core {

using NodeId = std::uint32_t;
using RegionId = std::uint32_t;
using BufferId = std::uint32_t;
inline constexpr std::uint32_t kNone = UINT32_MAX;

/// Where in the user's Python a node was made: a code object and an offset into it, decoded late.
struct Origin {
  std::uint32_t code = kNone;
  std::uint32_t offset = 0;
};

struct Node {
  Op op;
  DType type;
  bool weak;  // a Python number, as NEP 50 understands it
  std::uint8_t count;
  std::uint32_t first;  // operands: operands()[first, first + count)
  RegionId region;
  Origin origin;
  std::uint64_t bits[2];  // what the op's row says
};
static_assert(sizeof(Node) <= 64);

enum class Layout : std::uint8_t { C, F, Strided };

/// Memory that is loaded from and stored to: an array parameter, an array of the kernel's own, or a
/// local variable, which is a name that control flow carries or merges.
struct Buffer {
  std::string name;
  DType type;
  Layout layout;
  std::vector<std::optional<std::int64_t>> fixed_shape;
  std::uint32_t version = 0;
  bool local = false;
  bool weak = false;              // what is loaded is a Python number; of locals only
  Interval range{};               // of the values; of locals only
  bool allocated = false;         // an array of the kernel's own, by the statement `allocate`
  std::vector<NodeId> lengths{};  // of its axes, once it is allocated
  RegionId home = 0;              // where it was allocated
  // Of a parameter, by axis: how long the array of the traced call is, where that is known; was
  // the length compared with another one, so that the code holds for all lengths but 1; and from
  // which length on it holds.
  std::vector<std::int64_t> actual{};
  std::vector<bool> compared = {};
  std::vector<std::int64_t> least{};
  std::uint32_t changed = 0;  // the version made by the last statement that changes it
  std::size_t rank() const { return fixed_shape.size(); }
};

/// Is it memory of the caller's, which other parameters may share?
inline bool may_overlap(const Buffer& buffer) { return !buffer.local && !buffer.allocated; }

struct Literal {
  std::uint64_t bits[2] = {0, 0};
};
Literal literal_int(std::int64_t value);
Literal literal_float(DType type, double value);
Literal literal_complex(DType type, double re, double im);

/// Constants of one type that a loop reads by its index.
struct Table {
  DType type;
  bool weak;
  std::vector<Literal> values;
};

/// What a pass did, in words, and where in the user's Python.
struct Note {
  Origin origin;
  std::string text;
};

struct Scalar {
  std::string name;
  DType type;
  bool weak;
};

/// A parameter in the order of the frame: a scalar or a buffer, by number.
struct Parameter {
  bool is_buffer;
  std::uint32_t number;
};

/// The site of the check that declines a call (see assume.hpp).
inline constexpr std::uint64_t kDeclines = INT32_MAX - 1;

/// May the iterations of a counted loop run at the same time? `Disjoint`: the user promises that
/// the array elements that one iteration writes are touched by no other.
enum class Parallel : std::uint8_t { No, Yes, Disjoint };

struct Region {
  RegionId parent = kNone;
  std::uint32_t depth = 0;
  NodeId owner = kNone;  // the statement that executes it
  NodeId index = kNone;  // of a counted loop
  std::string name;      // of the index, or what the block stands for
  std::vector<NodeId> body;
  std::uint32_t exits = 0;  // how many statements leave it
  Parallel parallel = Parallel::No;
  bool closed = false;
  bool ended = false;  // control does not reach its end: nothing is added any more
  // Of a loop: all that it stores to, where that is known when it begins.
  std::optional<std::vector<BufferId>> stores;
};

/// A call of another procedure of the same kernel, or of this one: its arguments in the order of
/// the parameters (operands of the call node and buffers, by number), the variables of its results.
struct Call {
  std::uint32_t procedure;
  std::vector<Parameter> arguments;
  std::vector<BufferId> results;
};

/// A position in the body of an open region, to go back to.
struct Mark {
  RegionId region;
  std::uint32_t size;
  std::size_t facts;
  std::size_t relations;
};

/// A result of the kernel: a value and how the caller sees it.
struct Result {
  NodeId value;
  bool weak;
};

/// What a value is known to lie in.
struct Fact {
  NodeId node;
  Interval range;
  RegionId region;  // where it holds, from its making on
};

struct Relation {
  NodeId less;
  NodeId more;
  std::int64_t gap;  // more - less is not below it
  RegionId region;
};

/// What is set aside while another region is built on.
struct Resumed {
  RegionId region;
  RegionId current;
  bool ended;
  NodeId jump;                   // the statement that leaves the region, or kNone
  std::vector<RegionId> closed;  // what was closed and is open meanwhile
  std::vector<Fact> facts;
  std::vector<Relation> relations;
  std::vector<std::uint32_t> versions;  // by buffer
  std::uint32_t fresh;                  // the version of all buffers at the beginning
};

/// The code would hold for all lengths of an axis but 1, and the traced call has 1.
struct UnitAxis : std::runtime_error {
  UnitAxis(BufferId b, std::uint32_t a)
      : std::runtime_error("an axis of length 1"), buffer(b), axis(a) {}
  BufferId buffer;
  std::uint32_t axis;
};

/// A node of a region that is closed was used.
struct ScopeError : std::runtime_error {
  ScopeError(NodeId used) : std::runtime_error("use of a value outside its loop"), node(used) {}
  NodeId node;
};

class Graph {
 public:
  /// `one_chain`: all buffers may overlap, so every store is a new version of each of them.
  explicit Graph(std::string name, bool one_chain = false);

  NodeId scalar(std::string name, DType type, bool weak);
  BufferId buffer(std::string name, DType type, Layout layout,
                  std::vector<std::optional<std::int64_t>> fixed_shape);
  /// A local variable; read and written by `load` and `store` without indices.
  /// `range`: what its values are known to lie in.
  BufferId variable(std::string name, DType type, bool weak, Interval range = {});
  /// An array of the kernel's own, which overlaps no other. Each time that control comes to the
  /// statement made by `allocate` it has fresh memory of undefined content.
  BufferId array(std::string name, DType type, Layout layout, std::size_t rank);
  /// `lengths` are not negative. `site`: where the kernel leaves if there is no memory.
  void allocate(BufferId array, std::span<const NodeId> lengths, std::uint64_t site);
  /// As `allocate`, just before the construct that an open region belongs to.
  void allocate_before(RegionId region, BufferId array, std::span<const NodeId> lengths,
                       std::uint64_t site);
  /// From here on, in region `home`, an array that several statements allocate has these lengths.
  void stand_for(BufferId array, std::span<const NodeId> lengths, RegionId home);
  /// `array` has been given the elements of `other`, where NumPy has one array of two names;
  /// without an `other` it is an array that has no second name. `told`: where the array is handed
  /// to the caller, `other` itself is, if the two are one; without an `other`: that is done here.
  /// See aliases.hpp.
  void alias(BufferId array, BufferId other = kNone, bool told = false);
  void drop_aliases();
  /// The type of an array that nothing was stored to yet.
  void retype(BufferId array, DType type) { buffers_[array].type = type; }
  /// How many axes such an array has.
  void set_rank(BufferId array, std::size_t rank) { buffers_[array].fixed_shape.assign(rank, {}); }
  NodeId dim(BufferId buffer, std::uint32_t axis);
  /// Of a strided buffer.
  NodeId stride(BufferId buffer, std::uint32_t axis);
  /// The shape of a parameter in the traced call.
  void set_actual(BufferId buffer, std::vector<std::int64_t> shape) {
    buffers_[buffer].actual = std::move(shape);
  }
  /// Is it at least `least`? That of a parameter's axis is from now on, where it is in the traced
  /// call.
  bool reaches(NodeId length, std::int64_t least);
  /// Is the length known not to be 1? That of a parameter's axis is from now on: throws UnitAxis
  /// where it is 1.
  bool is_plural(NodeId length);

  NodeId constant(DType type, bool weak, Literal value);
  NodeId integer(std::int64_t value, bool weak = true);
  /// The entry `index`, which must lie in the table; equal tables are one.
  NodeId entry(Table table, NodeId index);
  /// A pure operation; folds, simplifies and finds an equal node before it makes a new one.
  NodeId pure(Op op, DType type, bool weak, std::span<const NodeId> operands);
  NodeId cast(NodeId value, DType type, bool weak);

  NodeId load(BufferId buffer, std::span<const NodeId> indices);
  void store(BufferId buffer, std::span<const NodeId> indices, NodeId value);
  void check(NodeId condition, std::uint64_t site, std::span<const NodeId> values);
  /// The same before a loop that is open; nothing of it is made inside of the loop.
  void check_before(RegionId region, NodeId condition, std::uint64_t site,
                    std::span<const NodeId> values);

  /// A check that always fails: control ends here.
  void fail(std::uint64_t site, std::span<const NodeId> values);

  /// Tells Python, in the order of the program, what the site is for; control goes on.
  void say(std::uint64_t site, std::span<const NodeId> values);

  /// Runs a procedure; its results are in local variables, named by `results`.
  const Call& call(std::uint32_t procedure, std::span<const NodeId> scalars,
                   std::vector<Parameter> arguments, std::vector<BufferId> results);
  /// Runs a procedure of a library; `call.procedure` becomes the number of `declared`.
  void foreign(const Foreign& declared, std::span<const NodeId> operands, ForeignCall call);

  // Each of these opens a region, which `end` closes.
  /// The body of `for name in range(start, stop, step)`. `stores`: what the loop stores to, if it
  /// is known; what else was read before serves inside and after.
  RegionId begin_loop(NodeId start, NodeId stop, NodeId step, std::string name,
                      std::optional<std::vector<BufferId>> stores = std::nullopt);
  /// Says it of the innermost open region, a counted loop.
  void set_parallel(Parallel parallel) { regions_[current_].parallel = parallel; }
  RegionId begin_repeat(std::string name,
                        std::optional<std::vector<BufferId>> stores = std::nullopt);
  RegionId begin_block(std::string name);
  /// The arm that runs where the condition holds; `begin_otherwise` closes it and opens the other.
  RegionId begin_branch(NodeId condition);
  RegionId begin_otherwise();
  void end();
  /// As `end` for a block. One that nothing leaves becomes part of its parent: true.
  bool end_block();
  /// Control goes on after, or with the next iteration of, an enclosing region.
  void leave(RegionId target);
  void cycle(RegionId target);
  void set_unreachable() { regions_[current_].ended = true; }
  bool reachable() const { return !regions_[current_].ended; }

  /// A store at the end of a region, before the statement that leaves it.
  void store_at_end(RegionId region, BufferId variable, NodeId value);
  /// A store just before the construct that a region belongs to.
  void store_before(RegionId region, BufferId variable, NodeId value);
  void new_version(BufferId buffer);
  /// Goes on with the end of a region that may be closed, before the statement that leaves it;
  /// what was current before is so again after `suspend`.
  Resumed resume(RegionId region);
  void suspend(Resumed&& resumed);
  Mark mark() const;
  /// Drops the statements after a mark, regions opened since included.
  void rollback(Mark mark);
  /// How often that has been done.
  std::uint32_t rollbacks() const { return rollbacks_; }

  const Node& node(NodeId id) const { return nodes_[id]; }
  std::span<const NodeId> operands(NodeId id) const {
    return {operands_.data() + nodes_[id].first, nodes_[id].count};
  }
  Interval range(NodeId id) const { return ranges_[id]; }
  /// From now on what is known here also decides comparisons: the results of `pure` hold where
  /// they are made, no further than the end of the region.
  void decide_by_facts() { decides_by_facts_ = true; }
  /// The range of a value here, where the conditions of enclosing branches are known to hold.
  Interval range_here(NodeId id) const;
  /// A condition whose answer is known here.
  std::optional<bool> truth_here(NodeId condition) const;
  bool is_constant(NodeId id) const { return nodes_[id].op == Op::constant; }
  std::int64_t integer_value(NodeId id) const {
    return static_cast<std::int64_t>(nodes_[id].bits[0]);
  }
  bool is_integer_constant(NodeId id, std::int64_t value) const;
  std::size_t size() const { return nodes_.size(); }

  const std::string& name() const { return name_; }
  bool one_chain() const { return one_chain_; }
  const std::vector<Region>& regions() const { return regions_; }
  const std::vector<Buffer>& buffers() const { return buffers_; }
  const std::vector<Scalar>& scalars() const { return scalars_; }
  const std::vector<Parameter>& parameters() const { return parameters_; }
  const std::vector<Call>& calls() const { return calls_; }
  const std::vector<Foreign>& foreigns() const { return foreigns_; }
  const std::vector<ForeignCall>& foreign_calls() const { return foreign_calls_; }
  const std::vector<Table>& tables() const { return tables_; }
  std::vector<Result> results;
  /// Arrays of the kernel's own that the caller comes to own, as they are when the kernel ends.
  /// What else is returned of arrays, views and the caller's own, is said by numbers in `results`.
  std::vector<BufferId> returned;
  std::vector<Note> notes;
  /// May it refuse its arguments before it does anything? The caller then takes another variant.
  bool may_decline = false;
  /// Where the kernel leaves if there is no memory for an array that a pass adds; none may be added
  /// without.
  std::optional<std::uint64_t> memory_site;

  RegionId current_region() const { return current_; }
  std::uint32_t depth() const { return regions_[current_].depth; }
  bool is_open(NodeId id) const { return !regions_[nodes_[id].region].closed; }
  /// The origin given to the nodes that are made next.
  void set_origin(Origin origin) { origin_ = origin; }
  Origin origin() const { return origin_; }

 private:
  bool is_zero(NodeId value) const;
  bool may_wrap_to_itself(NodeId value) const;
  bool is_of_parts(NodeId value) const;
  NodeId part_of(NodeId value, std::size_t k);
  bool may_fold(NodeId value, int depth) const;
  bool is_never_minus_zero(NodeId value, int depth) const;
  NodeId around_zero(Op op, DType type, bool weak, std::span<const NodeId> terms);
  struct Draft {
    Op op;
    DType type;
    bool weak;
    std::span<const NodeId> operands;
    std::uint64_t bits[2];
  };
  NodeId intern(const Draft& draft, RegionId region, Interval range);
  NodeId append(const Draft& draft, RegionId region, Interval range);
  struct Slot {
    NodeId node = kNone;  // kNone: empty
    std::uint32_t hash = 0;
  };
  static std::uint32_t hash_of(const Draft& draft);
  bool is_same(NodeId id, const Draft& draft) const;
  std::size_t slot_of(const Draft& draft, std::uint32_t hash) const;
  void grow();
  void require_open(std::span<const NodeId> operands) const;
  RegionId innermost(std::span<const NodeId> operands) const;
  void add_statement(NodeId id);
  NodeId allocation(BufferId array, std::span<const NodeId> lengths, std::uint64_t site,
                    RegionId region);
  void insert_before(RegionId region, NodeId statement);
  NodeId store_node(BufferId variable, NodeId value, RegionId region);
  RegionId open(NodeId owner, std::string name);
  void close();
  void forget_exits(NodeId statement);
  void assume(NodeId condition, bool holds, RegionId region);
  void new_versions();
  void new_versions(RegionId loop);
  std::optional<bool> decided(Op op, std::span<const NodeId> operands) const;
  void know(NodeId id, Interval range, RegionId region);
  void assume_rising(RegionId loop, NodeId start, NodeId stop);
  std::int64_t least_here(NodeId sum) const;
  Interval alone_here(NodeId id) const;

  std::string name_;
  bool one_chain_;
  std::vector<Node> nodes_;
  std::vector<NodeId> operands_;
  std::vector<Interval> ranges_;
  std::vector<Fact> facts_;
  std::vector<Relation> relations_;
  bool decides_by_facts_ = false;
  std::size_t interned_ = 0;
  std::vector<Slot> table_;  // open addressing
  std::vector<Region> regions_;
  std::vector<Buffer> buffers_;
  std::vector<Scalar> scalars_;
  std::vector<Parameter> parameters_;
  std::vector<Call> calls_;
  std::vector<Foreign> foreigns_;
  std::vector<ForeignCall> foreign_calls_;
  std::vector<Table> tables_;
  std::uint32_t last_version_ = 0;
  std::uint32_t rollbacks_ = 0;
  RegionId current_ = 0;
  Origin origin_;
};

/// The value of an operation on constants, where the table can fold it exactly.
std::optional<Literal> fold(const Graph& graph, Op op, DType type,
                            std::span<const NodeId> operands);
/// A conversion of a constant, where it is exact to fold it here.
std::optional<Literal> fold_cast(const Graph& graph, NodeId value, DType type);
/// An existing node that is equal to the operation by an exact rule, or kNone.
NodeId simplify(const Graph& graph, Op op, std::span<const NodeId> operands);
/// An operation on cheaper terms that is equal for all values its operands may have.
struct Cheaper {
  Op op;
  NodeId operand;
  Literal literal;  // the second operand, of the operation's type
};
std::optional<Cheaper> cheaper(const Graph& graph, Op op, std::span<const NodeId> operands);

/// The loop around a region, which may be the region itself; 0 where there is none.
RegionId innermost_loop(const Graph& graph, RegionId region);
/// Throws std::logic_error naming the rule and the node if the graph is not legal.
void verify(const Graph& graph);
/// The graph as text, one node a line, regions indented.
std::string print(const Graph& graph);

}  // namespace numeta::core
