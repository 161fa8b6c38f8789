// parallel.cpp - the variables of a parallel loop.
//
// One walk over the statements, in their order, knows at each point which variables are assigned
// already in this iteration, and numbers their contents: a store gives a variable a new number, and
// so does a join of ways that differ. A store continues a reduction if what it stores was made from
// the number that the variable has there, so that nothing was written between read and write.
#include "core/parallel.hpp"

#include <algorithm>
#include <array>
#include <set>

#include "core/statements.hpp"

namespace numeta::core {

bool is_inside(const Graph& graph, RegionId region, RegionId outer) {
  while (region != outer && region != 0) region = graph.regions()[region].parent;
  return region == outer;
}

namespace {

constexpr int kDeepestChain = 4096;

/// What is known at a point of the text.
struct State {
  bool reachable = true;
  std::vector<bool> assigned;          // by buffer
  std::vector<std::uint32_t> content;  // by buffer: a number
};

/// The walk. It starts anywhere; what it finds is gathered in its members.
class Walk {
 public:
  Walk(const Graph& graph, const Live& live) : g_(graph), live_(live) {
    state.assigned.assign(graph.buffers().size(), false);
    state.content.assign(graph.buffers().size(), 0);
  }

  State state;
  std::map<NodeId, std::uint32_t> content_at;  // by load or store: before it
  std::map<BufferId, NodeId> exposed;          // the first read that something before has to feed
  std::map<RegionId, State> left;              // states where a region is left, by region
  std::map<RegionId, State> cycled;
  NodeId jump = kNone;  // the first statement that leaves what is walked over
  bool jumps = false;

  void region(RegionId r, std::size_t first = 0) {
    open_.insert(r);
    const auto& body = g_.regions()[r].body;
    for (std::size_t k = first; k < body.size() && state.reachable; ++k) {
      if (live_.nodes[body[k]]) statement(body[k]);
    }
    open_.erase(r);
  }

  void join(std::map<RegionId, State>& into, RegionId target) {
    const auto [found, fresh] = into.try_emplace(target, state);
    if (!fresh) meet(found->second, state);
  }

 private:
  bool is_local(std::uint64_t buffer) const { return g_.buffers()[buffer].local; }

  void wrote(std::uint64_t buffer) {
    state.assigned[buffer] = true;
    state.content[buffer] = ++numbers_;
  }

  void meet(State& into, const State& other) {
    if (!other.reachable) return;
    if (!into.reachable) {
      into = other;
      return;
    }
    for (std::size_t k = 0; k < into.content.size(); ++k) {
      into.assigned[k] = into.assigned[k] && other.assigned[k];
      if (into.content[k] != other.content[k]) into.content[k] = ++numbers_;
    }
  }

  void statement(NodeId id) {
    const Node& n = g_.node(id);
    switch (n.op) {
      case Op::load: {
        const auto buffer = static_cast<BufferId>(n.bits[0]);
        content_at[id] = state.content[buffer];
        if (is_local(buffer) && !state.assigned[buffer]) exposed.try_emplace(buffer, id);
        return;
      }
      case Op::store: content_at[id] = state.content[n.bits[0]]; return wrote(n.bits[0]);
      case Op::foreign:
      case Op::call: return each_stored(g_, n, [this](BufferId stored) { wrote(stored); });
      case Op::loop:
      case Op::repeat: return loop(id);
      case Op::block: return block(static_cast<RegionId>(n.bits[0]));
      case Op::branch: return branch(id);
      case Op::leave:
      case Op::cycle: return leave(id);
      default: return;
    }
  }

  void leave(NodeId id) {
    const Node& n = g_.node(id);
    const auto target = static_cast<RegionId>(n.bits[0]);
    jumps = true;
    if (!open_.contains(target) && jump == kNone) jump = id;
    join(n.op == Op::leave ? left : cycled, target);
    state.reachable = false;
  }

  void branch(NodeId id) {
    const Node& n = g_.node(id);
    const State before = state;
    region(static_cast<RegionId>(n.bits[0]));
    State then = std::move(state);
    state = before;
    if (n.bits[1] != kNone) region(static_cast<RegionId>(n.bits[1]));
    meet(state, then);
  }

