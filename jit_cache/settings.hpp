// What a caller may set about the cache, and what each mode means.
//
// Plain data: every field has a value that works, an empty string says "find it yourself". The
// Python side fills it from nm.config and the NUMETA_* variables; nothing here reads them.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace numeta::jit_cache {

enum class Mode {
  kOn,        // look up, build on a miss, store
  kOff,       // never look up, never store
  kReadonly,  // look up, build on a miss, store nothing
  kRefresh,   // build always, replace what is stored
  kVerify,    // build always, compare the bytes with what is stored, log a difference
};

std::optional<Mode> mode_from_name(std::string_view name);
std::string_view mode_name(Mode mode);

struct Settings {
  std::string dir;                   // empty: $XDG_CACHE_HOME/numeta, else ~/.cache/numeta
  std::vector<std::string> shelves;  // further stores, looked into and never written to
  Mode mode = Mode::kOn;
  uint64_t max_size = uint64_t{1} << 30;  // bytes of all entries together, 0: no limit
  std::string fc;            // the Fortran compiler: a name to look for on PATH, or a path
  std::string cc;            // the C compiler, likewise
  std::string fflags;        // more Fortran flags, separated by spaces
  std::string march;         // value for -march=, empty: native
  unsigned jobs = 0;         // compilers that run at once in this process, 0: the CPUs it may use
  std::string name_space;    // part of every key: entries of one are not seen from another
  bool shared = false;       // trust a store that others may write to
  bool keep_failed = false;  // keep the sources of a failed compile
  bool driver_only = false;  // never run f951, as and ld directly
  double compile_timeout = 600.0;  // seconds for one compiler
  double lock_timeout = 30.0;      // seconds to wait for another process that builds the same key
  std::function<void(std::string_view)> log;  // one line at a time, from any thread
};

// The default directory for entries; empty when neither XDG_CACHE_HOME nor a home is known.
std::string default_directory();

}  // namespace numeta::jit_cache
