// Counters of what the cache did, in this process and summed over all.
//
// A process writes its counters to one file in the store at its end, lossily: a lost or torn file
// costs numbers, never a kernel.   shard = { (name | "hit:" key) ' ' decimal '\n' }
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>

namespace numeta::jit_cache {

enum class Stat : size_t {
#define STAT(name, meaning) name,
#include "jit_cache/stats.def"
#undef STAT
  kCount
};

inline constexpr size_t kStatCount = static_cast<size_t>(Stat::kCount);
std::string_view stat_name(Stat stat);

using StatValues = std::array<uint64_t, kStatCount>;

class Statistics {
 public:
  void add(Stat stat, uint64_t amount = 1) {
    values_[static_cast<size_t>(stat)].fetch_add(amount, std::memory_order_relaxed);
  }
  StatValues values() const;
  void reset();

 private:
  std::array<std::atomic<uint64_t>, kStatCount> values_{};
};

// Hits by key.
using HitCounts = std::map<std::string, uint64_t, std::less<>>;

std::string encode_stats(const StatValues& values, const HitCounts& hits = {});
// Adds what can be read; unknown names and torn lines are skipped, sums saturate.
void add_stats(std::string_view text, StatValues& values, HitCounts* hits = nullptr);

}  // namespace numeta::jit_cache
