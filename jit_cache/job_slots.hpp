// How many compilers may run at once in this process.
//
// A build takes one slot to begin with, and a second if one is free: then its Fortran and its C
// run side by side. Waiting is bounded by the interrupt, which is polled every 10 ms.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>

namespace numeta::jit_cache {

class JobSlots {
 public:
  explicit JobSlots(unsigned count) : free_(count > 0 ? count : 1) {}

  class Held {
   public:
    Held(JobSlots& slots, unsigned count) : slots_(slots), count_(count) {}
    Held(const Held&) = delete;
    Held& operator=(const Held&) = delete;
    ~Held() { slots_.release(count_); }
    unsigned count() const { return count_; }

   private:
    JobSlots& slots_;
    unsigned count_;
  };

  // One slot or two; none if interrupted.
  unsigned acquire(const std::function<bool()>& interrupted) {
    std::unique_lock lock(mutex_);
    while (!changed_.wait_for(lock, std::chrono::milliseconds(10), [&] { return free_ > 0; })) {
      lock.unlock();
      if (interrupted && interrupted()) return 0;
      lock.lock();
    }
    const unsigned taken = free_ > 1 ? 2 : 1;
    free_ -= taken;
    return taken;
  }

 private:
  void release(unsigned count) {
    {
      const std::lock_guard lock(mutex_);
      free_ += count;
    }
    changed_.notify_all();
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  unsigned free_;
};

}  // namespace numeta::jit_cache
