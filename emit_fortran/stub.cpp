// stub.cpp - see stub.hpp. The text includes nothing, so that it compiles in milliseconds.
#include "emit_fortran/stub.hpp"

#include <fmt/format.h>

namespace numeta::emit_fortran {
namespace {

constexpr std::string_view kTypes =
    "typedef signed char int8_t;\n"
    "typedef short int16_t;\n"
    "typedef int int32_t;\n"
    "typedef long int64_t;\n";

/// A complex scalar takes two words of the frame, also where one would hold it.
std::size_t words(core::DType type) { return core::is_complex(type) ? 2 : 1; }

struct Call {
  std::string declaration;
  std::string arguments;
  void add(std::string_view type, const std::string& argument) {
    declaration += fmt::format("{}{}", declaration.empty() ? "" : ", ", type);
    arguments += fmt::format("{}{}", arguments.empty() ? "" : ", ", argument);
  }
};

std::size_t add_buffer(Call& call, const core::Buffer& buffer, bool shape, std::size_t at) {
  call.add("void *", fmt::format("(void *)f[{}]", at));
  ++at;
  if (shape) call.add("const int64_t *", fmt::format("f + {}", at));
  at += buffer.rank();
  if (buffer.layout != core::Layout::Strided) return at;
  call.add("const int64_t *", fmt::format("f + {}", at));
  at += buffer.rank();
  call.add("int64_t", fmt::format("f[{}]", at));
  return at + 1;
}

}  // namespace

std::string say_interface() {
  return "    integer(c_int32_t) function numeta_say(site, f) bind(C)\n"
         "      import :: c_int32_t, c_int64_t\n"
         "      integer(c_int64_t), value :: site\n"
         "      integer(c_int64_t), intent(in) :: f(0:2)\n"
         "    end function numeta_say\n";
}

std::string stub_text(const core::Graph& graph, const Needs& needs, const std::string& symbol,
                      const std::string& label) {
  Call call;
  std::size_t at = 3;
  for (const core::Parameter& p : graph.parameters()) {
    if (p.is_buffer) {
      at = add_buffer(call, graph.buffers()[p.number], needs.shape[p.number], at);
      continue;
    }
    const core::DType type = graph.scalars()[p.number].type;
    const std::string_view c_type = core::row(type).c_type;
    call.add(c_type, fmt::format("*({} *)(f + {})", c_type, at));
    at += words(type);
  }
  for (const core::Result& result : graph.results) {
    call.add("void *", fmt::format("f + {}", at));
    at += words(graph.node(result.value).type);
  }
  std::string status = "0";
  std::string before;
  std::string outside;
  if (needs.threads) {
    call.add("int32_t", "threads");
    outside = "extern int omp_get_max_threads(void);\n";
    before =
        "  int32_t threads = (int32_t)f[0];\n"
        "  if (threads < 1) threads = omp_get_max_threads();\n"
        "  f[0] = 0;\n";
  }
  if (needs.says) {
    outside +=
        "__attribute__((visibility(\"hidden\"))) int32_t numeta_say(int64_t site, const int64_t "
        "*f);\n"
        "int32_t numeta_say(int64_t site, const int64_t *f)\n{\n"
        "  return ((int32_t (*)(int64_t, const int64_t *))f[1])(site, f);\n}\n";
  }
  if (needs.status) {
    call.add("int64_t *", "f");
    call.add("int32_t *", "&status");
    before += "  int32_t status;\n";
    status = "status";
  }
  return fmt::format(
      "{}{}extern void {}({});\n"
      "__attribute__((visibility(\"default\"))) int32_t {}(int64_t *f);\n"
      "int32_t {}(int64_t *f)\n{{\n{}  {}({});\n  return {};\n}}\n",
      kTypes, outside, label, call.declaration.empty() ? "void" : call.declaration, symbol, symbol,
      before, label, call.arguments, status);
}

}  // namespace numeta::emit_fortran
