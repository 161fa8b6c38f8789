// emit.cpp - the Fortran procedure of a kernel. The text is made in this order: the body first,
// since it says which names, support procedures and libm functions are used; then the head.
#include "emit_fortran/emit.hpp"

#include <algorithm>

#include <fmt/format.h>

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

bool has_checks(const Graph& g) {
  for (NodeId id = 0; id < g.size(); ++id) {
    if (g.node(id).op == Op::check) return true;
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
        checked_(has_checks(graph)),
        expressions_(graph, options, plan_, symbols_, uses_),
        body_(2) {
    name_ = names_.claim(graph.name());
    name_parameters();
    name_regions();
    symbols_.temporaries.assign(graph.size(), "");
  }

  Emission emit() {
    if (checked_) body_.line("status = 0");
    emit_region(0);
    emit_results();
    const std::string head = this->head();
    const std::string tail = this->tail();
    const std::uint64_t hash = hash_text(head + body_.text() + tail);
    Emission out;
    const std::string label = fmt::format("numeta_{:016x}_f", hash);
    out.symbol = fmt::format("numeta_{:016x}", hash);
    const std::string opening = head_line(label) + head;
    const auto above = static_cast<std::uint32_t>(std::count(opening.begin(), opening.end(), '\n'));
    out.fortran = opening + body_.text() + tail;
    for (LineOrigin origin : body_.origins) {
      origin.line += above;
      out.lines.push_back(origin);
    }
    out.stub = stub_text(g_, needs_, out.symbol, label);
    out.flags = flags();
    return out;
  }

 private:
  void name_parameters() {
    for (const core::Scalar& s : g_.scalars()) symbols_.scalars.push_back(names_.claim(s.name));
    for (const core::Buffer& b : g_.buffers()) {
      symbols_.buffers.push_back(names_.claim(b.name));
    }
    for (const core::Buffer& b : g_.buffers()) {
      symbols_.shapes.push_back(names_.claim(b.name + "_shape"));
      symbols_.strides.push_back(
          b.layout == core::Layout::Strided ? names_.claim(b.name + "_strides") : "");
      symbols_.offsets.push_back(
          b.layout == core::Layout::Strided ? names_.claim(b.name + "_offset") : "");
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
      if (g_.node(id).op == Op::dim) needs_.shape[g_.node(id).bits[0]] = true;
    }
    needs_.status = checked_;
  }

  /// Loops that do not enclose one another may share the name of their index.
  void name_regions() {
    symbols_.indices.assign(g_.regions().size(), "");
    std::map<std::string, std::vector<std::string>> known;  // Fortran names for a wanted name
    for (RegionId r = 1; r < g_.regions().size(); ++r) {
      const core::Region& region = g_.regions()[r];
      std::vector<std::string>& choices = known[region.name];
      std::string chosen;
      for (const std::string& choice : choices) {
        if (!encloses_with_index(r, choice)) chosen = choice;
        if (!chosen.empty()) break;
      }
      if (chosen.empty()) {
        chosen = names_.claim(region.name);
        choices.push_back(chosen);
        index_names_.push_back(chosen);
      }
      symbols_.indices[r] = chosen;
      for (std::uint32_t k = 0; k < region.carried.size(); ++k) {
        symbols_.carried[{r, k}] = names_.claim("carried");
        locals_.emplace_back(symbols_.carried[{r, k}], g_.node(region.carried[k]).type);
      }
    }
  }

  bool encloses_with_index(RegionId region, const std::string& index) const {
    for (RegionId r = g_.regions()[region].parent; r != core::kNone; r = g_.regions()[r].parent) {
      if (symbols_.indices[r] == index) return true;
    }
    return false;
  }

  void emit_region(RegionId r) {
    const core::Region& region = g_.regions()[r];
    const auto& waiting = plan_.temporaries[r];
    std::size_t next = 0;
    for (std::uint32_t k = 0; k <= region.body.size(); ++k) {
      for (; next < waiting.size() && waiting[next].first == k; ++next)
        assign(waiting[next].second);
      if (k < region.body.size()) emit_statement(region.body[k]);
    }
    emit_yields(r);
  }

  void assign(NodeId id) {
    const std::string text = expressions_.operation(id);
    const std::string name = names_.claim(fmt::format("t{}", ++temporaries_));
    symbols_.temporaries[id] = name;
    locals_.emplace_back(name, g_.node(id).type);
    body_.from(g_.node(id).origin);
    body_.line(fmt::format("{} = {}", name, text));
  }

  void emit_statement(NodeId id) {
    const Node& n = g_.node(id);
    if (plan_.form[id] != Form::Statement) return;
    if (n.op == Op::load) return assign(id);
    if (n.op == Op::store) {
      const auto operands = g_.operands(id);
      const auto buffer = static_cast<core::BufferId>(n.bits[0]);
      const std::string value = expressions_.value(operands[0]);
      body_.from(n.origin);
      body_.line(fmt::format("{} = {}", expressions_.element(buffer, operands.subspan(1)), value));
      return;
    }
    if (n.op == Op::check) return emit_check(id);
    emit_loop(id);
  }

  void emit_check(NodeId id) {
    const auto operands = g_.operands(id);
    body_.from(g_.node(id).origin);
    const bool denied =
        g_.node(operands[0]).op == Op::logical_not && plan_.form[operands[0]] == Form::Inline;
    const std::string question = denied
                                     ? expressions_.value(g_.operands(operands[0])[0])
                                     : fmt::format(".not. ({})", expressions_.value(operands[0]));
    body_.line(fmt::format("if ({}) then", question));
    body_.deeper();
    std::uint64_t reals = 0;
    for (std::size_t k = 1; k < operands.size(); ++k) {
      const core::DType type = g_.node(operands[k]).type;
      const std::string value = expressions_.value(operands[k]);
      if (core::is_float(type)) {
        reals |= std::uint64_t{1} << (k - 1);
        body_.line(fmt::format("error_values({}) = transfer(real({}, c_double), 0_c_int64_t)",
                               k - 1, value));
      } else {
        body_.line(fmt::format("error_values({}) = {}", k - 1, value));
      }
    }
    body_.line(fmt::format("error_values(2) = {}", reals));
    body_.line(fmt::format("status = {}", g_.node(id).bits[0] + 1));
    body_.line("return");
    body_.shallower();
    body_.line("end if");
  }

  /// The last index of range(start, stop, step), as Fortran counts.
  std::string last_index(NodeId stop, NodeId step) {
    if (g_.is_constant(step)) {
      const std::int64_t toward = g_.integer_value(step) > 0 ? -1 : 1;
      if (g_.is_constant(stop)) return fmt::format("{}", g_.integer_value(stop) + toward);
      // start + 1 as a stop gives start back, so that range(a, b + 1) reads as a, b.
      const Node& n = g_.node(stop);
      if (n.op == Op::add && g_.is_integer_constant(g_.operands(stop)[1], -toward) &&
          plan_.form[stop] == Form::Inline) {
        return expressions_.index(g_.operands(stop)[0]);
      }
      // range(a, n - 1) reads as a, n - 2.
      const bool shifted = n.op == Op::sub && plan_.form[stop] == Form::Inline &&
                           g_.is_constant(g_.operands(stop)[1]) &&
                           g_.range(g_.operands(stop)[1]).within(1, INT32_MAX);
      if (shifted && toward < 0) {
        return fmt::format("{} - {}", expressions_.index(g_.operands(stop)[0]),
                           g_.integer_value(g_.operands(stop)[1]) + 1);
      }
      return fmt::format("{} {} 1", expressions_.index(stop), toward < 0 ? "-" : "+");
    }
    const std::string before =
        g_.is_integer_constant(stop, 0) ? "-" : expressions_.index(stop) + " - ";
    return fmt::format("{}sign(1_c_int64_t, {})", before, expressions_.value(step));
  }

  void emit_loop(NodeId id) {
    const auto operands = g_.operands(id);
    const auto r = static_cast<RegionId>(g_.node(id).bits[0]);
    const core::Region& region = g_.regions()[r];
    for (std::uint32_t k = 0; k < region.carried.size(); ++k) {
      body_.line(
          fmt::format("{} = {}", symbols_.carried[{r, k}], expressions_.value(operands[k + 3])));
    }
    std::string head =
        fmt::format("do {} = {}, {}", symbols_.indices[r], expressions_.index(operands[0]),
                    last_index(operands[1], operands[2]));
    if (!g_.is_integer_constant(operands[2], 1)) head += ", " + expressions_.index(operands[2]);
    body_.from(g_.node(id).origin);
    body_.line(head);
    body_.deeper();
    emit_region(r);
    body_.shallower();
    body_.line("end do");
  }

  /// All carried values change at once: through temporaries where there is more than one.
  void emit_yields(RegionId r) {
    const core::Region& region = g_.regions()[r];
    std::vector<std::string> next;
    for (const NodeId id : region.yields) next.push_back(expressions_.value(id));
    if (next.size() > 1) {
      for (std::size_t k = 0; k < next.size(); ++k) {
        const std::string name = names_.claim("next");
        locals_.emplace_back(name, g_.node(region.yields[k]).type);
        body_.line(fmt::format("{} = {}", name, next[k]));
        next[k] = name;
      }
    }
    for (std::uint32_t k = 0; k < next.size(); ++k) {
      body_.line(fmt::format("{} = {}", symbols_.carried[{r, k}], next[k]));
    }
  }

  void emit_results() {
    for (std::size_t k = 0; k < results_.size(); ++k) {
      body_.line(fmt::format("{} = {}", results_[k], expressions_.value(g_.results[k].value)));
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
    out.line(fmt::format("{}, intent({}){} :: {}{}", declared(b.type), b.stored ? "inout" : "in",
                         options_.overlap ? ", target" : "", symbols_.buffers[id], extents(id)));
  }

  /// Local variables of one type stand together, in the order of their first use.
  void declare_locals(Writer& out) const {
    std::vector<std::pair<std::string, std::string>> lines;
    const auto declare = [&](core::DType dtype, const std::string& name) {
      constexpr std::size_t kLongest = 60;
      const std::string type = declared(dtype);
      const auto open = std::find_if(lines.rbegin(), lines.rend(),
                                     [&](const auto& line) { return line.first == type; });
      if (open == lines.rend() || open->second.size() > kLongest) {
        lines.emplace_back(type, name);
      } else {
        open->second += ", " + name;
      }
    };
    for (const std::string& name : index_names_) declare(core::DType::i8, name);
    for (const auto& [name, type] : locals_) declare(type, name);
    for (const auto& [type, names] : lines) out.line(fmt::format("{} :: {}", type, names));
  }

  std::string head() {
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
    declare_locals(out);
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

  std::string tail() const {
    std::string out;
    if (!uses_.support.empty()) out += "\ncontains\n";
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
    std::vector<std::string> out{"-O3", "-fwrapv", "-fno-frontend-optimize", "-fno-trapping-math",
                                 "-fno-range-check"};
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
  Writer body_;
  std::string name_;
  std::vector<std::string> results_;
  std::vector<std::string> index_names_;
  std::vector<std::pair<std::string, core::DType>> locals_;
  int temporaries_ = 0;
};

}  // namespace

Emission emit(const Graph& graph, const Options& options) {
  return Procedure(graph, options).emit();
}

}  // namespace numeta::emit_fortran
