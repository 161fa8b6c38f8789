// How many compilers may run at once: in this process, and in all of this user's on this machine.
//
// A build takes one slot to begin with, and a second if one is free: then its Fortran and its C run
// side by side. A slot is a lock (fcntl) on one byte of a file in memory: such a lock ends with its
// process however that ends, and a forked child does not have it. Waiting polls the interrupt and
// is bounded, and a slot whose process is stopped (Ctrl-Z) counts as free.
// Where the file cannot be had, the limit holds within the process only.
//
// Nobody starves: who waits holds a shared lock on one more byte; where another process does, a
// build takes one slot only, and lets the others look first.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <vector>

#include "jit_cache/file.hpp"

namespace numeta::jit_cache {

class JobSlots {
 public:
  // `bound`: seconds to wait for other processes before a build goes on without a slot.
  // `blocked_bound`: how long a process may wait in the kernel until its slot counts as free.
  explicit JobSlots(unsigned count, double bound = 600,
                    std::chrono::milliseconds blocked_bound = std::chrono::seconds(10));

  class Held {
   public:
    Held(JobSlots& slots, std::vector<size_t> taken) : slots_(slots), taken_(std::move(taken)) {}
    Held(const Held&) = delete;
    Held& operator=(const Held&) = delete;
    ~Held() { slots_.release(taken_); }

   private:
    JobSlots& slots_;
    std::vector<size_t> taken_;
  };

  // One slot or two; none if interrupted.
  std::vector<size_t> acquire(const std::function<bool()>& interrupted);

 private:
  bool take_one(std::vector<size_t>& taken);
  bool others_wait() const;
  void queue(bool waits);
  bool free_here() const;
  struct Blocked {
    pid_t process = 0;
    std::chrono::steady_clock::time_point since;
  };
  std::optional<size_t> of_stopped(std::vector<Blocked>& blocked) const;
  void release(const std::vector<size_t>& taken);

  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<bool> held_;  // by this process
  size_t waiting_ = 0;      // threads of this process
  double bound_;
  std::chrono::milliseconds blocked_bound_;
  FileDescriptor file_;
};

}  // namespace numeta::jit_cache
