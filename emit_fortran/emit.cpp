// emit.cpp - the Fortran text of a kernel and the procedures that it calls. The text is made in
// this order: bodies first, since they say which names, support procedures and libm functions are
// used; then the head.
#include "emit_fortran/emit.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "emit_fortran/conditional_sums.hpp"
#include "emit_fortran/names.hpp"
#include "emit_fortran/procedure.hpp"
#include "emit_fortran/spelling.hpp"
#include "emit_fortran/stub.hpp"
#include "emit_fortran/writer.hpp"

namespace numeta::emit_fortran {
namespace {

using core::Graph;
using core::Node;
using core::NodeId;
using core::Op;
using core::RegionId;

constexpr std::string_view kContains = "\ncontains\n";

std::uint32_t lines_of(std::string_view text) {
  return static_cast<std::uint32_t>(std::count(text.begin(), text.end(), '\n'));
}

std::uint64_t hash_text(std::string_view text) {
  std::uint64_t hash = 0xCBF29CE484222325ULL;  // FNV-1a
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001B3ULL;
  return hash;
}

bool is_float_product(const Graph& g, NodeId id) {
  const Node& n = g.node(id);
  return (n.op == Op::mul || n.op == Op::square) && core::is_float(n.type);
}

/// May the vectoriser pair a product that is added to with one that is subtracted from? GCC 12
/// contracts such pairs into fmaddsub, whatever -ffp-contract says; complex products are such
/// pairs.
bool pairs_sum_and_difference(const Graph& g) {
  bool in_sum = false;
  bool in_difference = false;
  for (NodeId id = 0; id < g.size(); ++id) {
    const Node& n = g.node(id);
    if (core::is_complex(n.type) && !core::is_structural(n.op)) return true;
    if (n.op != Op::add && n.op != Op::sub) continue;
    const auto operands = g.operands(id);
    const bool product = is_float_product(g, operands[0]) || is_float_product(g, operands[1]);
    in_sum = in_sum || (product && n.op == Op::add);
    in_difference = in_difference || (product && n.op == Op::sub);
  }
  return in_sum && in_difference;
}

constexpr std::size_t kMostGuessed = 24;

/// How many statements may end a procedure: checks, and allocations that find no memory.
std::size_t ways_out(std::span<const Graph* const> procedures,
                     const std::vector<core::Live>& live) {
  std::size_t most = 0;
  for (std::size_t p = 0; p < procedures.size(); ++p) {
    const Graph* g = procedures[p];
    std::size_t here = 0;
    for (NodeId id = 0; id < g->size(); ++id) {
      const Op op = g->node(id).op;
      if (live[p].nodes[id] && (op == Op::check || op == Op::allocate)) ++here;
    }
    most = std::max(most, here);
  }
  return most;
}

/// Does a float become an integer, and an integer a float? GCC 12 makes aint(x) of real(int(x))
/// where it need not think of traps, so that -0.5 would become -0.0.
bool converts_both_ways(std::span<const Graph* const> procedures,
                        const std::vector<core::Live>& live) {
  bool to_integer = false;
  bool to_float = false;
  for (std::size_t p = 0; p < procedures.size(); ++p) {
    const Graph* g = procedures[p];
    for (NodeId id = 0; id < g->size(); ++id) {
      const Node& n = g->node(id);
      if (!live[p].nodes[id] || core::is_statement(n.op)) continue;
      for (const NodeId operand : g->operands(id)) {
        const core::DType from = g->node(operand).type;
        to_integer = to_integer || (core::is_float(from) && core::is_integer(n.type));
        to_float = to_float ||
                   (core::is_integer(from) && (core::is_float(n.type) || core::is_complex(n.type)));
      }
    }
  }
  return to_integer && to_float;
}

/// Whether floats become shorter somewhere and longer somewhere: gcc 12 takes two of them that it
/// has put in one vector for what they were before both conversions.
bool rounds_and_widens(std::span<const Graph* const> procedures,
                       const std::vector<core::Live>& live) {
  const auto has_parts = [](core::DType t) { return core::is_float(t) || core::is_complex(t); };
  bool rounds = false;
  bool widens = false;
  for (std::size_t p = 0; p < procedures.size(); ++p) {
    const Graph* g = procedures[p];
    for (NodeId id = 0; id < g->size(); ++id) {
      const Node& n = g->node(id);
      if (!live[p].nodes[id] || core::is_statement(n.op) || !has_parts(n.type)) continue;
      for (const NodeId operand : g->operands(id)) {
        const core::DType from = g->node(operand).type;
        if (!has_parts(from)) continue;
        const int before = core::bits(core::real_part_type(from));
        const int after = core::bits(core::real_part_type(n.type));
        rounds = rounds || after < before;
        widens = widens || after > before;
      }
    }
  }
  return rounds && widens;
}

/// Are there sums that gcc must not make vectors of in loops to which that cannot be said, since
/// they are no counted loops or run in threads?
bool has_sums_in_other_loops(const Graph& g, const core::Live& live) {
  const std::vector<bool> found = conditional_sums(g, live);
  for (core::RegionId r = 1; r < found.size(); ++r) {
    const core::Region& region = g.regions()[r];
    const bool is_counted = g.node(region.owner).op == Op::loop;
    if (found[r] && (!is_counted || region.parallel != core::Parallel::No)) return true;
  }
  return false;
}

using Procedures = std::set<std::pair<std::string, core::DType>>;

/// The support procedures with those that they call.
Procedures with_callees(const Procedures& used) {
  std::vector<Procedures::value_type> open(used.begin(), used.end());
  Procedures out = used;
  while (!open.empty()) {
    const auto [name, type] = std::move(open.back());
    open.pop_back();
    for (std::string& callee : support_callees(name, type)) {
      if (out.emplace(callee, type).second) open.emplace_back(std::move(callee), type);
    }
  }
  return out;
}

bool has_float_pairs(std::span<const Graph* const> procedures) {
  return std::any_of(procedures.begin(), procedures.end(),
                     [](const Graph* g) { return pairs_sum_and_difference(*g); });
}

/// Is all that a region does giving new values to variables?
bool only_sets_variables(const Graph& g, std::uint64_t region) {
  if (region == core::kNone || g.regions()[region].body.empty()) return false;
  const auto& body = g.regions()[region].body;
  return std::all_of(body.begin(), body.end(), [&](NodeId id) {
    const Op op = g.node(id).op;
    return (op == Op::store || op == Op::load) && g.buffers()[g.node(id).bits[0]].local;
  });
}

/// Does a loop without a count choose between values? Such a choice waits for nothing if it is made
/// without a jump: a wrong guess of the processor would cost more than both values.
bool chooses_in_a_loop(const Graph& g) {
  for (NodeId id = 0; id < g.size(); ++id) {
    const core::Node& n = g.node(id);
    if (n.op != Op::branch) continue;
    if (!only_sets_variables(g, n.bits[0]) || !only_sets_variables(g, n.bits[1])) continue;
    const core::RegionId around = core::innermost_loop(g, n.region);
    if (around != 0 && g.node(g.regions()[around].owner).op == Op::repeat) return true;
  }
  return false;
}

/// Does a counted loop choose several times between values? GCC follows what one choice says about
/// the next, and of the paths that it makes it vectorises none.
bool chooses_again(const Graph& g, const core::Live& live) {
  std::vector<bool> chooses(g.regions().size(), false);
  for (NodeId id = 0; id < g.size(); ++id) {
    const core::Node& n = g.node(id);
    const bool is_choice = n.op == Op::select || core::row(n.op).rule == core::Rule::Extremum;
    if (!live.nodes[id] || !is_choice || core::is_integer(n.type)) continue;
    const core::RegionId around = core::innermost_loop(g, n.region);
    if (around == 0 || g.regions()[around].index == core::kNone) continue;
    if (chooses[around]) return true;
    chooses[around] = true;
  }
  return false;
}

/// Is it a function of Fortran's own that libm has, and vector libraries too?
bool is_vector_math(Op op) {
  const Spelling* spelled = spelling(op, core::Kind::Float);
  return spelled != nullptr && spelled->callee == Callee::Inline && !core::row(op).libm.empty();
}

/// Does a loop call functions of a vector library? They take most of its time, and the widest
/// registers halve how often they are called. Other loops may have short rows.
bool calls_vector_math(const Graph& g, const core::Live& live) {
  for (NodeId id = 0; id < g.size(); ++id) {
    const core::Node& n = g.node(id);
    if (live.nodes[id] && core::is_float(n.type) && is_vector_math(n.op) &&
        core::innermost_loop(g, n.region) != 0) {
      return true;
    }
  }
  return false;
}

/// Does a loop read bools from memory? GCC 12 finds no way from their bytes to AVX-512's masks of
/// wider elements.
bool reads_bools(const Graph& g, const core::Live& live) {
  for (NodeId id = 0; id < g.size(); ++id) {
    const core::Node& n = g.node(id);
    if (n.op == Op::load && live.nodes[id] && core::is_bool(n.type) &&
        !g.buffers()[n.bits[0]].local && core::innermost_loop(g, n.region) != 0) {
      return true;
    }
  }
  return false;
}

/// Does a procedure reach itself by calls?
bool calls_itself(std::span<const Graph* const> procedures, std::uint32_t number) {
  const std::vector<bool> below = core::reachable(procedures, number);
  for (std::size_t p = 0; p < procedures.size(); ++p) {
    if (!below[p]) continue;
    const auto& calls = procedures[p]->calls();
    if (std::any_of(calls.begin(), calls.end(),
                    [&](const core::Call& call) { return call.procedure == number; })) {
      return true;
    }
  }
  return false;
}

bool is_returned(const Graph& g, std::uint64_t buffer) {
  return std::find(g.returned.begin(), g.returned.end(), buffer) != g.returned.end();
}

bool may_fail(const Graph& g, const core::Live& live) {
  for (NodeId id = 0; id < g.size(); ++id) {
    if (!live.nodes[id]) continue;
    const Op op = g.node(id).op;
    if (op == Op::check || op == Op::say) return true;
    const std::uint64_t buffer = g.node(id).bits[0];
    if (op == Op::allocate && (!is_on_stack(g.buffers()[buffer]) || is_returned(g, buffer))) {
      return true;
    }
  }
  return false;
}

/// Which procedures may end with an error status: those with checks, and their callers.
std::vector<bool> checked(std::span<const Graph* const> procedures,
                          const std::vector<core::Live>& live) {
  std::vector<bool> out;
  for (std::size_t p = 0; p < procedures.size(); ++p) {
    out.push_back(may_fail(*procedures[p], live[p]));
  }
  for (bool changed = true; changed;) {
    changed = false;
    for (std::size_t p = 0; p < procedures.size(); ++p) {
      for (const core::Call& call : procedures[p]->calls()) {
        if (out[p] || !out[call.procedure]) continue;
        out[p] = true;
        changed = true;
      }
    }
  }
  return out;
}

class Program {
 public:
  Program(std::span<const Graph* const> procedures, const Options& options)
      : graphs_(procedures),
        options_(options),
        used_(core::reachable(procedures)),
        writes_(core::writes_of(procedures)),
        recursive_(calls_itself(procedures, 0)),
        returned_(core::returned_arrays(*procedures[0])) {
    if (recursive_ && !returned_.empty()) throw EmitError("a recursive kernel returns an array");
    for (const Graph* g : procedures) live_.push_back(core::live(*g, writes_));
    const std::vector<bool> checks = checked(procedures, live_);
    for (std::size_t p = 0; p < procedures.size(); ++p) {
      const Graph& g = *procedures[p];
      const bool is_function = g.results.size() == 1;
      callees_.push_back({names_.claim(g.name()), is_function, checks[p]});
    }
    own_ = callees_[0];
    if (recursive_) own_.name = names_.claim(procedures[0]->name() + "_entry");
  }

