// call_interrupt.cpp - see call_interrupt.hpp; Linux on x86-64 and AArch64.
#include "call_interrupt.hpp"

#include <pthread.h>
#include <sys/syscall.h>
#include <ucontext.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <csetjmp>
#include <csignal>
#include <ctime>

#include "call_stack.hpp"

namespace numeta::call {
namespace {

// A kernel that runs in the main thread.
struct Running {
  PyThreadState* state;  // of the thread, which gave up the GIL
  pthread_t thread;
  sigjmp_buf back;
};

std::atomic<Running*> g_running{nullptr};
std::atomic<int> g_depth{0};            // of our handler within itself
struct sigaction g_first;               // what stood there when ours was installed first
struct sigaction g_previous;            // what stood there when ours was installed last
bool g_is_installed = false;            // it was once
constexpr long kLookEvery = 4'000'000;  // nanoseconds

std::int32_t run(const Variant& variant, std::int64_t* frame, bool& overflowed) {
  return variant.is_recursive ? run_with_stack_guard(variant.entry, frame, overflowed)
                              : variant.entry(frame);
}

void chain(const struct sigaction& next, int signal, siginfo_t* info, void* context) {
  if ((next.sa_flags & SA_SIGINFO) != 0) {
    next.sa_sigaction(signal, info, context);
  } else if (next.sa_handler != SIG_DFL && next.sa_handler != SIG_IGN) {
    next.sa_handler(signal);
  }
}

// The jump leaves the handler, whose arithmetic is the system's, for the thread's own.
void restore_arithmetic([[maybe_unused]] const void* context) {
#if defined(__x86_64__)
  __builtin_ia32_ldmxcsr(static_cast<const ucontext_t*>(context)->uc_mcontext.fpregs->mxcsr);
#endif
}

void let_python_handle(Running* running, const void* context) {
  g_running = nullptr;  // a handler in Python may run kernels of its own
  void* const guard = suspend_stack_guard();
  PyEval_RestoreThread(running->state);
  if (PyErr_CheckSignals() != 0) {
    restore_arithmetic(context);
    siglongjmp(running->back, 1);
  }
  PyEval_SaveThread();
  resume_stack_guard(guard);
  g_running = running;
}

void on_interrupt(int signal, siginfo_t* info, void* context) {
  const int error = errno;
  // A handler that was put in front of ours may call ours, which stands in front of it again.
  const bool is_inner = g_depth.fetch_add(1) > 0;
  chain(is_inner ? g_first : g_previous, signal, info, context);
  g_depth.fetch_sub(1);
  Running* const running = g_running;
  if (!is_inner && running != nullptr && pthread_equal(running->thread, pthread_self()) != 0) {
    let_python_handle(running, context);
  }
  errno = error;
}

bool is_main_thread() {
  thread_local const bool is_main = syscall(SYS_gettid) == getpid();
  return is_main;
}

// Puts our handler in front again where another one was set, which is looked at now and then only:
// the question costs more than a short kernel.
void install() {
  static timespec looked{};
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
  if (g_is_installed && now.tv_sec == looked.tv_sec && now.tv_nsec - looked.tv_nsec < kLookEvery) {
    return;
  }
  looked = now;
  struct sigaction there {};
  if (sigaction(SIGINT, nullptr, &there) != 0 || there.sa_sigaction == on_interrupt) return;
  const bool is_plain = (there.sa_flags & SA_SIGINFO) == 0;
  if (is_plain && (there.sa_handler == SIG_DFL || there.sa_handler == SIG_IGN)) return;
  if (!g_is_installed) g_first = there;
  g_previous = there;
  g_is_installed = true;
  struct sigaction ours {};
  ours.sa_sigaction = on_interrupt;
  // On the thread's own stack, since Python runs there; not blocked in itself, since it may leave
  // by a jump.
  ours.sa_flags = SA_SIGINFO | SA_NODEFER | (there.sa_flags & SA_RESTART);
  sigaction(SIGINT, &ours, nullptr);
}

// False where it was stopped; the GIL is held then.
[[gnu::noinline]] bool run_interruptible(const Variant& variant, std::int64_t* frame, Running& here,
                                         std::int32_t& status, bool& overflowed) {
  if (sigsetjmp(here.back, 0) != 0) return false;
  g_running.store(&here, std::memory_order_release);
  status = run(variant, frame, overflowed);
  g_running.store(nullptr, std::memory_order_release);
  return true;
}

}  // namespace

bool run_released(const Variant& variant, std::int64_t* frame, Making* making, std::int32_t& status,
                  bool& overflowed) {
  if (variant.is_parallel || !is_main_thread()) {
    PyThreadState* state = PyEval_SaveThread();
    if (making != nullptr) making->set_thread(state);
    status = run(variant, frame, overflowed);
    PyEval_RestoreThread(state);
    return true;
  }
  install();
  Running here;
  here.thread = pthread_self();
  here.state = PyEval_SaveThread();
  if (making != nullptr) making->set_thread(here.state);
  if (!run_interruptible(variant, frame, here, status, overflowed)) return false;
  PyEval_RestoreThread(here.state);
  return true;
}

void forget_running_kernel() { g_running = nullptr; }

}  // namespace numeta::call
