// posix_spawn, poll and waitpid, and nothing between a program and its process group.
//
// Output is read until every program has ended, not until end of file: a wrapper may leave a
// daemon behind that holds the pipe.
#include "jit_cache/spawn.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <ctime>
#include <optional>

#include <fmt/format.h>

#include "jit_cache/file.hpp"
#include "jit_cache/group_guard.hpp"

extern char** environ;

namespace numeta::jit_cache {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

struct Process {
  pid_t pid = -1;
  size_t command = 0;
  bool ended = false;
  int status = 0;
  std::optional<GroupGuard> guard = {};
};

struct Running {
  const Pipeline* pipeline = nullptr;
  std::vector<Process> processes;
  FileDescriptor output;
  bool open = false;
  bool ended = false;
  Clock::time_point start;
};

// Variables that change what a compiler writes without a trace in its command line, which is what
// the key of an entry knows; and the language of its messages.
constexpr std::array<std::string_view, 5> kNotPassed{
    "CPATH=", "C_INCLUDE_PATH=", "LD_RUN_PATH=", "SOURCE_DATE_EPOCH=", "LC_ALL="};

std::vector<char*> compiler_environment() {
  static char locale[] = "LC_ALL=C";
  std::vector<char*> variables;
  for (char** variable = environ; *variable != nullptr; ++variable) {
    const std::string_view text = *variable;
    const auto begins = [&](std::string_view name) { return text.starts_with(name); };
    if (std::ranges::none_of(kNotPassed, begins)) variables.push_back(*variable);
  }
  variables.push_back(locale);
  variables.push_back(nullptr);
  return variables;
}

struct SpawnSetup {
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;

  explicit SpawnSetup(const std::string& folder) {
    posix_spawn_file_actions_init(&actions);
    posix_spawnattr_init(&attributes);
    sigset_t none;
    sigemptyset(&none);
    sigset_t reset;
    sigemptyset(&reset);
    for (const int number : {SIGINT, SIGPIPE, SIGTERM, SIGQUIT, SIGCHLD}) sigaddset(&reset, number);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setsigdefault(&attributes, &reset);
    posix_spawnattr_setpgroup(&attributes, 0);
    posix_spawnattr_setflags(
        &attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    if (!folder.empty()) posix_spawn_file_actions_addchdir_np(&actions, folder.c_str());
  }
  SpawnSetup(const SpawnSetup&) = delete;
  SpawnSetup& operator=(const SpawnSetup&) = delete;
  ~SpawnSetup() {
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
  }
};

int spawn_one(const Command& command, const std::string& folder, int in, int out, int err,
              pid_t& pid) {
  SpawnSetup setup(folder);
  if (in >= 0) {
    posix_spawn_file_actions_adddup2(&setup.actions, in, 0);
  } else {
    posix_spawn_file_actions_addopen(&setup.actions, 0, "/dev/null", O_RDONLY, 0);
  }
  posix_spawn_file_actions_adddup2(&setup.actions, out, 1);
  posix_spawn_file_actions_adddup2(&setup.actions, err, 2);
  std::vector<char*> arguments;
  for (const std::string& word : command) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  std::vector<char*> variables = compiler_environment();
  return posix_spawnp(&pid, command[0].c_str(), &setup.actions, &setup.attributes, arguments.data(),
                      variables.data());
}

bool make_pipe(FileDescriptor& read_end, FileDescriptor& write_end) {
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC) != 0) return false;
  read_end = FileDescriptor(ends[0]);
  write_end = FileDescriptor(ends[1]);
  return true;
}

void mark_unrunnable(Outcome& outcome, const Command& command, int error) {
  outcome.failed = command_text(command);
  outcome.status = "cannot run: " + describe_errno(error);
}

void start(const Pipeline& pipeline, const std::string& folder, Running& running,
           Outcome& outcome) {
  running.pipeline = &pipeline;
  running.start = Clock::now();
  FileDescriptor output_writer;
  if (!make_pipe(running.output, output_writer)) {
    mark_unrunnable(outcome, pipeline.commands[0], errno);
    running.ended = true;
    return;
  }
  fcntl(running.output.get(), F_SETFL, O_NONBLOCK);
  running.open = true;
  FileDescriptor input;
  for (size_t i = 0; i < pipeline.commands.size(); ++i) {
    FileDescriptor next_input;
    FileDescriptor link;
    const bool last = i + 1 == pipeline.commands.size();
    if (!last && !make_pipe(next_input, link)) {
      mark_unrunnable(outcome, pipeline.commands[i], errno);
      break;
    }
    Process process;
    process.command = i;
    const int out = last ? output_writer.get() : link.get();
    const StartingGroup starting;
    const int error =
        spawn_one(pipeline.commands[i], folder, input.get(), out, output_writer.get(), process.pid);
    if (error != 0) {
      mark_unrunnable(outcome, pipeline.commands[i], error);
      break;
    }
    process.guard.emplace(process.pid);
    running.processes.push_back(std::move(process));
    input = std::move(next_input);
  }
}

