// emit.cpp - the Fortran procedure of a kernel. The text is made in this order: the body first,
// since it says which names, support procedures and libm functions are used; then the head.
#include "emit_fortran/emit.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "emit_fortran/body.hpp"
#include "emit_fortran/expression.hpp"
#include "emit_fortran/names.hpp"
#include "emit_fortran/schedule.hpp"
#include "emit_fortran/stub.hpp"
#include "emit_fortran/writer.hpp"

namespace numeta::emit_fortran {
namespace {

using core::Graph;
using core::Node;
using core::NodeId;
using core::Op;
using core::RegionId;

std::uint64_t hash_text(std::string_view text) {
  std::uint64_t hash = 0xCBF29CE484222325ULL;  // FNV-1a
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001B3ULL;
  return hash;
}

bool has_any(const Graph& g, const core::Live& live, bool (*wanted)(Op)) {
  for (NodeId id = 0; id < g.size(); ++id) {
    if (live.nodes[id] && wanted(g.node(id).op)) return true;
  }
  return false;
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

class Procedure {
 public:
  Procedure(const Graph& graph, const Options& options)
      : g_(graph),
        options_(options),
        plan_(schedule(graph)),
        checked_(has_any(graph, plan_.live, [](Op op) { return op == Op::check; })),
        expressions_(graph, options, plan_, symbols_, uses_),
        body_(graph, plan_, symbols_, names_, expressions_, uses_) {
    name_ = names_.claim(graph.name());
    name_parameters();
    body_.name_things();
  }

  Emission emit() {
    if (checked_) body_.text().line("status = 0");
    body_.emit();
    emit_results();
    const std::vector<Locals> locals = this->locals();
    const std::string head = this->head(locals.front());
    std::vector<LineOrigin> tail_origins;
    const std::string tail = this->tail(locals, tail_origins);
    const std::uint64_t hash = hash_text(head + body_.text().text() + tail);
    Emission out;
    const std::string label = fmt::format("numeta_{:016x}_f", hash);
    out.symbol = fmt::format("numeta_{:016x}", hash);
    const std::string opening = head_line(label) + head;
    const auto above = static_cast<std::uint32_t>(std::count(opening.begin(), opening.end(), '\n'));
    out.fortran = opening + body_.text().text() + tail;
    for (LineOrigin origin : body_.text().origins) {
      origin.line += above;
      out.lines.push_back(origin);
    }
    const auto& body = body_.text().text();
    const auto before_tail =
        above + static_cast<std::uint32_t>(std::count(body.begin(), body.end(), '\n'));
    for (LineOrigin origin : tail_origins) {
      origin.line += before_tail;
      out.lines.push_back(origin);
    }
    out.pieces = body_.pieces().size();
    out.stub = stub_text(g_, needs_, out.symbol, label);
    out.flags = flags();
    out.loops = has_any(g_, plan_.live, core::is_loop);
    for (core::BufferId k = 0; k < g_.buffers().size(); ++k) {
      if (!g_.buffers()[k].local) out.written.push_back(plan_.live.stored[k]);
    }
    return out;
  }

 private:
  void name_parameters() {
    for (const core::Scalar& s : g_.scalars()) symbols_.scalars.push_back(names_.claim(s.name));
    for (const core::Buffer& b : g_.buffers()) {
      symbols_.buffers.push_back(b.local ? "" : names_.claim(b.name));
    }
    for (const core::Buffer& b : g_.buffers()) {
      if (b.local) {
        for (auto* names : {&symbols_.shapes, &symbols_.strides, &symbols_.offsets}) {
          names->emplace_back();
        }
        continue;
      }
      symbols_.shapes.push_back(names_.claim(b.name + "_shape"));
      symbols_.strides.push_back(
          b.layout == core::Layout::Strided ? names_.claim(b.name + "_strides") : "");
      symbols_.offsets.push_back(
          b.layout == core::Layout::Strided ? names_.claim(b.name + "_offset") : "");
    }
    for (std::size_t k = 0; k < g_.tables().size(); ++k) {
      symbols_.tables.push_back(names_.claim("table"));
    }
    for (std::size_t k = 0; k < g_.results.size(); ++k) {
      results_.push_back(
          names_.claim(g_.results.size() == 1 ? "answer" : fmt::format("answer_{}", k)));
    }
    needs_.shape.assign(g_.buffers().size(), false);
    for (std::size_t k = 0; k < g_.buffers().size(); ++k) {
      const core::Buffer& b = g_.buffers()[k];
      for (const auto& length : b.fixed_shape) {
        if (!length && b.layout != core::Layout::Strided) needs_.shape[k] = true;
      }
    }
    for (NodeId id = 0; id < g_.size(); ++id) {
      if (g_.node(id).op == Op::dim && plan_.live.nodes[id]) {
        needs_.shape[g_.node(id).bits[0]] = true;
      }
    }
    needs_.status = checked_;
  }

  void emit_results() {
    for (std::size_t k = 0; k < results_.size(); ++k) {
      body_.text().line(
          fmt::format("{} = {}", results_[k], expressions_.value(g_.results[k].value)));
    }
  }

  std::string head_line(const std::string& label) {
    std::string dummies;
    const auto add = [&](const std::string& name) {
      dummies += (dummies.empty() ? "" : ", ") + name;
    };
    for (const core::Parameter& p : g_.parameters()) {
      if (!p.is_buffer) {
        add(symbols_.scalars[p.number]);
        continue;
      }
      add(symbols_.buffers[p.number]);
      if (needs_.shape[p.number]) add(symbols_.shapes[p.number]);
      if (g_.buffers()[p.number].layout == core::Layout::Strided) {
        add(symbols_.strides[p.number]);
        add(symbols_.offsets[p.number]);
      }
    }
    for (const std::string& name : results_) add(name);
    if (checked_) add("error_values, status");
    Writer out(0);
    out.line(fmt::format("recursive subroutine {}({}) &", name_, dummies));
    out.line(fmt::format("    bind(C, name=\"{}\")", label));
    return out.text();
  }

  std::string extents(core::BufferId id) const {
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

  void declare_buffer(Writer& out, core::BufferId id) const {
    const core::Buffer& b = g_.buffers()[id];
    const std::string ranks = fmt::format("(0:{})", b.rank() == 0 ? 0 : b.rank() - 1);
    if (needs_.shape[id]) {
      out.line(fmt::format("integer(c_int64_t), intent(in) :: {}{}", symbols_.shapes[id], ranks));
    }
    if (b.layout == core::Layout::Strided) {
      out.line(fmt::format("integer(c_int64_t), intent(in) :: {}{}", symbols_.strides[id], ranks));
      out.line(fmt::format("integer(c_int64_t), value :: {}", symbols_.offsets[id]));
    }
    out.line(fmt::format("{}, intent({}){} :: {}{}", declared(b.type),
                         plan_.live.stored[id] ? "inout" : "in", options_.overlap ? ", target" : "",
                         symbols_.buffers[id], extents(id)));
  }

  using Locals = std::vector<std::pair<std::string, core::DType>>;

  /// The local variables of the kernel, then those of each piece.
  std::vector<Locals> locals() const {
    std::vector<Locals> out(body_.pieces().size() + 1);
    for (const std::string& name : body_.indices()) {
      out[uses_.home(name)].emplace_back(name, core::DType::i8);
    }
    for (const auto& one : body_.locals()) out[uses_.home(one.first)].push_back(one);
    return out;
  }

  /// Variables of one type stand together, in the order of their first use.
  static void declare_locals(Writer& out, const Locals& locals) {
    constexpr std::size_t kLongest = 60;
    std::vector<std::pair<std::string, std::string>> lines;
    for (const auto& [name, dtype] : locals) {
      const std::string type = declared(dtype);
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

  void declare_tables(Writer& out) const {
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

  std::string head(const Locals& own) {
    Writer out(2);
    out.line("use, intrinsic :: iso_c_binding");
    out.line("implicit none");
    for (const core::Parameter& p : g_.parameters()) {
      if (p.is_buffer) {
        declare_buffer(out, p.number);
      } else {
        out.line(fmt::format("{}, value :: {}", declared(g_.scalars()[p.number].type),
                             symbols_.scalars[p.number]));
      }
    }
    for (std::size_t k = 0; k < results_.size(); ++k) {
      out.line(fmt::format("{}, intent(out) :: {}", declared(g_.node(g_.results[k].value).type),
                           results_[k]));
    }
    if (checked_) {
      out.line("integer(c_int64_t), intent(inout) :: error_values(0:2)");
      out.line("integer(c_int32_t), intent(out) :: status");
    }
    declare_locals(out, own);
    declare_tables(out);
    if (!uses_.libm.empty()) {
      out.line("interface");
      for (const auto& [key, arity] : uses_.libm) {
        out.raw(libm_interface(key.first, key.second, arity));
      }
      out.line("end interface");
    }
    out.raw("\n");
    return out.text();
  }

  /// The internal procedures, with the origins of their lines.
  std::string tail(const std::vector<Locals>& locals, std::vector<LineOrigin>& origins) const {
    Writer pieces(2);
    if (!uses_.support.empty() || !body_.pieces().empty()) pieces.raw("\ncontains\n");
    for (std::size_t k = 0; k < body_.pieces().size(); ++k) {
      const Section& piece = body_.pieces()[k];
      Writer declarations(4);
      declare_locals(declarations, locals[k + 1]);
      pieces.raw(fmt::format("\n  subroutine {}()\n{}", piece.name, declarations.text()));
      for (const LineOrigin& origin : piece.origins) {
        origins.push_back({origin.line + pieces.lines(), origin.origin});
      }
      pieces.raw(piece.text);
      pieces.line("end subroutine " + piece.name);
    }
    std::string out = pieces.take();
    Writer procedures(2);
    for (const auto& [name, type] : with_callees(uses_.support)) {
      out += "\n";
      procedures.block(support_text(name, type));
      out += procedures.take();
    }
    return out + fmt::format("end subroutine {}\n", name_);
  }

  std::vector<std::string> flags() const {
    // gfortran's own optimiser takes x - 1 < x for true, also where integers wrap.
    std::vector<std::string> out = optimisation(body_.pieces().size());
    for (const char* flag :
         {"-fwrapv", "-fno-frontend-optimize", "-fno-trapping-math", "-fno-range-check"}) {
      out.emplace_back(flag);
    }
    if (options_.fast) {
      for (const char* flag :
           {"-ffp-contract=fast", "-fassociative-math", "-fno-signed-zeros", "-freciprocal-math"}) {
        out.emplace_back(flag);
      }
    } else {
      out.emplace_back("-ffp-contract=off");
      if (pairs_sum_and_difference(g_)) {
        out.emplace_back("-mno-fma");
        out.emplace_back("-mno-avx512f");
      }
    }
    if (options_.overlap) out.emplace_back("-fno-strict-aliasing");
    if (options_.exact) out.emplace_back("-numeta-no-vector-math");
    return out;
  }

  const Graph& g_;
  Options options_;
  Schedule plan_;
  bool checked_;
  Names names_;
  Symbols symbols_;
  Uses uses_;
  Needs needs_;
  Expressions expressions_;
  Body body_;
  std::string name_;
  std::vector<std::string> results_;
};

}  // namespace

Emission emit(const Graph& graph, const Options& options) {
  return Procedure(graph, options).emit();
}

}  // namespace numeta::emit_fortran