  void block(RegionId r) {
    region(r);
    if (const auto found = left.find(r); found != left.end()) meet(state, found->second);
  }

  /// Iterations see what those before wrote, so contents are not known where the body begins.
  void loop(NodeId id) {
    const auto r = static_cast<RegionId>(g_.node(id).bits[0]);
    std::set<std::uint64_t> written;
    gather_written(r, written);
    for (const std::uint64_t buffer : written) state.content[buffer] = ++numbers_;
    const State before = state;
    region(r);
    state = before;
    if (g_.node(id).op == Op::repeat) {
      state.reachable = false;
      if (const auto found = left.find(r); found != left.end()) meet(state, found->second);
    }
    for (const std::uint64_t buffer : written) state.content[buffer] = ++numbers_;
  }

  void gather_written(RegionId r, std::set<std::uint64_t>& out) const {
    for (const NodeId id : g_.regions()[r].body) {
      const Node& n = g_.node(id);
      each_stored(g_, n, [&](BufferId stored) { out.insert(stored); });
      for (const RegionId inner : InnerRegions(n)) gather_written(inner, out);
    }
  }

  const Graph& g_;
  const Live& live_;
  std::set<RegionId> open_;
  std::uint32_t numbers_ = 0;
};

using Accesses = std::map<BufferId, std::vector<NodeId>>;

/// The stores and loads of one variable in the loop, and the nodes between them.
class Chains {
 public:
  Chains(const Graph& graph, const Walk& walk, const std::vector<std::vector<NodeId>>& users,
         const Accesses& stores, const Accesses& loads, BufferId variable)
      : g_(graph), walk_(walk), users_(users), stores_(stores), loads_(loads), variable_(variable) {
    std::vector<NodeId> open;
    if (const auto found = loads.find(variable); found != loads.end()) open = found->second;
    while (!open.empty()) {
      const NodeId id = open.back();
      open.pop_back();
      if (!depends_.insert(id).second) continue;
      for (const NodeId user : users[id]) {
        if (user != kNone && !is_statement(g_.node(user).op)) open.push_back(user);
      }
    }
  }

  /// Is the store one step of a reduction? All its steps have to agree.
  bool add(NodeId store) {
    steps_.clear();
    const NodeId value = g_.operands(store)[0];
    const bool follows = follow(value, 0);
    if (!follows && !guarded(store, value)) return false;
    arms_.insert(follows ? 0 : g_.node(store).region);
    const auto read = walk_.content_at.find(load_);
    if (read == walk_.content_at.end() || read->second != walk_.content_at.at(store)) return false;
    for (const NodeId node : steps_) claimed_.insert(node);
    claimed_.insert(store);
    return true;
  }

  /// Does nothing else see what the loads read, or what was made of it? Checks that the type holds
  /// the result of a step may.
  bool is_closed(const std::vector<NodeId>& loads) {
    std::vector<NodeId> inside(loads);
    for (const NodeId node : claimed_) {
      const Op op = g_.node(node).op;
      if (op == Op::load || !is_statement(op)) inside.push_back(node);
    }
    for (const NodeId node : inside) {
      for (const NodeId user : users_[node]) {
        if (!claimed_.contains(user) && !asks_for_overflow(user)) return false;
      }
    }
    return true;
  }

  /// Every step takes the variable once.
  bool is_linear() const {
    for (const NodeId node : claimed_) {
      const Op op = g_.node(node).op;
      if (is_statement(op) || op == Op::select || !is_sum_like(op)) continue;
      const auto operands = g_.operands(node);
      if (touches(operands[0]) && touches(operands[1])) return false;
    }
    return true;
  }

  std::optional<Combine> by() const { return by_; }
  NodeId check() const { return check_; }
  /// The arms of `if x > m: m = x`; 0 stands for all other stores.
  const std::set<RegionId>& arms() const { return arms_; }

