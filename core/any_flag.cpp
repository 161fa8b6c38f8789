// any_flag.cpp - see any_flag.hpp. A question is a branch inside a loop whose arms store a truth
// value to one variable: the first operand decides, or the arm that asks the second does. That arm
// may only read flags, and compute their indices from what is known before it by operations that
// are cheap and never trap. To read more flags than Python is no effect: they exist, and where
// iterations run at the same time nobody writes them. What the second operand reads may stand in
// questions of its own, inside the arm.
#include "core/any_flag.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <vector>

#include "core/rebuild.hpp"
#include "core/timeline.hpp"

namespace numeta::core {
namespace {

constexpr std::size_t kMostFlags = 4;
constexpr int kDeepest = 6;  // expression of flags, or of an index

/// A branch that finds out whether any flag is set, or with `denied` whether none is.
struct Question {
  BufferId answer;            // the variable
  RegionId asks;              // the arm that reads flags
  std::vector<NodeId> flags;  // loads in that arm, those of questions in it included
  std::vector<NodeId> first;  // loads before the branch
  bool denied;
};

/// What an index is before one below 0 is counted from the end.
NodeId unwrapped(const Graph& g, NodeId index) {
  if (g.node(index).op != Op::select) return index;
  const auto choice = g.operands(index);
  const Node& condition = g.node(choice[0]);
  if (condition.op != Op::le) return index;
  const auto compared = g.operands(choice[0]);
  const bool wraps = g.is_integer_constant(compared[0], 0) && compared[1] == choice[1];
  return wraps ? choice[1] : index;
}

/// Operations on integers that cost next to nothing and never trap.
bool is_cheap(Op op) {
  switch (row(op).rule) {
    case Rule::Arithmetic:
    case Rule::Bitwise:
    case Rule::Compare:
    case Rule::Negate:
    case Rule::Select:
    case Rule::Shift: return true;
    default: return false;
  }
}

class Questions {
 public:
  explicit Questions(const Graph& graph) : g_(graph), live_(live(graph)), timeline_(graph, live_) {
    for (NodeId id = static_cast<NodeId>(g_.size()); id-- > 0;) {  // what is inside comes first
      const Node& n = g_.node(id);
      if (n.op != Op::branch || !live_.nodes[id] || n.bits[1] == kNone) continue;
      if (innermost_loop(g_, n.region) != 0) look_at(id);
    }
    find_uses();
  }

  bool empty() const { return found_.empty(); }
  bool is_live(NodeId id) const { return live_.nodes[id]; }

  /// The question that a branch is, and that is no part of another one.
  const Question* outermost(NodeId branch) const {
    const auto it = found_.find(branch);
    if (it == found_.end()) return nullptr;
    for (RegionId r = g_.node(branch).region; r != 0; r = g_.regions()[r].parent) {
      if (found_.contains(g_.regions()[r].owner)) return nullptr;
    }
    return &it->second;
  }

  /// The branches of those.
  std::vector<NodeId> asked() const {
    std::vector<NodeId> out;
    for (const auto& [branch, question] : found_) {
      if (outermost(branch) != nullptr) out.push_back(branch);
    }
    return out;
  }

  /// The question that alone needs what is read by a load just before it, or kNone.
  NodeId user(NodeId load) const {
    const auto it = users_.find(load);
    return it == users_.end() ? kNone : it->second;
  }

  /// The local variables that an arm reads first.
  std::vector<NodeId> variables(RegionId arm) const {
    std::vector<NodeId> out;
    for (const NodeId id : g_.regions()[arm].body) {
      if (!is_live(id)) continue;
      if (is_variable(id) && !is_answer(id)) out.push_back(id);
      const auto inner = found_.find(id);
      if (inner == found_.end()) continue;
      const std::vector<NodeId> more = variables(inner->second.asks);
      out.insert(out.end(), more.begin(), more.end());
    }
    return out;
  }

