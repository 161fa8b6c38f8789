// call_stack.cpp - see call_stack.hpp; Linux on x86-64 and AArch64.
#include "call_stack.hpp"

#include <csetjmp>
#include <csignal>
#include <memory>
#include <mutex>
#include <utility>

#include <ucontext.h>

namespace numeta::call {
namespace {

constexpr std::size_t kHandlerStack = 64 * 1024;
constexpr std::uintptr_t kNearStackPointer = 64 * 1024;

thread_local sigjmp_buf* return_point = nullptr;
struct sigaction previous;  // set once, before the first kernel is guarded
std::mutex installing;

std::uintptr_t stack_pointer(const void* context) {
  const auto& machine = static_cast<const ucontext_t*>(context)->uc_mcontext;
#if defined(__x86_64__)
  return static_cast<std::uintptr_t>(machine.gregs[REG_RSP]);
#else
  return static_cast<std::uintptr_t>(machine.sp);
#endif
}

void on_fault(int signal, siginfo_t* info, void* context) {
  sigjmp_buf* const back = return_point;
  const auto address = reinterpret_cast<std::uintptr_t>(info->si_addr);
  const std::uintptr_t pointer = stack_pointer(context);
  if (back != nullptr && address + kNearStackPointer > pointer &&
      address < pointer + kNearStackPointer) {
    return_point = nullptr;
    siglongjmp(*back, 1);
  }
  // Not ours: the instruction runs again and faults into the handler that was there before.
  sigaction(signal, &previous, nullptr);
}

/// The stack that the handler runs on, one for each thread that needs it.
class HandlerStack {
 public:
  HandlerStack() {
    stack_t now{};
    if (sigaltstack(nullptr, &now) != 0 || (now.ss_flags & SS_DISABLE) == 0) return;
    memory_ = std::make_unique<char[]>(kHandlerStack);
    stack_t own{};
    own.ss_sp = memory_.get();
    own.ss_size = kHandlerStack;
    sigaltstack(&own, nullptr);
  }
  ~HandlerStack() {
    if (!memory_) return;
    stack_t none{};
    none.ss_flags = SS_DISABLE;
    sigaltstack(&none, nullptr);
  }
  HandlerStack(const HandlerStack&) = delete;
  HandlerStack& operator=(const HandlerStack&) = delete;

 private:
  std::unique_ptr<char[]> memory_;
};

void install() {
  const std::lock_guard lock(installing);
  struct sigaction now {};
  if (sigaction(SIGSEGV, nullptr, &now) != 0 || now.sa_sigaction == on_fault) return;
  struct sigaction ours {};
  ours.sa_sigaction = on_fault;
  ours.sa_flags = SA_SIGINFO | SA_ONSTACK;
  previous = now;
  sigaction(SIGSEGV, &ours, nullptr);
}

}  // namespace

void* suspend_stack_guard() { return std::exchange(return_point, nullptr); }

void resume_stack_guard(void* suspended) { return_point = static_cast<sigjmp_buf*>(suspended); }

std::int32_t run_with_stack_guard(Entry entry, std::int64_t* frame, bool& overflowed) {
  thread_local HandlerStack handler_stack;
  install();
  sigjmp_buf back;
  sigjmp_buf* const outer = return_point;
  if (sigsetjmp(back, 1) != 0) {
    return_point = outer;
    overflowed = true;
    return 0;
  }
  return_point = &back;
  const std::int32_t status = entry(frame);
  return_point = outer;
  return status;
}

}  // namespace numeta::call