 private:
  /// Is it the question whether a sum that is a step leaves its type, asked by a check alone?
  bool asks_for_overflow(NodeId question) {
    if (question == kNone) return false;
    const Op asked = g_.node(question).op;
    if (asked != Op::add_overflows && asked != Op::sub_overflows) return false;
    const bool of_step = std::ranges::any_of(claimed_, [&](NodeId step) {
      const Op op = g_.node(step).op;
      if (asked == Op::sub_overflows) {
        return op == Op::sub && std::ranges::equal(g_.operands(step), g_.operands(question));
      }
      return op == Op::add && std::ranges::is_permutation(g_.operands(step), g_.operands(question));
    });
    const auto is_denied = [&](NodeId denial) {
      return denial != kNone && g_.node(denial).op == Op::logical_not &&
             std::ranges::all_of(users_[denial], [&](NodeId check) { return is_plain(check); });
    };
    return of_step && std::ranges::all_of(users_[question], is_denied);
  }

  /// A check that tells no values.
  bool is_plain(NodeId check) {
    if (check == kNone || g_.node(check).op != Op::check || g_.node(check).count != 1) return false;
    check_ = check;
    return true;
  }

  /// Is it associative, up to rounding? A difference is the sum with what is subtracted.
  static bool is_sum_like(Op op) {
    if (row(op).arity != 2) return false;
    const Rule rule = row(op).rule;
    return rule == Rule::Arithmetic || rule == Rule::Bitwise || rule == Rule::Logical ||
           rule == Rule::Extremum;
  }

  bool touches(NodeId id) const {
    return claimed_.contains(id) ||
           (g_.node(id).op == Op::load && g_.node(id).bits[0] == variable_);
  }

  bool agrees(Combine found) {
    if (by_ && *by_ != found) return false;
    by_ = found;
    return true;
  }

  bool follow(NodeId id, int depth) {
    const Node& n = g_.node(id);
    if (n.op == Op::load && n.bits[0] == variable_) {
      load_ = id;
      return depth > 0;
    }
    if (n.op == Op::load && g_.buffers()[n.bits[0]].local) return short_circuit(id);
    if (depth > kDeepestChain || n.type != g_.buffers()[variable_].type) return false;
    const auto operands = g_.operands(id);
    if (n.op == Op::select) return chosen(id, depth);
    if (!is_sum_like(n.op)) return false;
    const bool first = leads(operands[0], depth);
    if (!first && (n.op == Op::sub || !leads(operands[1], depth))) return false;
    steps_.push_back(id);
    return agrees({n.op == Op::sub ? Op::add : n.op, false});
  }

  bool leads(NodeId id, int depth) {
    const Node& n = g_.node(id);
    const bool is_choice = n.op == Op::load && g_.buffers()[n.bits[0]].local;
    if (!is_choice && !depends_.contains(id)) return false;
    const std::size_t kept = steps_.size();
    const std::optional<Combine> before = by_;
    if (follow(id, depth + 1)) return true;
    steps_.resize(kept);
    by_ = before;
    return false;
  }

  /// `x if x > m else m`, and with integers `m if m >= x else x`.
  bool chosen(NodeId id, int depth) {
    const auto operands = g_.operands(id);
    const bool taken_if_true = leads(operands[2], depth);
    if (!taken_if_true && !leads(operands[1], depth)) return false;
    const NodeId old = operands[taken_if_true ? 2 : 1];
    const NodeId fresh = operands[taken_if_true ? 1 : 2];
    const NodeId condition = bare(operands[0]);
    std::optional<Combine> found = comparison(condition, old, fresh);
    if (!found) return false;
    if (!taken_if_true) {  // not (a < b) is b <= a, but for NaN
      if (!is_integer(g_.node(id).type)) return false;
      found = Combine{found->op == Op::lt ? Op::le : Op::lt, !found->partial_first};
    }
    steps_.push_back(condition);
    steps_.push_back(id);
    return agrees(*found);
  }

  /// A condition without conversions of truth to truth, which are steps.
  NodeId bare(NodeId condition) {
    while (g_.node(condition).op == Op::cast && is_bool(g_.node(g_.operands(condition)[0]).type)) {
      steps_.push_back(condition);
      condition = g_.operands(condition)[0];
    }
    return condition;
  }

