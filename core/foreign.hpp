// foreign.hpp - procedures of libraries that a graph calls: how they are declared, and a call.
// A scalar goes by value or by reference; an array goes as the address of one of its elements, and
// what the procedure does from there on is known only as far as the declaration says.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/dtypes.hpp"

namespace numeta::core {

struct ForeignArgument {
  DType type;
  bool by_value = false;
  bool is_array = false;
  bool is_written = false;  // of arrays
  bool operator==(const ForeignArgument&) const = default;
};

struct Foreign {
  std::string symbol;
  std::string library;  // the file to link, or
  std::string source;   // the Fortran that defines it
  std::vector<ForeignArgument> arguments;
  std::optional<DType> result;
  bool only_writes = false;  // has no effect but on the arrays that it writes
  bool operator==(const Foreign&) const = default;
};

/// The operands of its node are, argument by argument, a scalar or the indices of an element.
struct ForeignCall {
  std::uint32_t procedure;             // number in foreigns()
  std::vector<std::uint32_t> buffers;  // by argument; kNone for a scalar
  std::uint32_t result;                // a local variable, or kNone
};

}  // namespace numeta::core
