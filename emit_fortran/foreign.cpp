// foreign.cpp - calls of procedures of libraries, and the interfaces that declare them: one for
// each declaration, with bind(C) and the library's own symbol. An array is passed by one of its
// elements; Fortran's sequence association makes that the address from which the procedure counts.
#include <algorithm>
#include <cctype>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "emit_fortran/body.hpp"
#include "emit_fortran/foreign.hpp"

namespace numeta::emit_fortran {

using core::Foreign;
using core::NodeId;

namespace {

/// Fortran tells no case apart, and ends no name with an underscore of a compiler's.
std::string plain_name(const Foreign& procedure) {
  std::string out = "foreign_";
  for (const char c : procedure.symbol) {
    const auto byte = static_cast<unsigned char>(c);
    out += std::isalnum(byte) != 0 ? static_cast<char>(std::tolower(byte)) : '_';
  }
  while (out.ends_with('_')) out.pop_back();
  if (out.size() > 50) out.resize(50);
  return out;
}

/// Numbered from the second of the same plain name.
std::string numbered_name(const Uses& uses, std::size_t place) {
  const std::string name = plain_name(uses.foreigns[place]);
  const auto before = std::count_if(
      uses.foreigns.begin(), uses.foreigns.begin() + static_cast<std::ptrdiff_t>(place),
      [&](const Foreign& other) { return plain_name(other) == name; });
  return before == 0 ? name : fmt::format("{}_{}", name, before + 1);
}

}  // namespace

std::string foreign_name(Uses& uses, const Foreign& procedure) {
  const auto known = std::ranges::find(uses.foreigns, procedure);
  const auto place = static_cast<std::size_t>(known - uses.foreigns.begin());
  if (known == uses.foreigns.end()) uses.foreigns.push_back(procedure);
  return numbered_name(uses, place);
}

std::string foreign_interface(Uses& uses, const Foreign& procedure) {
  const std::string name = foreign_name(uses, procedure);
  std::vector<std::string> dummies;
  std::vector<std::string> kinds;
  const auto use_kind = [&](core::DType type) {
    const std::string kind(core::row(type).fortran_kind);
    if (std::ranges::find(kinds, kind) == kinds.end()) kinds.push_back(kind);
  };
  Writer declarations(6);
  for (const core::ForeignArgument& argument : procedure.arguments) {
    dummies.push_back(fmt::format("a{}", dummies.size() + 1));
    const bool is_byte = argument.is_array && core::is_bool(argument.type);
    const core::DType type = is_byte ? core::DType::i1 : argument.type;  // as arrays are declared
    use_kind(type);
    const char* way = argument.by_value     ? ", value"
                      : argument.is_written ? ", intent(inout)"
                                            : ", intent(in)";
    declarations.line(fmt::format("{}{} :: {}{}", declared(type), way, dummies.back(),
                                  argument.is_array ? "(*)" : ""));
  }
  if (procedure.result) {
    use_kind(*procedure.result);
    declarations.line(fmt::format("{} :: answer", declared(*procedure.result)));
  }
  const char* kind = procedure.result ? "function" : "subroutine";
  Writer out(4);
  out.line(fmt::format("{} {}({}){} &", kind, name, fmt::join(dummies, ", "),
                       procedure.result ? " result(answer)" : ""));
  out.line(fmt::format("    bind(C, name=\"{}\")", procedure.symbol));
  if (!kinds.empty()) out.line(fmt::format("  import :: {}", fmt::join(kinds, ", ")));
  return out.text() + declarations.text() + fmt::format("    end {} {}\n", kind, name);
}

void Body::foreign(NodeId id) {
  const core::ForeignCall& call = g_.foreign_calls()[g_.node(id).bits[0]];
  const Foreign& procedure = g_.foreigns()[call.procedure];
  auto operands = g_.operands(id);
  std::vector<std::string> arguments;
  for (const core::BufferId buffer : call.buffers) {
    const std::size_t count = buffer == core::kNone ? 1 : g_.buffers()[buffer].rank();
    arguments.push_back(buffer == core::kNone
                            ? expressions_.value(operands[0])
                            : expressions_.element(buffer, operands.first(count)));
    operands = operands.subspan(count);
  }
  text_.from(g_.node(id).origin);
  const std::string text =
      fmt::format("{}({})", foreign_name(uses_, procedure), fmt::join(arguments, ", "));
  if (call.result == core::kNone) {
    text_.line("call " + text);
    return;
  }
  const std::string& result = symbols_.buffers[call.result];
  symbols_.homes.see(result, true);
  text_.line(fmt::format("{} = {}", result, text));
}

}  // namespace numeta::emit_fortran
