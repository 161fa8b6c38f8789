// Compilers die with this process when a signal ends it.
//
// A compiler has a process group of its own, so a signal that ends us does not reach it. While
// compilers run, a signal whose action is the default one (SIGTERM, SIGHUP, SIGINT) is caught: the
// handler kills their groups, puts the default action back and raises the signal again. A handler
// that the program has set is left alone: it returns to us, and the build is interrupted as usual.
#pragma once

#include <signal.h>
#include <sys/types.h>

#include <cstddef>

namespace numeta::jit_cache {

// A signal that comes while a compiler is being started, by whatever thread it is taken, waits
// until its group is known.
class StartingGroup {
 public:
  StartingGroup();
  StartingGroup(const StartingGroup&) = delete;
  StartingGroup& operator=(const StartingGroup&) = delete;
  ~StartingGroup();

 private:
  sigset_t before_{};
};

class GroupGuard {
 public:
  explicit GroupGuard(pid_t group);
  GroupGuard(GroupGuard&& other) noexcept;
  GroupGuard& operator=(GroupGuard&&) = delete;
  GroupGuard(const GroupGuard&) = delete;
  ~GroupGuard() { release(); }
  // The group's leader has been waited for: its number may be another's soon.
  void release();

 private:
  static constexpr size_t kNone = static_cast<size_t>(-1);
  size_t slot_ = kNone;
};

}  // namespace numeta::jit_cache
