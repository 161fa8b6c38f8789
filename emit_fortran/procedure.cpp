// procedure.cpp - see procedure.hpp.
#include "emit_fortran/procedure.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "emit_fortran/foreign.hpp"
#include "emit_fortran/frame.hpp"
#include "emit_fortran/spelling.hpp"

namespace numeta::emit_fortran {

using core::NodeId;
using core::Op;

namespace {

constexpr std::string_view kNewArray =
    "    type(c_ptr) function numeta_new_array(words) bind(C)\n"
    "      import :: c_ptr, c_int64_t\n"
    "      integer(c_int64_t), intent(inout) :: words(*)\n"
    "    end function numeta_new_array\n";

core::ParallelLoops parallel_loops(const core::Graph& graph, const core::Live& live,
                                   const core::Writes& writes,
                                   const std::vector<Interface>& callees) {
  core::Callees known{writes, {}};
  for (const Interface& callee : callees) known.checked.push_back(callee.checked);
  return core::parallel_loops(graph, live, known);
}

}  // namespace

Procedure::Procedure(const core::Graph& graph, const Options& options, const core::Live& live,
                     const core::Writes& writes, const std::vector<Interface>& callees, Uses& uses,
                     Names names, Interface own, bool internal,
                     std::span<const core::Returned> returned)
    : g_(graph),
      options_(options),
      plan_(schedule(graph, live)),
      parallel_(parallel_loops(graph, plan_.live, writes, callees)),
      names_(std::move(names)),
      uses_(uses),
      expressions_(graph, options, plan_, symbols_, uses),
      body_(graph, plan_, parallel_, callees, uses, symbols_, names_, expressions_, internal),
      own_(std::move(own)),
      is_internal_(internal),
      returned_(returned) {
  name_parameters();
  name_returned();
  find_needs();
  uses_.says = uses_.says || has([](Op op) { return op == Op::say; });
  uses_.parallel = uses_.parallel || !parallel_.empty();
  for (const auto& [region, loop] : parallel_) {
    uses_.team = uses_.team || !loop.reductions.empty();
  }
  body_.name_things();
}

bool Procedure::has(bool (*wanted)(Op)) const {
  for (NodeId id = 0; id < g_.size(); ++id) {
    if (plan_.live.nodes[id] && wanted(g_.node(id).op)) return true;
  }
  return false;
}

void Procedure::name_parameters() {
  for (const core::Scalar& s : g_.scalars()) symbols_.scalars.push_back(names_.claim(s.name));
  for (const core::Buffer& b : g_.buffers()) {
    symbols_.buffers.push_back(core::may_overlap(b) ? names_.claim(b.name) : "");
  }
  for (const core::Buffer& b : g_.buffers()) {
    if (!core::may_overlap(b)) {
      for (auto* names : {&symbols_.shapes, &symbols_.strides, &symbols_.offsets}) {
        names->emplace_back();
      }
      continue;
    }
    symbols_.shapes.push_back(names_.claim(b.name + "_shape"));
    symbols_.strides.push_back(b.layout == core::Layout::Strided ? names_.claim(b.name + "_strides")
                                                                 : "");
    symbols_.offsets.push_back(b.layout == core::Layout::Strided ? names_.claim(b.name + "_offset")
                                                                 : "");
  }
  for (std::size_t k = 0; k < g_.tables().size(); ++k) {
    symbols_.tables.push_back(names_.claim("table"));
  }
  for (std::size_t k = 0; k < g_.results.size(); ++k) {
    results_.push_back(
        names_.claim(g_.results.size() == 1 ? "answer" : fmt::format("answer_{}", k)));
  }
}

/// Internal procedures take every shape that is not fixed; the kernel those that it needs.
void Procedure::find_needs() {
  needs_.status = own_.checked;
  needs_.shape.assign(g_.buffers().size(), false);
  for (std::size_t k = 0; k < g_.buffers().size(); ++k) {
    const core::Buffer& b = g_.buffers()[k];
    const bool is_used = is_internal_ || b.layout != core::Layout::Strided;
    needs_.shape[k] = core::may_overlap(b) && is_used && takes_shape(b);
  }
  for (const core::Returned& one : returned_) {
    needs_.shape[one.array] = one.early && takes_shape(g_.buffers()[one.array]);
  }
  for (NodeId id = 0; id < g_.size(); ++id) {
    if (!plan_.live.nodes[id]) continue;
    const core::Node& n = g_.node(id);
    if (n.op == Op::dim) needs_.shape[n.bits[0]] = true;
    if (n.op != Op::call) continue;
    for (const core::Parameter& argument : g_.calls()[n.bits[0]].arguments) {
      if (!argument.is_buffer) continue;
      const core::Buffer& b = g_.buffers()[argument.number];
      if (core::may_overlap(b) && takes_shape(b)) needs_.shape[argument.number] = true;
    }
  }
}

std::string Procedure::extents(core::BufferId id) const {
  const core::Buffer& b = g_.buffers()[id];
  if (b.layout == core::Layout::Strided) return "(0:*)";
  std::string out;
  for (std::size_t k = 0; k < b.rank(); ++k) {
    const std::size_t axis = b.layout == core::Layout::C ? b.rank() - 1 - k : k;
    const auto& fixed = b.fixed_shape[axis];
    out += k == 0 ? "(0:" : ", 0:";
    out += fixed ? fmt::format("{}", *fixed - 1)
                 : fmt::format("{}({}) - 1", symbols_.shapes[id], axis);
  }
  return b.rank() == 0 ? "" : out + ")";
}

void Procedure::declare_buffer(Writer& out, core::BufferId id) const {
  const core::Buffer& b = g_.buffers()[id];
  const std::string ranks = fmt::format("(0:{})", b.rank() == 0 ? 0 : b.rank() - 1);
  if (needs_.shape[id]) {
    out.line(fmt::format("integer(c_int64_t), intent(in) :: {}{}", symbols_.shapes[id], ranks));
  }
  if (b.layout == core::Layout::Strided) {
    out.line(fmt::format("integer(c_int64_t), intent(in) :: {}{}", symbols_.strides[id], ranks));
    out.line(fmt::format("integer(c_int64_t), value :: {}", symbols_.offsets[id]));
  }
  out.line(fmt::format("{}, intent({}){} :: {}{}", declared(stored_type(b)),
                       plan_.live.stored[id] ? "inout" : "in", options_.overlap ? ", target" : "",
                       symbols_.buffers[id], extents(id)));
}

std::vector<Procedure::Locals> Procedure::locals() const {
  const Homes& homes = symbols_.homes;
  std::vector<Locals> out(body_.pieces().size() + 1);
  for (const std::string& name : body_.indices()) {
    out[homes.of(name)].push_back({name, core::DType::i8});
  }
  for (const Local& one : body_.locals()) out[homes.of(one.name)].push_back(one);
  return out;
}

/// Variables of one type stand together, in the order of their first use.
void Procedure::declare_locals(Writer& out, const Locals& locals) {
  constexpr std::size_t kLongest = 60;
  std::vector<std::pair<std::string, std::string>> lines;
  for (const Local& local : locals) {
    const bool is_allocated = local.shape.find(":)") != std::string::npos;
    const std::string type = declared(local.type) + (is_allocated ? ", allocatable" : "");
    const std::string name = local.name + local.shape;
    const auto open = std::find_if(lines.rbegin(), lines.rend(),
                                   [&](const auto& line) { return line.first == type; });
    if (open == lines.rend() || open->second.size() > kLongest) {
      lines.emplace_back(type, name);
    } else {
      open->second += ", " + name;
    }
  }
  for (const auto& [type, names] : lines) out.line(fmt::format("{} :: {}", type, names));
}

void Procedure::declare_tables(Writer& out) const {
  for (std::size_t k = 0; k < g_.tables().size(); ++k) {
    const core::Table& table = g_.tables()[k];
    const std::string type = declared(table.type);
    std::string values;
    for (const core::Literal& value : table.values) {
      values += (values.empty() ? "" : ", ") + literal(table.type, value.bits, true);
    }
    out.line(fmt::format("{}, parameter :: {}(0:{}) = [{} :: {}]", type, symbols_.tables[k],
                         table.values.size() - 1, type, values));
  }
}

std::vector<std::string> Procedure::dummies() const {
  std::vector<std::string> out;
  for (const core::Parameter& p : g_.parameters()) {
    if (!p.is_buffer) {
      out.push_back(symbols_.scalars[p.number]);
      continue;
    }
    out.push_back(symbols_.buffers[p.number]);
    if (needs_.shape[p.number]) out.push_back(symbols_.shapes[p.number]);
    if (g_.buffers()[p.number].layout == core::Layout::Strided) {
      out.push_back(symbols_.strides[p.number]);
      out.push_back(symbols_.offsets[p.number]);
    }
  }
  return out;
}

void Procedure::declare_dummies(Writer& out) const {
  for (const core::Parameter& p : g_.parameters()) {
    if (p.is_buffer) {
      declare_buffer(out, p.number);
    } else {
      out.line(fmt::format("{}, value :: {}", declared(g_.scalars()[p.number].type),
                           symbols_.scalars[p.number]));
    }
  }
  for (std::size_t k = 0; k < results_.size(); ++k) {
    out.line(fmt::format("{}{} :: {}", declared(g_.node(g_.results[k].value).type),
                         is_internal_ && own_.is_function ? "" : ", intent(out)", results_[k]));
  }
  declare_returned(out);
}

void Procedure::statements() {
  body_.emit();
  for (std::size_t k = 0; k < results_.size(); ++k) {
    text().line(fmt::format("{} = {}", results_[k], expressions_.value(g_.results[k].value)));
  }
  hand_over();
}

void Procedure::call_of(const Interface& worker) {
  delegates_ = true;
  const std::string arguments = fmt::format("{}", fmt::join(dummies(), ", "));
  if (worker.is_function) {
    text().line(fmt::format("{} = {}({})", results_[0], worker.name, arguments));
    return;
  }
  const std::string results = fmt::format("{}", fmt::join(results_, ", "));
  const char* comma = arguments.empty() || results.empty() ? "" : ", ";
  text().line(fmt::format("call {}({}{}{})", worker.name, arguments, comma, results));
}

std::string Procedure::opening(const std::string& label) const {
  std::vector<std::string> all = dummies();
  all.insert(all.end(), results_.begin(), results_.end());
  for (std::string& name : returned_dummies()) all.push_back(std::move(name));
  if (needs_.threads) all.emplace_back("threads");
  if (own_.checked) {
    all.emplace_back("error_values");
    all.emplace_back("status");
  }
  Writer out(0);
  out.line(fmt::format("recursive subroutine {}({}) &", own_.name, fmt::join(all, ", ")));
  out.line(fmt::format("    bind(C, name=\"{}\")", label));
  return out.text();
}

std::string Procedure::declarations() const {
  Writer out(2);
  out.line("use, intrinsic :: iso_c_binding");
  out.line("implicit none");
  declare_dummies(out);
  if (needs_.threads) out.line("integer(c_int32_t), value :: threads");
  if (own_.checked) {
    out.line(fmt::format("integer(c_int64_t), intent(inout) :: error_values(0:{})", kErrorValues));
    out.line("integer(c_int32_t), intent(out) :: status");
  }
  if (!delegates_) {
    declare_locals(out, locals().front());
    declare_tables(out);
  }
  const bool hands_over = std::any_of(returned_.begin(), returned_.end(),
                                      [](const core::Returned& one) { return !one.early; });
  if (hands_over) declare_handing_over(out);
  const bool calls_out = !uses_.libm.empty() || !uses_.foreigns.empty() || uses_.team;
  if (calls_out || hands_over || uses_.says) {
    out.line("interface");
    if (hands_over) out.raw(kNewArray);
    if (uses_.says) out.raw(say_interface());
    if (uses_.team) {
      for (const char* name : {"omp_get_num_threads", "omp_get_thread_num"}) {
        out.raw(
            fmt::format("    integer(c_int) function {0}() bind(C)\n"
                        "      import :: c_int\n"
                        "    end function {0}\n",
                        name));
      }
    }
    for (const auto& [key, arity] : uses_.libm) {
      out.raw(libm_interface(key.first, key.second, arity));
    }
    for (const core::Foreign& procedure : uses_.foreigns) {
      out.raw(foreign_interface(uses_, procedure));
    }
    out.line("end interface");
  }
  out.raw("\n");
  return out.text();
}

std::string Procedure::pieces(std::vector<LineOrigin>& origins) const {
  const std::vector<Locals> locals = this->locals();
  Writer out(2);
  for (std::size_t k = 0; k < body_.pieces().size(); ++k) {
    const Section& piece = body_.pieces()[k];
    Writer declarations(4);
    declare_locals(declarations, locals[k + 1]);
    out.raw(fmt::format("\n  subroutine {}()\n{}", piece.name, declarations.text()));
    for (const LineOrigin& origin : piece.origins) {
      origins.push_back({origin.line + out.lines(), origin.origin});
    }
    out.raw(piece.text);
    out.line("end subroutine " + piece.name);
  }
  return out.take();
}

std::string Procedure::internal() {
  statements();
  std::vector<std::string> all = dummies();
  if (!own_.is_function) all.insert(all.end(), results_.begin(), results_.end());
  const std::string_view kind = own_.is_function ? "function" : "subroutine";
  Writer out(0);
  const std::string result =
      own_.is_function ? fmt::format(" result({})", results_[0]) : std::string();
  out.line(fmt::format("recursive {} {}({}){}", kind, own_.name, fmt::join(all, ", "), result));
  Writer declared_things(2);
  declare_dummies(declared_things);
  declare_locals(declared_things, locals().front());
  declare_tables(declared_things);
  return out.text() + declared_things.text() + "\n" + text().text() +
         fmt::format("end {} {}\n", kind, own_.name);
}

}  // namespace numeta::emit_fortran