void drain(Running& running, std::string& output) {
  std::array<char, 16384> buffer;
  while (running.open) {
    const ssize_t got = read(running.output.get(), buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return;  // nothing there now
    if (got == 0) running.open = false;
    const size_t room = kMaxOutput - std::min(kMaxOutput, output.size());
    output.append(buffer.data(), std::min(room, static_cast<size_t>(std::max<ssize_t>(got, 0))));
  }
}

std::string status_text(int status) {
  if (WIFSIGNALED(status)) return fmt::format("signal {}", WTERMSIG(status));
  return fmt::format("exit status {}", WEXITSTATUS(status));
}

// Collects what has ended; true when the whole pipeline has.
bool reap(Running& running, Outcome& outcome, bool block) {
  bool all = true;
  for (Process& process : running.processes) {
    if (process.ended) continue;
    pid_t got = 0;
    do {
      got = waitpid(process.pid, &process.status, block ? 0 : WNOHANG);
    } while (got < 0 && errno == EINTR);
    if (got < 0) process.status = 0x7f00;  // someone else collected it: count it as failed
    process.ended = got != 0;
    if (process.ended) process.guard->release();
    all = all && process.ended;
  }
  if (!all || running.ended) return running.ended;
  running.ended = true;
  outcome.seconds = seconds_since(running.start);
  for (const Process& process : running.processes) {
    if (process.status == 0 || !outcome.failed.empty()) continue;
    outcome.failed = command_text(running.pipeline->commands[process.command]);
    outcome.status = status_text(process.status);
  }
  outcome.success = outcome.failed.empty();
  return true;
}

void kill_groups(const Running& running) {
  for (const Process& process : running.processes) {
    // A group outlives its leader, and the leader's id is ours until it has been waited for.
    if (!process.ended) kill(-process.pid, SIGKILL);
  }
}

// Sleeps until output comes or ends, at most 10 ms.
void wait_for_output(const std::vector<Running>& all, bool ending) {
  std::vector<pollfd> polled;
  for (const Running& running : all) {
    if (running.open && !running.ended) polled.push_back({running.output.get(), POLLIN, 0});
  }
  if (ending || polled.empty()) {
    // All pipes at end of file: the programs are exiting, look again very soon.
    const timespec moment{0, 50'000};
    nanosleep(&moment, nullptr);
    return;
  }
  poll(polled.data(), polled.size(), 10);
}

}  // namespace

RunResult run(std::span<const Pipeline> pipelines, const RunLimits& limits) {
  RunResult result;
  result.outcomes.resize(pipelines.size());
  std::vector<Running> all(pipelines.size());
  const Clock::time_point begin = Clock::now();
  for (size_t i = 0; i < pipelines.size(); ++i) {
    start(pipelines[i], limits.folder, all[i], result.outcomes[i]);
    if (!result.outcomes[i].failed.empty()) kill_groups(all[i]);
  }
  Clock::time_point last_poll = begin;
  while (true) {
    bool done = true;
    bool all_closed = true;
    for (size_t i = 0; i < all.size(); ++i) {
      drain(all[i], result.outcomes[i].output);
      const bool ended = reap(all[i], result.outcomes[i], false);
      done = done && ended;
      all_closed = all_closed && (ended || !all[i].open);
    }
    if (done) break;
    const bool ask = seconds_since(last_poll) >= 0.009;
    if (ask) last_poll = Clock::now();
    if (ask && limits.interrupted && limits.interrupted()) result.ending = Ending::kInterrupted;
    if (seconds_since(begin) > limits.seconds) result.ending = Ending::kTimeout;
    if (result.ending != Ending::kDone) {
      for (size_t i = 0; i < all.size(); ++i) {
        kill_groups(all[i]);
        reap(all[i], result.outcomes[i], true);
        drain(all[i], result.outcomes[i].output);
      }
      break;
    }
    wait_for_output(all, all_closed);
  }
  for (size_t i = 0; i < all.size(); ++i) drain(all[i], result.outcomes[i].output);
  return result;
}

std::string command_text(const Command& command) {
  std::string text;
  for (const std::string& word : command) {
    if (!text.empty()) text += ' ';
    const bool plain =
        !word.empty() && word.find_first_of(" \t\n'\"\\$`*?[](){}<>|&;#~!") == std::string::npos;
    if (plain) {
      text += word;
      continue;
    }
    text += '\'';
    for (const char c : word) text += c == '\'' ? std::string("'\\''") : std::string(1, c);
    text += '\'';
  }
  return text;
}

std::string command_text(const Pipeline& pipeline) {
  std::string text;
  for (const Command& command : pipeline.commands) {
    if (!text.empty()) text += " | ";
    text += command_text(command);
  }
  return text;
}

}  // namespace numeta::jit_cache
