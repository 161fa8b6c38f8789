// call_stack.hpp - recursion without a bound ends in RecursionError, never in a crash.
// A recursive kernel counts nothing: a counter in each call cost 2.7 times fib's run time. The
// stack's guard page is hit instead, and the handler of that fault jumps back to where the kernel
// was called from. Faults elsewhere go to the handler that was there before.
#pragma once

#include <cstdint>

namespace numeta::call {

using Entry = std::int32_t (*)(std::int64_t*);

/// Runs `entry`; `overflowed` says whether the stack ended before it did.
std::int32_t run_with_stack_guard(Entry entry, std::int64_t* frame, bool& overflowed);

/// While other code runs in the thread, on top of a guarded kernel: its faults are its own.
void* suspend_stack_guard();
void resume_stack_guard(void* suspended);

}  // namespace numeta::call
