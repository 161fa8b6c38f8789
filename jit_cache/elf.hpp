// Reads just enough of ELF to know which libraries a link needs.
//
// `ld --as-needed` keeps a library when it is the first on the line to define an undefined symbol.
// Knowing that before the link lets it open only those: the result is the same file (a test
// compares), and the linker is several times faster, since it reads no symbol table in vain.
// ELF64 little endian only; anything else answers "cannot say", and all libraries are given.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace numeta::jit_cache {

struct ObjectSymbols {
  std::vector<std::string> defined;
  std::vector<std::string> undefined;
};

// Global and weak symbols of a relocatable object.
std::optional<ObjectSymbols> object_symbols(std::string_view object);

// Names from `names` that the shared object at `path` defines in a version that a link may use,
// one flag per name. nullopt if the file cannot be understood.
std::optional<std::vector<bool>> defined_in_library(const std::string& path,
                                                    const std::vector<std::string>& names);

// DT_SONAME of a shared object; empty when it has none or cannot be read.
std::string soname_of(const std::string& path);

}  // namespace numeta::jit_cache
