// Places where a test build can be made to die, or to see what is not there.
//
// A build without NUMETA_TEST_HOOKS has none of this: CRASH_POINT is nothing there. With it, a
// process whose NUMETA_TEST_CRASH_AT names a point kills itself with SIGKILL when it gets there;
// NUMETA_TEST_KEY_DIGITS cuts keys, so that unlike kernels meet under one name, and NUMETA_TEST_CPU
// stands for the features of the processor.
#pragma once

#ifdef NUMETA_TEST_HOOKS

#include <signal.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cstdlib>
#include <string_view>

namespace numeta::jit_cache {

// A build that misses and publishes passes them all; those of files, once for every file.
inline constexpr std::array<std::string_view, 8> kCrashPoints{
    "temporary_opened", "temporary_unsynced", "temporary_written", "renamed",
    "locked",           "compiled",           "published",         "unlocking"};

// "renamed:2" is the second time that the point is passed.
inline void crash_point(std::string_view name) {
  static std::atomic<int> passed{0};
  const char* variable = std::getenv("NUMETA_TEST_CRASH_AT");
  if (variable == nullptr) return;
  const std::string_view wanted = variable;
  if (wanted.substr(0, wanted.find(':')) != name) return;
  const size_t colon = wanted.find(':');
  const int time = colon == std::string_view::npos ? 1 : std::atoi(variable + colon + 1);
  if (passed.fetch_add(1) + 1 == time) kill(getpid(), SIGKILL);
}

}  // namespace numeta::jit_cache

#define CRASH_POINT(name) ::numeta::jit_cache::crash_point(name)

#else
#define CRASH_POINT(name) static_cast<void>(0)
#endif