  /// `v or x`, `v and x`: a variable that one arm of a branch on v sets to v, the other to x.
  bool short_circuit(NodeId load) {
    const auto choice = static_cast<BufferId>(g_.node(load).bits[0]);
    const auto stores = stores_.find(choice);
    const auto loads = loads_.find(choice);
    if (stores == stores_.end() || stores->second.size() != 2) return false;
    if (loads == loads_.end() || loads->second.size() != 1) return false;
    for (std::size_t k = 0; k < 2; ++k) {
      const NodeId keeps = stores->second[k];
      const RegionId arm = g_.node(keeps).region;
      const RegionId other = g_.node(stores->second[1 - k]).region;
      const NodeId owner = g_.regions()[arm].owner;
      if (g_.node(keeps).op != Op::store || arm == 0 || g_.regions()[other].owner != owner ||
          arm == other || g_.node(owner).op != Op::branch) {
        continue;
      }
      const NodeId old = g_.operands(keeps)[0];
      const Node& n = g_.node(old);
      if (n.op != Op::load || n.bits[0] != variable_ || !is_bool(n.type) || has_check(other)) {
        continue;
      }
      bool kept_if_true = g_.node(owner).bits[0] == arm;
      NodeId condition = bare(g_.operands(owner)[0]);
      while (condition != old && g_.node(condition).op == Op::logical_not) {
        steps_.push_back(condition);
        kept_if_true = !kept_if_true;
        condition = bare(g_.operands(condition)[0]);
      }
      if (condition != old) continue;
      load_ = old;
      steps_.insert(steps_.end(), {owner, keeps, load});
      return agrees({kept_if_true ? Op::logical_or : Op::logical_and, false});
    }
    return false;
  }

  /// What may raise only if it is evaluated must not be evaluated more often.
  bool has_check(RegionId region) const {
    return std::ranges::any_of(g_.regions()[region].body, [&](NodeId id) {
      const Op op = g_.node(id).op;
      return op == Op::check || op == Op::foreign || has_regions(op);
    });
  }

  /// `if x > m: m = x`
  bool guarded(NodeId store, NodeId value) {
    const RegionId arm = g_.node(store).region;
    const NodeId owner = g_.regions()[arm].owner;
    if (arm == 0 || g_.node(owner).op != Op::branch || g_.node(owner).bits[0] != arm) return false;
    const NodeId condition = bare(g_.operands(owner)[0]);
    for (const NodeId operand : g_.operands(condition)) {
      const Node& n = g_.node(operand);
      if (n.op != Op::load || n.bits[0] != variable_ || operand == value) continue;
      const std::optional<Combine> found = comparison(condition, operand, value);
      if (!found) continue;
      load_ = operand;
      steps_.push_back(condition);
      steps_.push_back(owner);
      return agrees(*found);
    }
    return false;
  }

  std::optional<Combine> comparison(NodeId condition, NodeId old, NodeId fresh) const {
    const Node& n = g_.node(condition);
    if (n.op != Op::lt && n.op != Op::le) return std::nullopt;
    const auto operands = g_.operands(condition);
    if (is_complex(g_.node(fresh).type)) return std::nullopt;
    if (operands[0] == old && operands[1] == fresh) return Combine{n.op, false};
    if (operands[0] == fresh && operands[1] == old) return Combine{n.op, true};
    return std::nullopt;
  }

  const Graph& g_;
  const Walk& walk_;
  const std::vector<std::vector<NodeId>>& users_;
  const Accesses& stores_;
  const Accesses& loads_;
  BufferId variable_;
  std::set<NodeId> depends_;  // what is computed from the variable
  std::set<NodeId> claimed_;
  std::vector<NodeId> steps_;
  std::optional<Combine> by_;
  NodeId load_ = kNone;
  NodeId check_ = kNone;  // of a step
  std::set<RegionId> arms_;
};

class Analysis {
 public:
  Analysis(const Graph& graph, const Live& live, const Callees& callees)
      : g_(graph), live_(live), callees_(callees), users_(graph.size()) {
    for (NodeId id = 0; id < graph.size(); ++id) {
      if (!live.nodes[id]) continue;
      for (const NodeId operand : graph.operands(id)) users_[operand].push_back(id);
    }
    for (const Result& result : graph.results) users_[result.value].push_back(kNone);
  }

