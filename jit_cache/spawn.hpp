// Runs compilers: pipelines of programs, several at once, under a deadline and an interrupt.
//
// No shell: argument vectors go to posix_spawn. Every program has its own process group, so that
// whatever it started dies with it. When `run` returns, every program has been waited for, in any
// ending. Descriptors are close-on-exec throughout; none leaks into a program or stays open.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <vector>

namespace numeta::jit_cache {

using Command = std::vector<std::string>;

// One after the other through pipes: `f951 -o - | as -o x.o`.
struct Pipeline {
  std::vector<Command> commands;
};

struct Outcome {
  bool success = false;  // every program ended with status 0
  std::string failed;    // the first command that did not, as text
  std::string status;    // "exit status 1", "signal 9", "cannot run: ..."
  std::string output;    // stderr of all, stdout of the last; at most kMaxOutput bytes
  double seconds = 0;
};

enum class Ending { kDone, kTimeout, kInterrupted };

struct RunResult {
  Ending ending = Ending::kDone;
  std::vector<Outcome> outcomes;  // one per pipeline
};

struct RunLimits {
  std::string folder;  // working directory; empty: this process's
  double seconds = 600;
  std::function<bool()> interrupted;  // polled about every 10 ms
};

inline constexpr size_t kMaxOutput = 256 * 1024;

RunResult run(std::span<const Pipeline> pipelines, const RunLimits& limits);

// For people: arguments joined by spaces, quoted where a shell would need it.
std::string command_text(const Command& command);
std::string command_text(const Pipeline& pipeline);

}  // namespace numeta::jit_cache
