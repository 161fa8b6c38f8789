// diag.hpp - the diagnostics of tracing, read from diag.def, and the exceptions that carry them.
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace numeta::core {

enum class Diag : std::uint16_t {
#define DIAG(number, id, text, hint) id,
#include "core/diag.def"
#undef DIAG
};

struct DiagRow {
  int number;
  std::string_view id;
  std::string_view text;
  std::string_view hint;
};

inline constexpr DiagRow kDiags[] = {
#define DIAG(number, id, text, hint) {number, #id, text, hint},
#include "core/diag.def"
#undef DIAG
};

constexpr const DiagRow& row(Diag diag) { return kDiags[static_cast<std::size_t>(diag)]; }

/// The user's kernel asks for what cannot be traced: a numbered TraceError.
struct TraceFault : std::runtime_error {
  TraceFault(Diag d, std::vector<std::string> values)
      : std::runtime_error(std::string(row(d).text)), diag(d), arguments(std::move(values)) {}
  Diag diag;
  std::vector<std::string> arguments;
};

/// Exceptions of Python that a kernel raises, at the trace or at run time.
enum class Exception : std::uint8_t {
  OverflowError,
  ValueError,
  TypeError,
  IndexError,
  MemoryError,
  ZeroDivisionError,
};

/// What Python itself would raise for values that are known already.
struct PythonFault : std::runtime_error {
  PythonFault(Exception e, const std::string& message)
      : std::runtime_error(message), exception(e) {}
  Exception exception;
};

}  // namespace numeta::core
