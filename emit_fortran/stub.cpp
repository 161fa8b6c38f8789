// stub.cpp - see stub.hpp. The text includes nothing, so that it compiles in milliseconds.
#include "emit_fortran/stub.hpp"

#include "emit_fortran/frame.hpp"

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

/// Adds the parameters of a procedure; where the words after them begin.
std::size_t add_parameters(Call& call, const Target& target) {
  const core::Graph& graph = target.graph;
  std::size_t at = kErrorWords;
  for (const core::Parameter& p : graph.parameters()) {
    if (p.is_buffer) {
      at = add_buffer(call, graph.buffers()[p.number], target.needs.shape[p.number], at);
      continue;
    }
    const core::DType type = graph.scalars()[p.number].type;
    const std::string_view c_type = core::row(type).c_type;
    call.add(c_type, fmt::format("*({} *)(f + {})", c_type, at));
    at += words(type);
  }
  return at;
}

constexpr std::string_view kNewArray =
    "#ifndef NUMETA_NEW_ARRAY\n#define NUMETA_NEW_ARRAY\n"  // stubs may share a source
    "__attribute__((visibility(\"hidden\"))) void *numeta_new_array(int64_t *words);\n"
    "void *numeta_new_array(int64_t *words)\n{\n"
    "  return (*(void *(**)(int64_t *))words[1])(words);\n}\n#endif\n";

/// The texts of a stub, in their order.
struct Texts {
  std::string declarations;
  std::string before;
  std::string status = "0";
};

void add_returned(Call& call, const Target& kernel, std::span<const core::Returned> returned,
                  std::size_t at) {
  for (const core::Returned& one : returned) {
    const std::size_t rank = kernel.graph.buffers()[one.array].rank();
    if (one.early) {
      call.add("void *", fmt::format("(void *)f[{}]", at + 1));
      if (kernel.needs.shape[one.array]) {
        call.add("const int64_t *", fmt::format("f + {}", at + 2));
      }
      call.add("_Bool", fmt::format("f[{}] != 0", at + 1));
    } else {
      call.add("int64_t *", fmt::format("f + {}", at));
    }
    at += 2 + rank;
  }
}

/// `at`: where the words of the returned arrays begin.
void add_lengths(Texts& texts, const Target& lengths, const Target& kernel,
                 std::span<const core::Returned> returned, std::size_t at) {
  Call call;
  add_parameters(call, lengths);
  for (const core::Returned& one : returned) {
    const std::size_t rank = kernel.graph.buffers()[one.array].rank();
    for (std::size_t axis = 0; one.early && axis < rank; ++axis) {
      call.add("int64_t *", fmt::format("f + {}", at + 2 + axis));
    }
    at += 2 + rank;
  }
  texts.declarations += fmt::format("extern void {}({});\n", lengths.label,
                                    call.declaration.empty() ? "void" : call.declaration);
  texts.before += fmt::format("  if (f[1]) {{\n    {}({});\n    return 0;\n  }}\n", lengths.label,
                              call.arguments);
}

}  // namespace

std::string say_interface() {
  return fmt::format(
      "    integer(c_int32_t) function numeta_say(site, f) bind(C)\n"
      "      import :: c_int32_t, c_int64_t\n"
      "      integer(c_int64_t), value :: site\n"
      "      integer(c_int64_t), intent(in) :: f(0:{})\n"
      "    end function numeta_say\n",
      kErrorValues);
}

std::string stub_text(const Target& kernel, std::span<const core::Returned> returned,
                      const Target* lengths, const std::string& symbol) {
  Call call;
  Texts texts;
  std::size_t at = add_parameters(call, kernel);
  for (const core::Result& result : kernel.graph.results) {
    call.add("void *", fmt::format("f + {}", at));
    at += words(kernel.graph.node(result.value).type);
  }
  if (lengths != nullptr) add_lengths(texts, *lengths, kernel, returned, at);
  add_returned(call, kernel, returned, at);
  for (const core::Returned& one : returned) {
    if (one.early) continue;
    texts.declarations += kNewArray;
    break;
  }
  if (kernel.needs.threads) {
    call.add("int32_t", "threads");
    texts.declarations += "extern int omp_get_max_threads(void);\n";
    texts.before +=
        "  int32_t threads = (int32_t)f[0];\n"
        "  if (threads < 1) threads = omp_get_max_threads();\n"
        "  f[0] = 0;\n";
  }
  if (kernel.needs.says) {
    texts.declarations += fmt::format(
        "__attribute__((visibility(\"hidden\"))) int32_t numeta_say(int64_t, const int64_t *);\n"
        "int32_t numeta_say(int64_t site, const int64_t *f)\n{{\n"
        "  return ((int32_t (*)(int64_t, const int64_t *))f[{}])(site, f);\n}}\n",
        kTellWord);
  }
  if (kernel.needs.status) {
    call.add("int64_t *", "f");
    call.add("int32_t *", "&status");
    texts.before += "  int32_t status;\n";
    texts.status = "status";
  }
  return fmt::format(
      "{}{}extern void {}({});\n"
      "__attribute__((visibility(\"default\"))) int32_t {}(int64_t *f);\n"
      "int32_t {}(int64_t *f)\n{{\n{}  {}({});\n  return {};\n}}\n",
      kTypes, texts.declarations, kernel.label,
      call.declaration.empty() ? "void" : call.declaration, symbol, symbol, texts.before,
      kernel.label, call.arguments, texts.status);
}

}  // namespace numeta::emit_fortran
