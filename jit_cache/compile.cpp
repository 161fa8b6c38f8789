// Fortran and C side by side, then the linker.
//
// The private folder prefers memory (/dev/shm): nothing in it is meant to last.
#include "jit_cache/compile.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <utility>

#include <fmt/format.h>

#include "jit_cache/build_error.hpp"
#include "jit_cache/file.hpp"

namespace numeta::jit_cache {
namespace {

constexpr const char* kNotes = "kernel.notes";

class Scratch {
 public:
  // In the first place that takes the sources: one may be full.
  explicit Scratch(const Unit& unit) {
    std::string reason;
    for (const std::string& place : private_places(true)) {
      path_ = make_folder_in(place);
      const int error = path_.empty() ? errno : write_sources(unit);
      if (error == 0) return;
      if (reason.empty()) reason = fmt::format("{}: {}", place, describe_errno(error));
      remove_folder(path_);
    }
    throw BuildError(BuildErrorKind::kFailed,
                     fmt::format("no place for temporary files ({}): set TMPDIR", reason));
  }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  ~Scratch() {
    if (!kept_) remove_folder(path_);
  }
  const std::string& path() const { return path_; }
  // Under a name that is not taken for what a dead process left.
  std::string keep() {
    kept_ = true;
    const size_t name = path_.rfind('/') + 1;
    const std::string lasting =
        path_.substr(0, name) + "numeta-failed" + path_.substr(name + std::string("numeta").size());
    return rename(path_.c_str(), lasting.c_str()) == 0 ? lasting : path_;
  }

 private:
  int write_sources(const Unit& unit) const {
    const std::string exported = fmt::format("{{ global: {}; local: *; }};\n", unit.symbol);
    const std::array<std::pair<const char*, std::string_view>, 3> files{
        {{"kernel.f90", unit.fortran}, {"stub.c", unit.stub}, {"kernel.map", exported}}};
    for (const auto& [name, text] : files) {
      const int error = write_new(path_ + "/" + name, text, 0600, false);
      if (error != 0) return error;
    }
    return 0;
  }

  std::string path_;
  bool kept_ = false;
};

class OneCompile {
 public:
  OneCompile(const CompileRequest& request, Scratch& scratch, bool parallel)
      : request_(request), scratch_(scratch), parallel_(parallel) {}

  Compiled with(const BuildPlan& plan) {
    Compiled result;
    result.direct = plan.direct;
    std::vector<Pipeline> compilers{plan.fortran, plan.c};
    for (Command& command : compilers[0].commands) localise(command);
    if (request_.wants_notes) {
      compilers[0].commands.front().push_back(fmt::format("-fopt-info-vec-optimized={}", kNotes));
    }
    for (const Pipeline& pipeline : compilers) result.commands.push_back(command_text(pipeline));
    std::vector<Outcome> outcomes;
    if (parallel_) {
      outcomes = finished(run(compilers, limits()), compilers[0]);
    } else {
      for (const Pipeline& pipeline : compilers) {
        outcomes.push_back(finished(run({&pipeline, 1}, limits()), pipeline)[0]);
      }
    }
    for (const Outcome& outcome : outcomes) check(outcome);
    result.fortran_seconds = outcomes[0].seconds;
    result.c_seconds = outcomes[1].seconds;

    const Pipeline link{
        {link_command(plan, object("kernel.o"), object("stub.o"), request_.unit.libraries)}};
    result.commands.push_back(command_text(link));
    const std::vector<Outcome> linked = finished(run({&link, 1}, limits()), link);
    check(linked[0]);
    result.link_seconds = linked[0].seconds;
    auto elf = read_regular(scratch_.path() + "/kernel.so");
    if (!elf || !elf->starts_with("\177ELF")) {
      BuildError error(BuildErrorKind::kFailed, "the linker wrote no shared object");
      error.command = result.commands.back();
      throw error;
    }
    result.elf = std::move(*elf);
    if (request_.wants_notes) result.notes = object(kNotes);
    return result;
  }

 private:
  RunLimits limits() const { return {scratch_.path(), request_.timeout, request_.interrupted}; }

  std::string object(const char* name) const {
    return read_regular(scratch_.path() + "/" + name).value_or("");
  }

  // Debug information names the working folder: give it one name everywhere.
  void localise(Command& command) const {
    const bool debug = std::ranges::any_of(
        command, [](const std::string& word) { return word == "-g" || word.starts_with("-ggdb"); });
    if (debug) command.push_back(fmt::format("-fdebug-prefix-map={}=.", scratch_.path()));
  }

  std::vector<Outcome> finished(RunResult result, const Pipeline& first) const {
    if (result.ending == Ending::kDone) return std::move(result.outcomes);
    const bool timeout = result.ending == Ending::kTimeout;
    BuildError error(timeout ? BuildErrorKind::kTimeout : BuildErrorKind::kInterrupted,
                     timeout ? fmt::format("the compiler took longer than {} s", request_.timeout)
                             : std::string("interrupted while compiling"));
    error.command = command_text(first);
    throw error;
  }

  void check(const Outcome& outcome) const {
    if (outcome.success) return;
    BuildError error(BuildErrorKind::kFailed,
                     fmt::format("the compiler failed ({})", outcome.status));
    error.command = outcome.failed;
    error.output = outcome.output;
    throw error;
  }

  const CompileRequest& request_;
  Scratch& scratch_;
  bool parallel_;
};

}  // namespace

Compiled compile(const CompileRequest& request, JobSlots& slots) {
  using Clock = std::chrono::steady_clock;
  const Clock::time_point begin = Clock::now();
  const std::vector<size_t> taken = slots.acquire(request.interrupted);
  if (taken.empty()) throw BuildError(BuildErrorKind::kInterrupted, "interrupted while waiting");
  const JobSlots::Held held(slots, taken);
  const double waited = std::chrono::duration<double>(Clock::now() - begin).count();
  constexpr double kLong = 0.05;
  if (waited > kLong && request.superseded && request.superseded()) return {};
  Scratch scratch(request.unit);
  OneCompile one(request, scratch, taken.size() > 1);
  const Toolchain& tool = *request.tool;
  try {
    try {
      return one.with(tool.plan);
    } catch (const BuildError& error) {
      if (!tool.plan.direct || error.kind != BuildErrorKind::kFailed) throw;
      Compiled result = one.with(tool.driver);
      if (request.log) {
        request.log(fmt::format("cache: the direct command failed, the driver's did not: {}\n{}",
                                error.command, error.output));
      }
      return result;
    }
  } catch (BuildError& error) {
    if (error.kind == BuildErrorKind::kFailed && request.keep_failed) {
      error.kept = scratch.keep();
    }
    throw;
  }
}

}  // namespace numeta::jit_cache
