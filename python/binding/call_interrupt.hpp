// call_interrupt.hpp - Ctrl-C while a kernel runs in the main thread.
// The loops of a kernel ask nothing: a question in each of them cost up to a fifth of the run time
// (docs/decisions/006-interrupts-without-polling.md). The handler of SIGINT, in front of the one
// that was there before, takes the GIL and lets Python run what is pending. Where that raises, it
// jumps back to where the kernel was called from; where it returns, the kernel goes on. That is
// sound since such a kernel holds no lock and owns nothing. One that runs in parallel or allocates
// would: it is not interruptible, and waited for.
#pragma once

#include "call_made.hpp"
#include "call_specialisation.hpp"

namespace numeta::call {

/// The status of a kernel that was left with a Python exception set.
inline constexpr std::int32_t kRaised = -1;

/// Runs the stub of a variant without the GIL, which is held before and after. False: a handler of
/// a signal raised, and the kernel was stopped. `making`: the arrays that it makes, if any.
/// `overflowed`: the stack ended.
bool run_released(const Variant& variant, std::int64_t* frame, Making* making, std::int32_t& status,
                  bool& overflowed);

/// While other code runs in the thread, on top of a kernel: what interrupts it is its own.
class Suspended {
 public:
  Suspended();
  ~Suspended();
  Suspended(const Suspended&) = delete;
  Suspended& operator=(const Suspended&) = delete;

 private:
  void* running_;
  void* guard_;
};

/// In the child of a fork no kernel runs.
void forget_running_kernel();

}  // namespace numeta::call
