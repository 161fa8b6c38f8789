// One compile: two source texts in, the bytes of a shared object out.
//
// Works in a private folder that is gone afterwards, in every ending. Nothing that differs between
// two runs (paths, times, process ids) reaches the bytes. The direct plan is tried first; if it
// fails, the driver has the last word, and its messages are the ones that are reported.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "jit_cache/job_slots.hpp"
#include "jit_cache/key.hpp"
#include "jit_cache/toolchain.hpp"

namespace numeta::jit_cache {

struct Compiled {
  std::string elf;
  std::vector<std::string> commands;  // as text, in order
  std::string notes;                  // what the Fortran compiler says that it vectorised
  double fortran_seconds = 0;
  double c_seconds = 0;
  double link_seconds = 0;
  bool direct = false;
};

struct CompileRequest {
  const Toolchain* tool = nullptr;
  Unit unit;
  double timeout = 600;
  bool keep_failed = false;
  bool wants_notes = false;  // costs a tenth of a small compile
  std::function<bool()> interrupted;
  // Asked when a slot was long in coming: whether another process has built the same meanwhile.
  std::function<bool()> superseded;
  std::function<void(std::string_view)> log;
};

// Throws BuildError of any kind but kLoad. Without bytes where it was superseded.
Compiled compile(const CompileRequest& request, JobSlots& slots);

}  // namespace numeta::jit_cache