  Emission emit() {
    std::string internals;
    std::size_t weight = 0;
    bool loops = graphs_.size() > 1 || recursive_;
    for (std::size_t p = recursive_ ? 0 : 1; p < graphs_.size(); ++p) {
      if (!used_[p]) continue;
      Procedure procedure(*graphs_[p], options_, live_[p], writes_, callees_, uses_, names_,
                          callees_[p], true);
      Writer indented(2);
      indented.block(procedure.internal());
      weight += procedure.weight();
      internals += "\n";
      internals += indented.take();
    }
    Procedure kernel(*graphs_[0], options_, live_[0], writes_, callees_, uses_, names_, own_, false,
                     returned_);
    if (own_.checked) kernel.text().line("status = 0");
    if (recursive_) {
      kernel.call_of(callees_[0]);
    } else {
      kernel.statements();
    }
    if (uses_.parallel) kernel.take_threads();
    if (uses_.says) kernel.take_says();
    Emission out = assembled(kernel, internals);
    out.recursive = is_recursive();
    out.interruptible = !uses_.parallel && uses_.foreigns.empty() && !allocates();
    out.flags = flags(weight + kernel.weight(), out.recursive);
    // What Python is told is told without the GIL held, as by a kernel with loops.
    out.loops = loops || uses_.says || kernel.has(core::is_loop) || !uses_.foreigns.empty();
    std::set<std::string> sources;
    for (const core::Foreign& procedure : uses_.foreigns) {
      if (!procedure.library.empty()) out.libraries.insert(procedure.library);
      if (!procedure.source.empty()) sources.insert(procedure.source);
    }
    for (const std::string& source : sources) out.fortran += "\n" + source;
    for (const core::Returned& one : returned_) out.early.push_back(one.early);
    const auto& parameters = graphs_[0]->parameters();
    for (std::size_t k = 0; k < parameters.size(); ++k) {
      if (parameters[k].is_buffer) out.written.push_back(writes_[0][k]);
    }
    return out;
  }