  ParallelLoop run(RegionId loop) {
    loop_ = loop;
    out_ = {};
    arms_.clear();
    Walk walk(g_, live_);
    walk.region(loop);
    if (walk.state.reachable) walk.join(walk.cycled, loop);
    if (walk.jump != kNone) refuse_exit(walk.jump);
    if (walk.left.contains(loop)) refuse_exit(leaving(loop));
    gather();
    const std::map<BufferId, NodeId> after = read_after();
    const auto end = walk.cycled.find(loop);
    std::vector<BufferId> open;
    for (const auto& [variable, stores] : stores_) {
      const auto exposed = walk.exposed.find(variable);
      if (exposed != walk.exposed.end()) {
        reduce(walk, variable, stores, exposed->second);
      } else if (!after.contains(variable)) {
        out_.privates.push_back(variable);
      } else if (end == walk.cycled.end() || end->second.assigned[variable]) {
        out_.last.push_back(variable);
      } else {
        open.push_back(variable);
      }
    }
    for (const BufferId variable : open) {
      if (!accompanies(variable)) keep_truth(variable, stores_.at(variable));
    }
    check_elements(g_, live_, callees_, loop, out_);
    return std::move(out_);
  }

 private:
  [[noreturn]] void refuse_exit(NodeId node) const {
    throw ParallelFault(Diag::parallel_exit, {}, g_, node, loop_);
  }

  NodeId leaving(RegionId target) const {
    for (NodeId id = 0; id < g_.size(); ++id) {
      const Node& n = g_.node(id);
      if (live_.nodes[id] && n.op == Op::leave && n.bits[0] == target) return id;
    }
    return g_.regions()[target].owner;
  }

  /// The statements of the loop that variables and checks stand in.
  void gather() {
    stores_.clear();
    loads_.clear();
    for (NodeId id = 0; id < g_.size(); ++id) {
      const Node& n = g_.node(id);
      if (!live_.nodes[id] || !is_statement(n.op) || !is_inside(g_, n.region, loop_)) continue;
      if (n.op == Op::check || n.op == Op::allocate) out_.fails = true;
      if (n.op == Op::call) {
        for (const BufferId result : g_.calls()[n.bits[0]].results) stores_[result].push_back(id);
      }
      if (n.op == Op::foreign) {
        const BufferId result = g_.foreign_calls()[n.bits[0]].result;
        if (result != kNone) stores_[result].push_back(id);
      }
      if (n.op != Op::load && n.op != Op::store) continue;
      if (!g_.buffers()[n.bits[0]].local) continue;
      auto& list = n.op == Op::store ? stores_ : loads_;
      list[static_cast<BufferId>(n.bits[0])].push_back(id);
    }
  }

  /// The variables that are read after the loop before anything is stored there.
  std::map<BufferId, NodeId> read_after() const {
    std::map<BufferId, NodeId> out;
    std::optional<State> so_far;
    NodeId owner = g_.regions()[loop_].owner;
    while (true) {
      const RegionId parent = g_.node(owner).region;
      const auto& body = g_.regions()[parent].body;
      const auto place = std::find(body.begin(), body.end(), owner);
      Walk walk(g_, live_);
      if (so_far) walk.state = *so_far;
      walk.region(parent, static_cast<std::size_t>(place - body.begin()) + 1);
      out.insert(walk.exposed.begin(), walk.exposed.end());
      so_far.reset();
      if (!walk.jumps && walk.state.reachable) so_far = walk.state;
      if (parent == 0) return out;
      owner = g_.regions()[parent].owner;
      if (!is_loop(g_.node(owner).op)) continue;
      Walk again(g_, live_);  // the next iteration of a loop around it
      again.region(parent);
      out.insert(again.exposed.begin(), again.exposed.end());
      so_far.reset();
    }
  }

