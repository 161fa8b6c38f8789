// call_threads.cpp - see call_threads.hpp. The state belongs to the process, as OpenMP's does.
#include "call_threads.hpp"

#include <dlfcn.h>
#include <pthread.h>
#include <unistd.h>

#include <atomic>

#include "call_interrupt.hpp"

namespace numeta::call {

namespace {

constexpr const char* kLibrary = "libgomp.so.1";

std::atomic<std::int64_t> g_wanted{0};
std::atomic<bool> g_is_child{false};  // of a process that may have had a pool
std::atomic<bool> g_may_have_pool{false};

bool is_loaded() {
  void* library = dlopen(kLibrary, RTLD_LAZY | RTLD_NOLOAD);
  if (library != nullptr) dlclose(library);
  return library != nullptr;
}

void before_fork() { g_may_have_pool = is_loaded(); }

void in_child() {
  forget_running_kernel();
  if (g_may_have_pool) g_is_child = true;
}

}  // namespace

void set_threads_of_loops(std::int64_t number) { g_wanted = number; }

std::int64_t threads_of_loops() {
  return g_is_child.load(std::memory_order_relaxed) ? 1 : g_wanted.load(std::memory_order_relaxed);
}

std::int64_t threads_now() {
  const std::int64_t number = threads_of_loops();
  if (number > 0) return number;
  void* library = dlopen(kLibrary, RTLD_LAZY);
  void* most = library != nullptr ? dlsym(library, "omp_get_max_threads") : nullptr;
  if (most != nullptr) return reinterpret_cast<int (*)()>(most)();
  const long processors = sysconf(_SC_NPROCESSORS_ONLN);
  return processors > 0 ? processors : 1;
}

void watch_forks() { pthread_atfork(before_fork, nullptr, in_child); }

}  // namespace numeta::call