 private:
  Emission assembled(Procedure& kernel, const std::string& internals) const {
    const std::string declarations = kernel.declarations();
    const std::string& body = kernel.text().text();
    std::vector<LineOrigin> origins;
    const std::string pieces = kernel.pieces(origins);
    const std::string end = tail(kernel.name(), pieces + internals, uses_);
    const std::uint64_t hash = hash_text(declarations + body + end);
    Emission out;
    const std::string label = fmt::format("numeta_{:016x}_f", hash);
    out.symbol = fmt::format("numeta_{:016x}", hash);
    const std::string opening = kernel.opening(label) + declarations;
    out.fortran = opening + body + end;
    const auto add = [&](std::span<const LineOrigin> lines, std::uint32_t above) {
      for (const LineOrigin& one : lines) out.lines.push_back({one.line + above, one.origin});
    };
    add(kernel.text().origins, lines_of(opening));
    add(origins, lines_of(opening) + lines_of(body) + lines_of(kContains));
    out.pieces = kernel.piece_count();
    const Target target{*graphs_[0], kernel.needs(), label};
    const bool has_early = std::any_of(returned_.begin(), returned_.end(),
                                       [](const core::Returned& one) { return one.early; });
    if (!has_early) {
      out.stub = stub_text(target, returned_, nullptr, out.symbol);
      return out;
    }
    const Graph lengths = core::lengths_of(*graphs_[0], returned_);
    out.fortran += "\n";
    const Target first{lengths, add_lengths(lengths, label + "_lengths", out.fortran),
                       label + "_lengths"};
    out.stub = stub_text(target, returned_, &first, out.symbol);
    return out;
  }