 private:
  void look_at(NodeId branch) {
    const Node& n = g_.node(branch);
    const NodeId stores[] = {last_store(n.bits[0]), last_store(n.bits[1])};
    if (stores[0] == kNone || stores[1] == kNone) return;
    const auto answer = static_cast<BufferId>(g_.node(stores[0]).bits[0]);
    if (g_.node(stores[1]).bits[0] != answer) return;
    for (const std::size_t asks : {0U, 1U}) {
      const NodeId settled = g_.operands(stores[1 - asks])[0];
      if (!g_.is_constant(settled) || !has_only(n.bits[1 - asks], stores[1 - asks])) continue;
      Question question{answer, static_cast<RegionId>(n.bits[asks]), {}, {}, false};
      question.denied = g_.integer_value(settled) == 0;
      const NodeId second = g_.operands(stores[asks])[0];
      // The arm that asks nothing runs where a flag is set.
      if (!collect(g_.operands(branch)[0], asks == 0, question)) continue;
      if (!collect(second, question.denied, question)) continue;
      const std::size_t count = question.first.size() + question.flags.size();
      if (count < 2 || count > kMostFlags || !only_reads(question.asks, question)) continue;
      found_.emplace(branch, std::move(question));
      answers_.insert(answer);
      return;
    }
  }

  /// The store of a truth value to a variable that a region ends with, or kNone.
  NodeId last_store(std::uint64_t region) const {
    const auto& body = g_.regions()[region].body;
    const auto last =
        std::find_if(body.rbegin(), body.rend(), [&](NodeId id) { return is_live(id); });
    if (last == body.rend() || g_.node(*last).op != Op::store) return kNone;
    const Buffer& variable = g_.buffers()[g_.node(*last).bits[0]];
    return variable.local && is_bool(variable.type) ? *last : kNone;
  }

  bool has_only(std::uint64_t region, NodeId statement) const {
    return std::ranges::all_of(g_.regions()[region].body,
                               [&](NodeId id) { return id == statement || !is_live(id); });
  }

  bool is_inside(NodeId load, RegionId arm) const {
    return timeline_.is_inside(g_.node(load).region, arm);
  }
  bool is_variable(NodeId id) const {
    return g_.node(id).op == Op::load && g_.buffers()[g_.node(id).bits[0]].local;
  }

  /// The question inside an arm whose answer a load reads, just after it, or nullptr.
  const Question* answered(NodeId load, RegionId arm) const {
    for (const NodeId id : g_.regions()[arm].body) {
      const auto it = found_.find(id);
      if (it == found_.end() || it->second.answer != g_.node(load).bits[0]) continue;
      const bool is_after = g_.node(load).region == arm && timeline_.at(load) > timeline_.end(id);
      const auto writes =
          timeline_.writes(it->second.answer, timeline_.end(id), timeline_.at(load));
      return is_after && writes.empty() ? &it->second : nullptr;
    }
    return nullptr;
  }

  /// The flags of which `value` says whether any is set, or with `denied` whether none is.
  bool collect(NodeId value, bool denied, Question& into, int depth = 0) const {
    if (depth > kDeepest) return false;
    const Node& n = g_.node(value);
    const auto operands = g_.operands(value);
    switch (n.op) {
      case Op::load: {
        if (!is_bool(n.type)) return false;
        if (is_variable(value)) {
          const Question* const inner = answered(value, into.asks);
          if (inner == nullptr || inner->denied != denied) return false;
          for (const auto& loads : {inner->first, inner->flags}) {
            for (const NodeId load : loads) add(load, into);
          }
          return true;
        }
        if (denied) return false;
        add(value, into);
        return true;
      }
      case Op::cast:
        return is_bool(n.type) && is_bool(g_.node(operands[0]).type) &&
               collect(operands[0], denied, into, depth + 1);
      case Op::logical_not: return collect(operands[0], !denied, into, depth + 1);
      case Op::logical_and:
      case Op::logical_or:
        return denied == (n.op == Op::logical_and) &&
               collect(operands[0], denied, into, depth + 1) &&
               collect(operands[1], denied, into, depth + 1);
      default: return false;
    }
  }

  void add(NodeId load, Question& into) const {
    std::vector<NodeId>& loads = is_inside(load, into.asks) ? into.flags : into.first;
    if (std::ranges::find(loads, load) == loads.end()) loads.push_back(load);
  }

  /// Does an arm nothing else than to read flags and variables?
  bool only_reads(RegionId arm, const Question& question) const {
    return std::ranges::all_of(g_.regions()[arm].body, [&](NodeId id) {
      if (!is_live(id) || is_variable(id) || id == last_store(arm)) return true;
      const auto inner = found_.find(id);
      if (inner != found_.end()) return only_reads(inner->second.asks, question);
      const bool is_flag = std::ranges::find(question.flags, id) != question.flags.end();
      return is_flag && is_there(id) && has_known_place(id, question.asks);
    });
  }

