// Which compilers there are, what they are exactly, and the commands for given flags.
//
// Asking the compilers takes tens of milliseconds, so the answer is kept: in memory for the
// process, and as a small record in the store for later processes. A record holds the identity
// (path, size, time) of every program and library it speaks of and is used only while all of them
// are unchanged. So a process that finds its kernels in the store starts no compiler at all.
// Looking at all of them takes forty system calls, a third of a look-up: kernels that are looked up
// one right after the other share an answer, and who is about to compile asks anew.
//
// History: schema 1, the first; 2: kernels are linked without start files; the schema is the first
// field of the record.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "jit_cache/commands.hpp"
#include "jit_cache/fields.hpp"
#include "jit_cache/file.hpp"
#include "jit_cache/records.hpp"
#include "jit_cache/settings.hpp"

namespace numeta::jit_cache {

struct Toolchain {
  std::string record;   // the name of its record
  std::string request;  // what was asked for: compilers, flags, processor
  std::string fc;       // the compilers as found
  std::string cc;
  std::string fc_identity;
  std::string cc_identity;
  std::string version;  // -dumpfullversion
  std::string c_version;
  std::string march;    // as resolved by the compiler
  std::string cpu;      // empty where the caller named an architecture
  std::string runtime;  // sonames of libgfortran and libgomp with the files they stand for
  std::vector<std::string> flags;
  std::vector<std::string> watched;  // identities of every file that the plan relies on
  BuildPlan plan;
  BuildPlan driver;  // what is tried when `plan` is direct and fails

  Fields encode() const;
  static std::optional<Toolchain> decode(const Fields& fields);
  bool unchanged() const;  // every watched file is still the same
};

// How old an answer may be: none at all, or as old as one look-up after another makes it.
enum class Asked : uint8_t { kNow, kRecently };

class ToolchainFinder {
 public:
  using Found = std::shared_ptr<const Toolchain>;

  // The toolchain for these settings and mode flags. Runs compilers only when no valid record is
  // at hand. Throws BuildError: kMissing when a compiler is not there, kFailed when it does not
  // answer, kInterrupted.
  Found find(const Settings& settings, const std::vector<std::string>& flags,
             const RecordStore& records, const std::function<bool()>& interrupted,
             Asked asked = Asked::kNow);

  // Recorded toolchains for the same question, whether or not their compilers are still there.
  static std::vector<Found> recorded(const Settings& settings,
                                     const std::vector<std::string>& flags,
                                     const RecordStore& records);
  static std::vector<Found> all_recorded(const RecordStore& records);

  static bool is_record(std::string_view bytes);

  // Writes the record where it is not there, say because the store was cleared.
  static void keep_recorded(const Toolchain& tool, const RecordStore& records);

 private:
  // Replaces one that is damaged, or that speaks of programs as they were.
  static void save_record(const Toolchain& tool, const RecordStore& records);

  using Clock = std::chrono::steady_clock;

  // Of this process: the answer, what the names of the compilers stood for, and when that was so.
  struct Known {
    Found tool;
    FileTag fc;
    FileTag cc;
    Clock::time_point at;
  };

  std::mutex mutex_;
  std::map<std::string, Known> known_;  // by the request, and where compilers are looked for
};

// -fopenmp links libgomp, and so on: the whole question as text.
std::string toolchain_request(const Settings& settings, const std::vector<std::string>& flags);

}  // namespace numeta::jit_cache
