// Slots as byte locks (POSIX fcntl: owned by the process, not by the descriptor).
//
// Two slots of one process are kept apart by `held_`, since its own locks never conflict.
#include "jit_cache/job_slots.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <string>
#include <string_view>

#include <fmt/format.h>

namespace numeta::jit_cache {
namespace {

// A file of this user's own that processes of this machine, and no other machine, share.
FileDescriptor open_slots_file() {
  const char* runtime = std::getenv("XDG_RUNTIME_DIR");
  for (const char* place : {runtime, "/dev/shm", "/tmp"}) {
    if (place == nullptr || place[0] != '/') continue;
    const std::string path = fmt::format("{}/numeta-jobs-{}", place, geteuid());
    FileDescriptor fd(open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
    struct stat info {};
    if (fd && fstat(fd.get(), &info) == 0 && S_ISREG(info.st_mode) && info.st_uid == geteuid()) {
      return fd;
    }
  }
  return {};
}

constexpr size_t kQueue = 1U << 20U;           // the byte of those who wait; slots are far fewer
constexpr std::chrono::milliseconds kLook{2};  // until the second look
constexpr std::chrono::milliseconds kLongestLook{10};  // many may look, with system calls
constexpr std::chrono::milliseconds kTurn{12};

struct flock byte_range(size_t index, short type) {
  struct flock range {};
  range.l_type = type;
  range.l_whence = SEEK_SET;
  range.l_start = static_cast<off_t>(index);
  range.l_len = 1;
  return range;
}

// False only when another process holds it.
bool lock_byte(int fd, size_t index, short type) {
  struct flock range = byte_range(index, type);
  return fcntl(fd, F_SETLK, &range) == 0 || (errno != EAGAIN && errno != EACCES);
}

// The state of a process, as ps shows it.
char state_of(pid_t process) {
  const FileDescriptor fd(
      open(fmt::format("/proc/{}/stat", process).c_str(), O_RDONLY | O_CLOEXEC));
  std::array<char, 512> text{};
  const ssize_t size = fd ? read(fd.get(), text.data(), text.size()) : 0;
  const std::string_view stat(text.data(), static_cast<size_t>(std::max<ssize_t>(size, 0)));
  const size_t name_end = stat.rfind(") ");
  if (name_end == std::string_view::npos || name_end + 2 >= stat.size()) return '?';
  return stat[name_end + 2];
}

}  // namespace

JobSlots::JobSlots(unsigned count, double bound, std::chrono::milliseconds blocked_bound)
    : held_(std::max(count, 1U), false), bound_(bound), blocked_bound_(blocked_bound) {}

bool JobSlots::free_here() const { return std::ranges::find(held_, false) != held_.end(); }

bool JobSlots::take_one(std::vector<size_t>& taken) {
  for (size_t i = 0; i < held_.size(); ++i) {
    if (held_[i] || (file_ && !lock_byte(file_.get(), i, F_WRLCK))) continue;
    held_[i] = true;
    taken.push_back(i);
    return true;
  }
  return false;
}

// A slot that a stopped process holds: by a signal or a debugger; or one that waits and waits in
// the kernel, as vfork does, which no signal ends, for a child that was stopped before it became
// the compiler. `blocked`: by slot the process that was seen to wait so, and since when.
std::optional<size_t> JobSlots::of_stopped(std::vector<Blocked>& blocked) const {
  const auto now = std::chrono::steady_clock::now();
  blocked.resize(held_.size());
  for (size_t i = 0; file_ && i < held_.size(); ++i) {
    if (held_[i]) continue;
    struct flock range = byte_range(i, F_WRLCK);
    const bool known = fcntl(file_.get(), F_GETLK, &range) == 0 && range.l_type != F_UNLCK;
    const pid_t holder = known ? range.l_pid : 0;
    const char state = holder > 0 ? state_of(holder) : '?';
    if (state == 'T' || state == 't') return i;
    if (state != 'D') {
      blocked[i] = {};
    } else if (blocked[i].process != holder) {
      blocked[i] = {holder, now};
    } else if (now - blocked[i].since > blocked_bound_) {
      return i;
    }
  }
  return std::nullopt;
}

// Whether another process does.
bool JobSlots::others_wait() const {
  if (!file_) return false;
  struct flock range = byte_range(kQueue, F_WRLCK);
  return fcntl(file_.get(), F_GETLK, &range) == 0 && range.l_type != F_UNLCK;
}

void JobSlots::queue(bool waits) {
  const bool was_empty = waiting_ == 0;
  waiting_ = waits ? waiting_ + 1 : waiting_ - 1;
  if (file_ && was_empty != (waiting_ == 0)) {
    lock_byte(file_.get(), kQueue, static_cast<short>(waits ? F_RDLCK : F_UNLCK));
  }
}

std::vector<size_t> JobSlots::acquire(const std::function<bool()>& interrupted) {
  using Clock = std::chrono::steady_clock;
  const Clock::time_point begin = Clock::now();
  std::vector<size_t> taken;
  std::vector<Blocked> blocked;
  std::unique_lock lock(mutex_);
  if (!file_) file_ = open_slots_file();
  if (others_wait()) changed_.wait_for(lock, kTurn);
  if (!take_one(taken)) {
    queue(true);
    std::chrono::milliseconds pause = kLook;
    do {
      const double waited = std::chrono::duration<double>(Clock::now() - begin).count();
      std::optional<size_t> free = pause < kLongestLook ? std::nullopt : of_stopped(blocked);
      if (!free && waited > bound_ && free_here()) {
        free = static_cast<size_t>(std::ranges::find(held_, false) - held_.begin());
      }
      if (free) {
        held_[*free] = true;
        taken.push_back(*free);
        break;
      }
      changed_.wait_for(lock, pause);
      pause = std::min(pause * 2, kLongestLook);
      lock.unlock();
      const bool ends = interrupted && interrupted();
      lock.lock();
      if (ends) break;
    } while (!take_one(taken));
    queue(false);
    return taken;
  }
  if (!others_wait()) take_one(taken);
  return taken;
}

void JobSlots::release(const std::vector<size_t>& taken) {
  {
    const std::lock_guard lock(mutex_);
    for (const size_t index : taken) {
      held_[index] = false;
      if (file_) lock_byte(file_.get(), index, F_UNLCK);
    }
  }
  changed_.notify_all();
}

}  // namespace numeta::jit_cache
