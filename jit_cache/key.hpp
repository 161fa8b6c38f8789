// The key of an entry: what is compiled and what compiles it.
//
// Rows stand in key_fields.def. Two kernels with the same material have the same machine code.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "jit_cache/toolchain.hpp"

namespace numeta::jit_cache {

struct Unit {
  std::string_view fortran;
  std::string_view stub;
  std::string_view symbol;
  std::vector<std::string> libraries = {};  // files that the kernel calls procedures of
  std::string_view name_space = {};
};

struct Key {
  std::string material;  // encoded fields, one per row
  std::string name;      // 32 hexadecimal digits
};

Key make_key(const Toolchain& tool, const Unit& unit);

struct KeyField {
  std::string_view name;
  std::string_view meaning;
};
const std::vector<KeyField>& key_fields();

}  // namespace numeta::jit_cache