  /// Are the indices of a load computed from what is known before an arm?
  bool has_known_place(NodeId load, RegionId arm) const {
    return std::ranges::all_of(g_.operands(load),
                               [&](NodeId at) { return is_known_before(at, arm, 0); });
  }

  bool is_known_before(NodeId value, RegionId arm, int depth) const {
    const Node& n = g_.node(value);
    if (n.op == Op::load) {
      return !is_inside(value, arm) || (is_variable(value) && !is_answer(value));
    }
    const auto operands = g_.operands(value);
    if (operands.empty()) return true;
    const bool is_name = n.op == Op::cast && is_integer(g_.node(operands[0]).type);
    if (depth > kDeepest || !(is_name || is_cheap(n.op))) return false;
    return std::ranges::all_of(
        operands, [&](NodeId operand) { return is_known_before(operand, arm, depth + 1); });
  }

  bool is_answer(NodeId load) const { return answers_.contains(g_.node(load).bits[0]); }

  /// Is the array there before the arm, and written by no other iteration at the same time?
  bool is_there(NodeId load) const {
    const auto array = static_cast<BufferId>(g_.node(load).bits[0]);
    const Buffer& b = g_.buffers()[array];
    if (b.allocated) {
      const auto allocations = std::ranges::count_if(timeline_.writes(array), [&](const Write& w) {
        return g_.node(w.statement).op == Op::allocate;
      });
      if (allocations != 1 || b.lengths.size() != b.rank()) return false;
    }
    for (RegionId r = g_.node(load).region; r != 0; r = g_.regions()[r].parent) {
      const Timeline::Span span = timeline_.span(r);
      const bool is_parallel = g_.regions()[r].parallel != Parallel::No;
      if (is_parallel && !timeline_.writes(array, span.first, span.last).empty()) return false;
    }
    return true;
  }

  /// Finds the first flags that nothing but a question needs, with nothing but loads in between:
  /// they may be read inside it.
  void find_uses() {
    std::map<NodeId, NodeId> candidates;
    for (const NodeId branch : asked()) {
      const Question& question = found_.at(branch);
      const auto& body = g_.regions()[g_.node(branch).region].body;
      for (auto it = std::ranges::find(body, branch); it != body.begin();) {
        const NodeId id = *--it;
        if (is_live(id) && g_.node(id).op != Op::load) break;
        if (std::ranges::find(question.first, id) != question.first.end()) {
          candidates.emplace(id, branch);
        }
      }
    }
    users_ = candidates;
    // By node: the candidates that it is made of.
    std::map<NodeId, std::vector<NodeId>> made_of;
    for (const auto& [load, branch] : candidates) made_of[load] = {load};
    const auto each = [&](NodeId id, const auto& visit) {
      const auto it = made_of.find(id);
      if (it == made_of.end()) return;
      for (const NodeId load : it->second) visit(load);
    };
    for (NodeId id = 0; id < g_.size() && !candidates.empty(); ++id) {
      const bool is_pure = !is_statement(g_.node(id).op);
      std::vector<NodeId> loads;
      for (const NodeId operand : g_.operands(id)) {
        each(operand, [&](NodeId load) {
          if (is_pure && std::ranges::find(loads, load) == loads.end()) loads.push_back(load);
          if (!is_pure && is_live(id) && !is_part(id, candidates.at(load))) users_.erase(load);
        });
      }
      if (loads.size() > kMostFlags) {
        for (const NodeId load : loads) users_.erase(load);
      } else if (!loads.empty()) {
        made_of[id] = std::move(loads);
      }
    }
    for (const Result& result : g_.results) {
      each(result.value, [&](NodeId load) { users_.erase(load); });
    }
  }

  /// Is a statement a branch, or a store in it?
  bool is_part(NodeId id, NodeId branch) const {
    const std::uint32_t at = timeline_.at(id);
    const bool is_in_it = timeline_.at(branch) < at && at < timeline_.end(branch);
    return id == branch || (is_in_it && g_.node(id).op == Op::store);
  }

