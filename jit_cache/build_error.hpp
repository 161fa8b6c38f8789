// Why a kernel could not be built, for the layer that words it for the user.
//
// The kind is one of a closed set; output is what the compiler said, unchanged.
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

namespace numeta::jit_cache {

enum class BuildErrorKind { kMissing, kFailed, kTimeout, kInterrupted, kLoad };

constexpr std::string_view build_error_kind_name(BuildErrorKind kind) {
  switch (kind) {
    case BuildErrorKind::kMissing: return "missing";
    case BuildErrorKind::kFailed: return "failed";
    case BuildErrorKind::kTimeout: return "timeout";
    case BuildErrorKind::kInterrupted: return "interrupted";
    case BuildErrorKind::kLoad: return "load";
  }
  return "?";
}

struct BuildError : std::runtime_error {
  BuildError(BuildErrorKind kind_, const std::string& message)
      : runtime_error(message), kind(kind_) {}
  BuildErrorKind kind;
  std::string command;  // as a shell would take it
  std::string output;
  std::string kept;  // folder with the sources, only when asked for
};

}  // namespace numeta::jit_cache
