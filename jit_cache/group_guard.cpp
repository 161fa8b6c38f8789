// A table of groups that a signal handler can read: atomics only, no lock, no allocation.
//
// A forked child inherits table and handler, but no row is its own: there the handler kills
// nothing.
#include "jit_cache/group_guard.hpp"

#include <signal.h>
#include <time.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cstdint>
#include <mutex>
#include <utility>

namespace numeta::jit_cache {
namespace {

constexpr std::array<int, 3> kSignals{SIGTERM, SIGHUP, SIGINT};

// Owner above, group below; 0 is free. More groups than rows are run unguarded.
std::array<std::atomic<uint64_t>, 256> table{};
std::mutex handlers_mutex;
size_t guarded = 0;
// The process, above, and how many of its compilers are being started.
std::atomic<uint64_t> starting{0};
pid_t handlers_owner = 0;

uint64_t row_of(pid_t owner, pid_t group) {
  return uint64_t{static_cast<uint32_t>(owner)} << 32 | static_cast<uint32_t>(group);
}

// For a second at most: the thread that starts one has the signals blocked, so it is not this one.
void wait_for_starting(pid_t self) {
  constexpr int kTurns = 1000;
  constexpr timespec kTurn{0, 1'000'000};
  for (int turn = 0; turn < kTurns; ++turn) {
    const uint64_t value = starting.load();
    if (value >> 32 != static_cast<uint32_t>(self) || (value & 0xffffffffU) == 0) return;
    nanosleep(&kTurn, nullptr);
  }
}

void end_groups(int number) {
  const pid_t self = getpid();
  wait_for_starting(self);
  for (const std::atomic<uint64_t>& row : table) {
    const uint64_t value = row.load(std::memory_order_relaxed);
    if (value >> 32 != static_cast<uint32_t>(self)) continue;
    kill(-static_cast<pid_t>(value & 0xffffffffU), SIGKILL);
  }
  signal(number, SIG_DFL);
  raise(number);
}

void change_handlers(void (*from)(int), void (*to)(int)) {
  for (const int number : kSignals) {
    struct sigaction now {};
    if (sigaction(number, nullptr, &now) != 0) continue;
    if ((now.sa_flags & SA_SIGINFO) != 0 || now.sa_handler != from) continue;
    struct sigaction next {};
    next.sa_handler = to;
    sigemptyset(&next.sa_mask);
    next.sa_flags = SA_RESTART;
    sigaction(number, &next, nullptr);
  }
}

void add_guard() {
  const std::lock_guard lock(handlers_mutex);
  if (handlers_owner != getpid()) guarded = 0;  // a forked child counts its own
  handlers_owner = getpid();
  if (guarded++ == 0) change_handlers(SIG_DFL, end_groups);
}

void drop_guard() {
  const std::lock_guard lock(handlers_mutex);
  if (handlers_owner != getpid() || guarded == 0) return;
  if (--guarded == 0) change_handlers(end_groups, SIG_DFL);
}

}  // namespace

StartingGroup::StartingGroup() {
  sigset_t ending;
  sigemptyset(&ending);
  for (const int number : kSignals) sigaddset(&ending, number);
  pthread_sigmask(SIG_BLOCK, &ending, &before_);
  const uint64_t own = row_of(getpid(), 0);
  uint64_t value = starting.load();
  while (!starting.compare_exchange_weak(value, (value >> 32 == own >> 32 ? value : own) + 1)) {
  }
  add_guard();
}

StartingGroup::~StartingGroup() {
  drop_guard();
  starting.fetch_sub(1);
  pthread_sigmask(SIG_SETMASK, &before_, nullptr);
}

GroupGuard::GroupGuard(pid_t group) {
  add_guard();
  for (size_t i = 0; i < table.size(); ++i) {
    uint64_t free = 0;
    if (!table[i].compare_exchange_strong(free, row_of(getpid(), group))) continue;
    slot_ = i;
    return;
  }
  drop_guard();
}

GroupGuard::GroupGuard(GroupGuard&& other) noexcept : slot_(std::exchange(other.slot_, kNone)) {}

void GroupGuard::release() {
  if (slot_ == kNone) return;
  table[slot_].store(0);
  slot_ = kNone;
  drop_guard();
}

}  // namespace numeta::jit_cache
