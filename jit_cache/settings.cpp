// Names of the modes and the default directory.
//
// One row per mode; the directory follows the XDG base directory specification 0.8.
#include "jit_cache/settings.hpp"

#include <pwd.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <utility>
#include <vector>

namespace numeta::jit_cache {
namespace {

constexpr std::array<std::pair<std::string_view, Mode>, 5> kModes{{
    {"on", Mode::kOn},
    {"off", Mode::kOff},
    {"readonly", Mode::kReadonly},
    {"refresh", Mode::kRefresh},
    {"verify", Mode::kVerify},
}};

}  // namespace

std::optional<Mode> mode_from_name(std::string_view name) {
  for (const auto& [text, mode] : kModes) {
    if (text == name) return mode;
  }
  return std::nullopt;
}

std::string_view mode_name(Mode mode) {
  for (const auto& [text, value] : kModes) {
    if (value == mode) return text;
  }
  return "?";
}

std::string default_directory() {
  const char* xdg = std::getenv("XDG_CACHE_HOME");
  if (xdg != nullptr && xdg[0] == '/') return std::string(xdg) + "/numeta";
  const char* home = std::getenv("HOME");
  if (home != nullptr && home[0] == '/') return std::string(home) + "/.cache/numeta";
  passwd record{};
  passwd* found = nullptr;
  std::vector<char> buffer(16384);
  if (getpwuid_r(geteuid(), &record, buffer.data(), buffer.size(), &found) == 0 &&
      found != nullptr && found->pw_dir != nullptr && found->pw_dir[0] == '/') {
    return std::string(found->pw_dir) + "/.cache/numeta";
  }
  return {};
}

}  // namespace numeta::jit_cache