  /// Adds the procedure that gives the lengths of early arrays.
  static Needs add_lengths(const Graph& lengths, const std::string& label, std::string& text) {
    Names names;
    Uses uses;
    const Graph* const only = &lengths;
    const core::Writes writes = core::writes_of({&only, 1});
    const core::Live live = core::live(lengths, writes);
    const Interface own{names.claim(lengths.name()), false, false};
    Procedure procedure(lengths, {}, live, writes, {own}, uses, names, own, false);
    procedure.statements();
    text += procedure.opening(label) + procedure.declarations() + procedure.text().text();
    text += tail(procedure.name(), "", uses);
    return procedure.needs();
  }

  static std::string tail(const std::string& name, const std::string& internals, const Uses& uses) {
    std::string out;
    if (!uses.support.empty() || !internals.empty()) out += kContains;
    out += internals;
    Writer procedures(2);
    for (const auto& [support, type] : with_callees(uses.support)) {
      out += "\n";
      procedures.block(support_text(support, type));
      out += procedures.take();
    }
    return out + fmt::format("end subroutine {}\n", name);
  }

  /// Does any procedure ask for memory while it runs?
  bool allocates() const {
    for (std::size_t p = 0; p < graphs_.size(); ++p) {
      const Graph& g = *graphs_[p];
      for (NodeId id = 0; id < g.size(); ++id) {
        if (!live_[p].nodes[id] || g.node(id).op != Op::allocate) continue;
        if (!is_on_stack(g.buffers()[g.node(id).bits[0]])) return true;
      }
    }
    return false;
  }