  void reduce(const Walk& walk, BufferId variable, const std::vector<NodeId>& stores,
              NodeId where) {
    Chains chains(g_, walk, users_, stores_, loads_, variable);
    const bool steps = std::all_of(stores.begin(), stores.end(), [&](NodeId store) {
      return g_.node(store).op == Op::store && walk.content_at.contains(store) && chains.add(store);
    });
    if (!steps || !chains.by() || !chains.is_linear() || !chains.is_closed(loads_[variable])) {
      const bool stored = g_.node(stores[0]).op == Op::store;
      if (stored && !g_.is_constant(g_.operands(stores[0])[0])) where = g_.operands(stores[0])[0];
      throw ParallelFault(Diag::parallel_carried, {g_.buffers()[variable].name}, g_, where, loop_);
    }
    out_.reductions.push_back({variable, *chains.by(), chains.check(), {}});
    arms_[variable] = chains.arms();
  }

  /// Is the variable set exactly where a reduction takes a value for better than what it had? Where
  /// it may be as good, parts that found nothing could not be told from those that did.
  bool accompanies(BufferId variable) {
    std::set<RegionId> set_in;
    for (const NodeId store : stores_.at(variable)) {
      if (g_.node(store).op != Op::store) return false;
      set_in.insert(g_.node(store).region);
    }
    for (Reduction& reduction : out_.reductions) {
      if (reduction.by.op != Op::lt || arms_[reduction.variable] != set_in) continue;
      if (!std::ranges::all_of(set_in, [&](RegionId arm) { return runs_through(arm); })) continue;
      reduction.companions.push_back(variable);
      return true;
    }
    return false;
  }

  bool runs_through(RegionId arm) const {
    return std::ranges::all_of(g_.regions()[arm].body, [&](NodeId id) {
      const Op op = g_.node(id).op;
      return op == Op::load || op == Op::store || op == Op::check;
    });
  }

  /// `found = True` under a condition, or `fine = False`: one iteration decides for all.
  void keep_truth(BufferId variable, const std::vector<NodeId>& stores) {
    std::optional<std::int64_t> value;
    for (const NodeId store : stores) {
      const Node& n = g_.node(store);
      const NodeId stored = n.op == Op::store ? g_.operands(store)[0] : kNone;
      const bool constant = stored != kNone && is_bool(n.type) && g_.is_constant(stored);
      if (!constant || (value && *value != g_.integer_value(stored))) {
        const std::string& name = g_.buffers()[variable].name;
        throw ParallelFault(Diag::parallel_last, {name}, g_, store, loop_);
      }
      value = g_.integer_value(stored);
    }
    const Op op = *value != 0 ? Op::logical_or : Op::logical_and;
    out_.reductions.push_back({variable, {op, false}, kNone, {}});
  }

  const Graph& g_;
  const Live& live_;
  const Callees& callees_;
  std::vector<std::vector<NodeId>> users_;  // by node; kNone: a result
  RegionId loop_ = 0;
  ParallelLoop out_;
  Accesses stores_;  // of variables, in the loop
  Accesses loads_;
  std::map<BufferId, std::set<RegionId>> arms_;  // of reductions: where they are set
};

}  // namespace

ParallelLoops parallel_loops(const Graph& graph, const Live& live, const Callees& callees) {
  ParallelLoops out;
  if (graph.one_chain()) return out;
  std::optional<Analysis> analysis;
  for (RegionId r = 1; r < graph.regions().size(); ++r) {
    const Region& region = graph.regions()[r];
    if (region.parallel == Parallel::No || !live.nodes[region.owner]) continue;
    const bool is_inner = std::any_of(out.begin(), out.end(), [&](const auto& known) {
      return is_inside(graph, r, known.first);
    });
    if (is_inner) continue;
    if (!analysis) analysis.emplace(graph, live, callees);
    out.emplace(r, analysis->run(r));
  }
  return out;
}

}  // namespace numeta::core
