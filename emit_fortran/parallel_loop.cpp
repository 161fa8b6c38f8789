// parallel_loop.cpp - loops that run in parallel, as OpenMP.
// Which variable is whose is spelled out, so that the compiler checks it (`default(none)`).
// Reductions are not OpenMP's, whose order changes from run to run: each thread has its part, and
// the parts are combined in the order of the threads, which with a static schedule is the order of
// the iterations. The first thread begins with what the variable held, so one thread alone does
// exactly what the loop says.
#include <algorithm>
#include <cctype>
#include <limits>
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "emit_fortran/body.hpp"
#include "emit_fortran/spelling.hpp"

namespace numeta::emit_fortran {

using core::BufferId;
using core::DType;
using core::kNone;
using core::NodeId;
using core::Op;
using core::RegionId;

namespace {

/// The names that stand in a text.
std::set<std::string, std::less<>> names_in(std::string_view text) {
  const auto is_part = [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
  };
  std::set<std::string, std::less<>> out;
  for (std::size_t k = 0; k < text.size();) {
    const auto first = static_cast<unsigned char>(text[k]);
    std::size_t end = k + 1;
    if (std::isalpha(first) != 0) {
      while (end < text.size() && is_part(text[end])) ++end;
      out.emplace(text.substr(k, end - k));
    } else if (std::isdigit(first) != 0) {  // with its kind
      while (end < text.size() && (is_part(text[end]) || text[end] == '.')) ++end;
    }
    k = end;
  }
  return out;
}

bool is_name_or_number(std::string_view text) {
  return text.find_first_of(" +-*/,(") == std::string_view::npos;
}

core::Literal integer_literal(std::int64_t value) {
  return {{static_cast<std::uint64_t>(value), 0}};
}

core::Literal real_literal(DType type, double value) {
  return core::is_complex(type) ? core::literal_complex(type, value, value)
                                : core::literal_float(type, value);
}

/// The value that changes nothing where it is combined with others.
core::Literal neutral(core::Combine by, DType type) {
  const bool inexact = core::is_float(type) || core::is_complex(type);
  const bool is_bool = core::is_bool(type);
  const auto ends = [&](bool greatest) {
    if (core::is_float(type)) {
      const double infinity = std::numeric_limits<double>::infinity();
      return core::literal_float(type, greatest ? infinity : -infinity);
    }
    if (is_bool) return integer_literal(greatest ? 1 : 0);
    if (core::kind(type) == core::Kind::Uint) return integer_literal(greatest ? -1 : 0);
    return integer_literal(greatest ? core::int_max(type) : core::int_min(type));
  };
  switch (by.op) {
    case Op::add: return inexact ? real_literal(type, -0.0) : integer_literal(0);
    case Op::mul:
      if (core::is_complex(type)) return core::literal_complex(type, 1.0, 0.0);
      return inexact ? core::literal_float(type, 1.0) : integer_literal(1);
    case Op::bit_and:
    case Op::logical_and: return integer_literal(is_bool ? 1 : -1);
    case Op::lt:
    case Op::le: return ends(by.partial_first);
    default: return integer_literal(0);
  }
}

/// The variables of a reduction: its own first.
std::vector<BufferId> members(const core::Reduction& reduction) {
  std::vector<BufferId> out{reduction.variable};
  out.insert(out.end(), reduction.companions.begin(), reduction.companions.end());
  return out;
}

void add_clause(std::string& out, std::string_view clause, const std::set<std::string>& names) {
  if (!names.empty()) out += fmt::format(" {}({})", clause, fmt::join(names, ", "));
}

}  // namespace

void Body::parallel_loop(NodeId id, const core::ParallelLoop& shape) {
  const auto operands = g_.operands(id);
  const auto r = static_cast<RegionId>(g_.node(id).bits[0]);
  const std::string& index = symbols_.indices[r];
  const auto declared_as = [&](const std::string& wanted, DType type) {
    locals_.push_back({names_.claim(wanted), type});
    return locals_.back().name;
  };
  text_.from(g_.node(id).origin);
  // Bounds are what they are before the loop, whatever becomes of the names in them.
  std::string bounds[] = {expressions_.index(operands[0]), last_index(operands[1], operands[2]),
                          expressions_.index(operands[2])};
  constexpr std::string_view kBounds[] = {"_first", "_last", "_step"};
  std::set<std::string, std::less<>> written;
  for (const core::Reduction& reduction : shape.reductions) {
    for (const BufferId variable : members(reduction)) written.insert(symbols_.buffers[variable]);
  }
  for (const auto* list : {&shape.privates, &shape.last}) {
    for (const BufferId variable : *list) written.insert(symbols_.buffers[variable]);
  }
  for (std::size_t k = 0; k < 3; ++k) {
    bool changes = false;
    for (const std::string& name : names_in(bounds[k])) changes = changes || written.contains(name);
    if (!changes) continue;
    const std::string name = declared_as(index + std::string(kBounds[k]), DType::i8);
    text_.line(fmt::format("{} = {}", name, bounds[k]));
    bounds[k] = name;
  }
  for (const core::Reduction& reduction : shape.reductions) {
    for (const BufferId variable : members(reduction)) {
      totals_[variable] =
          declared_as(symbols_.buffers[variable] + "_total", g_.buffers()[variable].type);
    }
  }
  for (const core::Reduction& reduction : shape.reductions) {
    if (reduction.check == kNone) continue;
    const std::string& name = symbols_.buffers[reduction.variable];
    overflows_[reduction.variable] = declared_as(name + "_overflows", DType::b1);
    text_.line(fmt::format("{} = .false._c_bool", overflows_.at(reduction.variable)));
  }
  if (!shape.reductions.empty() && thread_.empty()) thread_ = declared_as("thread", DType::i8);
  if (shape.fails) failed_[r] = declared_as(index + "_failed", DType::i8);

  if (shape.fails) text_.line(fmt::format("{} = 0", failed_.at(r)));

  const std::size_t first_local = locals_.size();
  const Writer::Place place = text_.here();
  const bool combines = !shape.reductions.empty();
  if (combines) begin_parts(shape);
  const Writer::Place begin = text_.here();
  text_.line(loop_head(r, bounds[0], bounds[1], bounds[2]));
  around_ = r;
  indented(r);
  around_ = kNone;
  text_.line(symbols_.labels[r].empty() ? "end do" : "end do " + symbols_.labels[r]);
  if (combines) combine_parts(shape);

  std::set<std::string> last;
  for (const BufferId variable : shape.last) last.insert(symbols_.buffers[variable]);
  std::string schedule = "schedule(static)";
  if (combines) add_clause(schedule, "firstprivate", last);  // kept where there is no iteration
  add_clause(schedule, "lastprivate", last);
  const std::string clauses = data_clauses(r, shape, first_local, text_.since(place));
  for (const std::string& name : names_in(text_.since(place))) symbols_.homes.see(name);
  Writer head(text_.indent());
  if (combines) {
    head.directive("do " + schedule);
    text_.insert(begin, head.take());
    head.directive("parallel num_threads(threads) default(none)" + clauses);
  } else {
    head.directive("parallel do num_threads(threads) " + schedule + " default(none)" + clauses);
  }
  text_.insert(place, head.take());
  text_.directive(combines ? "end parallel" : "end parallel do");
  after_parallel(shape);
}

/// What stands after a parallel loop: the totals, and what failed in an iteration.
void Body::after_parallel(const core::ParallelLoop& shape) {
  for (const core::Reduction& reduction : shape.reductions) {
    for (const BufferId variable : members(reduction)) {
      text_.line(fmt::format("{} = {}", symbols_.buffers[variable], totals_.at(variable)));
    }
  }
  if (!shape.fails) return;
  for (const core::Reduction& reduction : shape.reductions) {
    if (reduction.check == kNone) continue;
    // After what fails in an iteration, so that it does not depend on which thread is faster.
    text_.line(fmt::format("if (status == 0 .and. {}) then", overflows_.at(reduction.variable)));
    text_.deeper();
    failure(g_.node(reduction.check).bits[0], {});
    text_.shallower();
    text_.line("end if");
  }
  text_.line("if (status /= 0) return");
  returns_ = true;
}

/// What the parts of all threads but the first begin with.
void Body::begin_parts(const core::ParallelLoop& shape) {
  const auto repeats = [](const core::Reduction& reduction) {
    return core::row(reduction.by.op).rule == core::Rule::Extremum;  // of what was there before
  };
  if (std::ranges::all_of(shape.reductions, repeats)) return;
  text_.line("if (omp_get_thread_num() > 0) then");
  text_.deeper();
  for (const core::Reduction& reduction : shape.reductions) {
    if (repeats(reduction)) continue;
    const DType type = g_.buffers()[reduction.variable].type;
    text_.line(fmt::format("{} = {}", symbols_.buffers[reduction.variable],
                           literal(type, neutral(reduction.by, type).bits, false)));
  }
  text_.shallower();
  text_.line("end if");
}

void Body::combine_parts(const core::ParallelLoop& shape) {
  text_.directive("end do nowait");
  text_.directive("do ordered schedule(static, 1)");
  text_.line(fmt::format("do {} = 0, omp_get_num_threads() - 1", thread_));
  text_.deeper();
  text_.directive("ordered");
  text_.line(fmt::format("if ({} == 0) then", thread_));
  text_.deeper();
  for (const core::Reduction& reduction : shape.reductions) {
    for (const BufferId variable : members(reduction)) {
      text_.line(fmt::format("{} = {}", totals_.at(variable), symbols_.buffers[variable]));
    }
  }
  text_.shallower();
  text_.line("else");
  text_.deeper();
  for (const core::Reduction& reduction : shape.reductions) {
    const std::string& total = totals_.at(reduction.variable);
    const std::string& part = symbols_.buffers[reduction.variable];
    const DType type = g_.buffers()[reduction.variable].type;
    const auto [op, partial_first] = reduction.by;
    if (reduction.check != kNone) {
      text_.line(fmt::format("if ({}) {} = .true._c_bool",
                             expressions_.operation_on(Op::add_overflows, type, total, part),
                             overflows_.at(reduction.variable)));
    }
    if (op == Op::lt || op == Op::le) {
      const std::string better = partial_first ? expressions_.operation_on(op, type, part, total)
                                               : expressions_.operation_on(op, type, total, part);
      if (reduction.companions.empty()) {
        text_.line(fmt::format("if ({}) {} = {}", better, total, part));
        continue;
      }
      text_.line(fmt::format("if ({}) then", better));
      text_.deeper();
      for (const BufferId variable : members(reduction)) {
        text_.line(fmt::format("{} = {}", totals_.at(variable), symbols_.buffers[variable]));
      }
      text_.shallower();
      text_.line("end if");
    } else {
      text_.line(fmt::format("{} = {}", total, expressions_.operation_on(op, type, total, part)));
    }
  }
  text_.shallower();
  text_.line("end if");
  text_.directive("end ordered");
  text_.shallower();
  text_.line("end do");
  text_.directive("end do nowait");
}

/// Whose each variable of the loop is; `text` is all that stands in the construct.
std::string Body::data_clauses(RegionId region, const core::ParallelLoop& shape,
                               std::size_t first_local, std::string_view text) const {
  const auto used = names_in(text);
  std::set<std::string> own;     // of a thread
  std::set<std::string> copied;  // the same, with the value from before the loop
  std::set<std::string> shared;
  std::set<std::string> taken;
  const auto take = [&](std::set<std::string>& into, const std::string& name) {
    if (used.contains(name) && taken.insert(name).second) into.insert(name);
  };
  for (const BufferId variable : shape.last) {
    take(shape.reductions.empty() ? copied : shared, symbols_.buffers[variable]);
  }
  for (const core::Reduction& reduction : shape.reductions) {
    for (const BufferId variable : members(reduction)) {
      take(copied, symbols_.buffers[variable]);
      take(shared, totals_.at(variable));
    }
    if (reduction.check != kNone) take(shared, overflows_.at(reduction.variable));
  }
  if (!shape.reductions.empty()) take(own, thread_);
  if (shape.fails) take(shared, failed_.at(region));
  for (const BufferId variable : shape.privates) take(own, symbols_.buffers[variable]);
  for (RegionId r = 1; r < g_.regions().size(); ++r) {
    if (core::is_inside(g_, r, region)) take(own, symbols_.indices[r]);
  }
  for (std::size_t k = first_local; k < locals_.size(); ++k) take(own, locals_[k].name);
  for (NodeId id = 0; id < g_.size(); ++id) {
    const core::Node& n = g_.node(id);
    if (n.op != Op::allocate || !core::is_inside(g_, n.region, region)) continue;
    take(own, symbols_.buffers[n.bits[0]]);
    take(own, "no_memory");
  }
  for (const Local& local : locals_) {
    if (local.shape.empty()) take(copied, local.name);
  }
  for (const std::string& name : indices_) take(copied, name);
  for (const auto* names : {&symbols_.scalars, &symbols_.offsets}) {
    for (const std::string& name : *names) take(copied, name);
  }
  for (const auto* names : {&symbols_.buffers, &symbols_.shapes, &symbols_.strides}) {
    for (const std::string& name : *names) take(shared, name);
  }
  for (const char* name : {"status", "error_values"}) take(shared, name);
  std::string out;
  add_clause(out, "shared", shared);
  add_clause(out, "firstprivate", copied);
  add_clause(out, "private", own);
  return out;
}

/// Of all iterations that fail, the first one is told of; an iteration ends where it fails.
void Body::fail_in_parallel(std::uint64_t site, std::span<const NodeId> values) {
  const std::string& index = symbols_.indices[around_];
  const std::string& failed = failed_.at(around_);
  const NodeId step = g_.operands(g_.regions()[around_].owner)[2];
  std::string earlier = fmt::format("{} < {}", index, failed);
  if (g_.is_constant(step)) {
    if (g_.integer_value(step) < 0) earlier = fmt::format("{} > {}", index, failed);
  } else {
    earlier = fmt::format("({}) .eqv. ({} > 0)", earlier, expressions_.value(step));
  }
  text_.directive("critical");
  text_.line(fmt::format("if (status == 0 .or. ({})) then", earlier));
  text_.deeper();
  text_.line(fmt::format("{} = {}", failed, index));
  failure(site, values);
  text_.shallower();
  text_.line("end if");
  text_.directive("end critical");
  text_.line("cycle " + symbols_.labels[around_]);
}

void Body::atomic_update(NodeId id, NodeId value) {
  const core::Node& n = g_.node(id);
  const auto operands = g_.operands(id);
  const std::string element =
      expressions_.element(static_cast<BufferId>(n.bits[0]), operands.subspan(1));
  std::string operand = expressions_.value(value);
  if (!is_name_or_number(operand)) operand = "(" + operand + ")";
  text_.from(n.origin);
  text_.directive("atomic");
  text_.line(
      fmt::format("{} = {}", element,
                  expressions_.operation_on(g_.node(operands[0]).op, n.type, element, operand)));
}

}  // namespace numeta::emit_fortran