  bool is_recursive() const {
    for (std::uint32_t p = 0; p < graphs_.size(); ++p) {
      if (used_[p] && calls_itself(graphs_, p)) return true;
    }
    return false;
  }

  /// Does any procedure of the program?
  template <class Question>
  bool any(Question question) const {
    for (std::size_t p = 0; p < graphs_.size(); ++p) {
      if (used_[p] && question(*graphs_[p], live_[p])) return true;
    }
    return false;
  }

  /// `weight`: how much long code there is, in pieces.
  std::vector<std::string> flags(std::size_t weight, bool recursive) const {
    // gfortran's own optimiser takes x - 1 < x for true, also where integers wrap.
    std::vector<std::string> out = optimisation(weight);
    for (const char* flag : {"-fwrapv", "-fno-frontend-optimize", "-fno-range-check"}) {
      out.emplace_back(flag);
    }
    // Each check is taken for a way out that is often taken, so that loops behind some twenty
    // checks would count as code that hardly ever runs, and be compiled for size: no vectors.
    // Behind some forty no parameter helps: then nothing is guessed.
    out.emplace_back("--param=hot-bb-frequency-fraction=1000000000");
    if (ways_out(graphs_, live_) > kMostGuessed) out.emplace_back("-fno-guess-branch-probability");
    if (!converts_both_ways(graphs_, live_)) out.emplace_back("-fno-trapping-math");
    if (rounds_and_widens(graphs_, live_)) out.emplace_back("-fno-tree-slp-vectorize");
    if (any(has_sums_in_other_loops)) out.emplace_back("-fno-tree-loop-if-convert");
    if (options_.fast) {
      for (const char* flag :
           {"-ffp-contract=fast", "-fassociative-math", "-fno-signed-zeros", "-freciprocal-math"}) {
        out.emplace_back(flag);
      }
    } else {
      out.emplace_back("-ffp-contract=off");
      if (has_float_pairs(graphs_)) {
        out.emplace_back("-mno-fma");
        out.emplace_back("-mno-avx512f");
      }
    }
    if (!options_.exact && any(calls_vector_math)) {
      out.emplace_back("-mprefer-vector-width=512");
    } else if (any(reads_bools)) {
      out.emplace_back("-mno-avx512f");
    }
    // Both are needed: by itself gcc copies the end of the loop into both arms, and then finds the
    // two values too dear to compute.
    if (std::ranges::any_of(graphs_, [](const Graph* g) { return chooses_in_a_loop(*g); })) {
      out.emplace_back("-fno-split-paths");
      out.emplace_back("--param=max-rtl-if-conversion-unpredictable-cost=40");
    }
    if (any(chooses_again)) out.emplace_back("-fno-thread-jumps");
    if (uses_.parallel) out.emplace_back("-fopenmp");
    if (options_.overlap) out.emplace_back("-fno-strict-aliasing");
    // The end of the stack is found by touching it page by page.
    // A tail call would turn recursion without end into a loop without end.
    if (recursive) {
      out.emplace_back("-fstack-clash-protection");
      out.emplace_back("-fno-optimize-sibling-calls");
    }
    if (options_.exact) out.emplace_back("-numeta-no-vector-math");
    return out;
  }

  std::span<const Graph* const> graphs_;
  Options options_;
  std::vector<bool> used_;  // by procedure
  core::Writes writes_;
  std::vector<core::Live> live_;  // by procedure
  bool recursive_;                // the kernel itself
  std::vector<core::Returned> returned_;
  Names names_;
  Uses uses_;
  std::vector<Interface> callees_;
  Interface own_;  // of the kernel as it is called from outside
};

}  // namespace

Emission emit(std::span<const Graph* const> procedures, const Options& options) {
  return Program(procedures, options).emit();
}

Emission emit(const Graph& graph, const Options& options) {
  const Graph* const only = &graph;
  return emit({&only, 1}, options);
}

}  // namespace numeta::emit_fortran
