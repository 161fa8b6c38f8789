// names.hpp - Fortran names: the user's own where Fortran allows them, renamed by one rule where
// not: no leading underscore, ASCII only, at most 50 characters, unique regardless of case (a
// second `i` is i_2), and no clash with what the emitted text itself uses (intrinsics, kinds,
// dummies).
#pragma once

#include <string>
#include <string_view>
#include <unordered_set>

namespace numeta::emit_fortran {

class Names {
 public:
  /// A fresh Fortran name as near to `wanted` as may be.
  std::string claim(std::string_view wanted);

 private:
  std::unordered_set<std::string> taken_;  // lower case
};

}  // namespace numeta::emit_fortran
