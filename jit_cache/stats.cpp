// Counters and their text form (grammar in stats.hpp).
//
// Reading accepts any bytes.
#include "jit_cache/stats.hpp"

#include <algorithm>
#include <charconv>
#include <limits>

#include <fmt/format.h>

namespace numeta::jit_cache {
namespace {

constexpr std::string_view kHitStart = "hit:";

constexpr std::array<std::string_view, kStatCount> kNames{
#define STAT(name, meaning) #name,
#include "jit_cache/stats.def"
#undef STAT
};

}  // namespace

std::string_view stat_name(Stat stat) { return kNames[static_cast<size_t>(stat)]; }

StatValues Statistics::values() const {
  StatValues result{};
  for (size_t i = 0; i < kStatCount; ++i) result[i] = values_[i].load(std::memory_order_relaxed);
  return result;
}

void Statistics::reset() {
  for (auto& value : values_) value.store(0, std::memory_order_relaxed);
}

std::string encode_stats(const StatValues& values, const HitCounts& hits) {
  std::string text;
  for (size_t i = 0; i < kStatCount; ++i) text += fmt::format("{} {}\n", kNames[i], values[i]);
  for (const auto& [key, count] : hits) text += fmt::format("{}{} {}\n", kHitStart, key, count);
  return text;
}

void add_stats(std::string_view text, StatValues& values, HitCounts* hits) {
  while (!text.empty()) {
    const size_t end = text.find('\n');
    if (end == std::string_view::npos) return;  // torn
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(end + 1);
    const size_t space = line.find(' ');
    if (space == std::string_view::npos) continue;
    uint64_t amount = 0;
    const auto [stop, error] =
        std::from_chars(line.data() + space + 1, line.data() + line.size(), amount);
    if (error != std::errc() || stop != line.data() + line.size()) continue;
    const auto add = [amount](uint64_t& value) {
      value += std::min(amount, std::numeric_limits<uint64_t>::max() - value);
    };
    const std::string_view name = line.substr(0, space);
    const auto at = std::ranges::find(kNames, name);
    if (at != kNames.end()) add(values[static_cast<size_t>(at - kNames.begin())]);
    if (hits != nullptr && name.starts_with(kHitStart) && name.size() == kHitStart.size() + 32) {
      add((*hits)[std::string(name.substr(kHitStart.size()))]);
    }
  }
}

}  // namespace numeta::jit_cache