  const Graph& g_;
  Live live_;
  Timeline timeline_;
  std::map<NodeId, Question> found_;  // by branch
  std::set<std::uint64_t> answers_;   // the variables
  std::map<NodeId, NodeId> users_;    // by load: a branch
};

/// The copy of a graph in which all flags are read where that is possible.
class Asking {
 public:
  Asking(const Graph& graph, const Questions& questions) : g_(graph), questions_(questions) {}

  Graph run() {
    const auto replace = [&](RegionId region, std::size_t place, Copying& copying) {
      const auto& body = g_.regions()[region].body;
      if (place == body.size() || !questions_.is_live(body[place])) return false;
      if (questions_.user(body[place]) != kNone) return true;
      const Question* const question = questions_.outermost(body[place]);
      if (question != nullptr) ask(body[place], *question, copying);
      return question != nullptr;
    };
    return rebuild(g_, {}, {}, replace);
  }

 private:
  void ask(NodeId branch, const Question& question, Copying& copying) const {
    Graph& to = copying.to;
    for (const NodeId load : questions_.variables(question.asks)) copying.statement(load);
    const NodeId inside = all_inside(branch, question, copying);
    to.set_origin(g_.node(branch).origin);
    if (to.truth_here(inside) == true) return answer(branch, question, copying);
    to.begin_branch(inside);
    copying.apart([&] { answer(branch, question, copying); });
    to.begin_otherwise();
    copying.apart([&] {
      copy_first(branch, question, copying);
      copying.statement(branch);
    });
    to.end();
  }

  void copy_first(NodeId branch, const Question& question, Copying& copying) const {
    for (const NodeId load : question.first) {
      if (questions_.user(load) == branch) copying.statement(load);
    }
  }

  /// That all indices are inside their axes.
  NodeId all_inside(NodeId branch, const Question& question, Copying& copying) const {
    Graph& to = copying.to;
    NodeId all = to.constant(DType::b1, true, literal_int(1));
    const auto also = [&](Op op, NodeId a, NodeId b) {
      const NodeId both[] = {a, b};
      const NodeId one[] = {all, to.pure(op, DType::b1, true, both)};
      all = to.pure(Op::logical_and, DType::b1, true, one);
    };
    for (const NodeId load : question.first) {
      if (questions_.user(load) != branch) continue;
      for (const NodeId at : g_.operands(load)) {
        if (unwrapped(g_, at) == at) continue;  // what Python reads is asked for one thing only
        also(Op::le, to.integer(0), copying.copied(unwrapped(g_, at)));
      }
    }
    for (const NodeId load : question.flags) {
      const auto array = static_cast<BufferId>(g_.node(load).bits[0]);
      const Buffer& b = g_.buffers()[array];
      for (std::uint32_t axis = 0; axis < b.rank(); ++axis) {
        const NodeId at = copying.copied(unwrapped(g_, g_.operands(load)[axis]));
        const NodeId length = b.allocated ? copying.copied(b.lengths[axis]) : to.dim(array, axis);
        also(Op::le, to.integer(0), at);
        const NodeId both[] = {length, at};
        const NodeId room = to.pure(Op::sub, DType::i8, true, both);
        if (to.range_here(room).low < 1) also(Op::lt, at, length);
      }
    }
    return all;
  }

  void answer(NodeId branch, const Question& question, Copying& copying) const {
    Graph& to = copying.to;
    copy_first(branch, question, copying);
    for (const NodeId load : question.flags) copying.statement(load);
    NodeId any = kNone;
    for (const auto& loads : {question.first, question.flags}) {
      for (const NodeId load : loads) {
        const NodeId both[] = {any, copying.copied(load)};
        any = any == kNone ? both[1] : to.pure(Op::logical_or, DType::b1, true, both);
      }
    }
    to.set_origin(g_.node(branch).origin);
    if (question.denied) any = to.pure(Op::logical_not, DType::b1, true, {&any, 1});
    const Buffer& variable = g_.buffers()[question.answer];
    to.store(question.answer, {}, to.cast(any, variable.type, variable.weak));
  }

  const Graph& g_;
  const Questions& questions_;
};

}  // namespace

std::optional<Graph> any_flag(const Graph& graph) {
  const Questions questions(graph);
  if (questions.empty()) return std::nullopt;
  Graph made = Asking(graph, questions).run();
  for (const NodeId branch : questions.asked()) {
    made.notes.push_back({graph.node(branch).origin,
                          "flags are read at once where their indices are inside the arrays"});
  }
  return made;
}

}  // namespace numeta::core
