// names.cpp - see names.hpp.
#include "emit_fortran/names.hpp"

#include <algorithm>
#include <cctype>

#include <fmt/format.h>

namespace numeta::emit_fortran {
namespace {

// Words of the emitted text that a user's name must not hide. Fortran has no reserved words, but a
// variable that is called `if` or `do` reads badly, so those are here too.
constexpr std::string_view kReserved[] = {
#define RESERVED(word) word,
#include "emit_fortran/reserved.def"
#undef RESERVED
};

static_assert(std::is_sorted(std::begin(kReserved), std::end(kReserved)));

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return out;
}

bool is_plain(unsigned char c) { return c < 128 && (std::isalnum(c) != 0 || c == '_'); }

std::string legal(std::string_view wanted) {
  std::string out;
  for (const char c : wanted) {
    const auto byte = static_cast<unsigned char>(c);
    if (is_plain(byte)) {
      out += c;
    } else {
      out += byte < 128 ? "_" : fmt::format("x{:02x}", byte);
    }
  }
  while (out.ends_with('_')) out.pop_back();
  while (out.starts_with('_')) out.erase(0, 1);
  if (out.empty() || std::isalpha(static_cast<unsigned char>(out[0])) == 0) out = "v" + out;
  if (out.size() > 50) out.resize(50);
  return out;
}

bool has_own_prefix(std::string_view name) {
  return name.starts_with("c_") || name.starts_with("libm_") || name.starts_with("numeta_") ||
         name.starts_with("omp_") || name.starts_with("foreign_");
}

}  // namespace

std::string Names::claim(std::string_view wanted) {
  const std::string base = legal(wanted);
  const std::string low = lower(base);
  const bool is_word =
      std::binary_search(std::begin(kReserved), std::end(kReserved), std::string_view(low));
  // A word of Fortran's gets an underscore, the second `i` is i_2.
  std::string name = is_word || has_own_prefix(low) ? base + "_" : base;
  for (int n = 2; !taken_.insert(lower(name)).second; ++n) name = fmt::format("{}_{}", base, n);
  return name;
}

}  // namespace numeta::emit_fortran
