// call_interrupt.hpp - Ctrl-C while a kernel runs in the main thread.
// The loops of a kernel ask nothing: a question in each of them cost up to a fifth of the run time
// (docs/decisions/006-interrupts-without-polling.md). The handler of SIGINT, in front of the one
// that was there before, takes the GIL and lets Python run what is pending. Where that raises, it
// jumps back to where the kernel was called from; where it returns, the kernel goes on. That is
// sound since a kernel holds no lock and owns nothing: a parallel loop would, and is waited for.
#pragma once

#include "call_specialisation.hpp"

namespace numeta::call {

/// Runs the stub of a variant without the GIL, which is held before and after. False: a handler of
/// a signal raised, and the kernel was stopped. `overflowed`: the stack ended. `making`: what makes
/// the arrays of the kernel's results, or nullptr.
bool run_released(const Variant& variant, std::int64_t* frame, Making* making, std::int32_t& status,
                  bool& overflowed);

/// In the child of a fork no kernel runs.
void forget_running_kernel();

}  // namespace numeta::call
