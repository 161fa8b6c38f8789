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

std::string encode_stats(const StatValues& values) {
  std::string text;
  for (size_t i = 0; i < kStatCount; ++i) text += fmt::format("{} {}\n", kNames[i], values[i]);
  return text;
}

void add_stats(std::string_view text, StatValues& values) {
  while (!text.empty()) {
    const size_t end = text.find('\n');
    if (end == std::string_view::npos) return;  // torn
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(end + 1);
    const size_t space = line.find(' ');
    if (space == std::string_view::npos) continue;
    const auto at = std::ranges::find(kNames, line.substr(0, space));
    if (at == kNames.end()) continue;
    uint64_t amount = 0;
    const auto [stop, error] =
        std::from_chars(line.data() + space + 1, line.data() + line.size(), amount);
    if (error != std::errc() || stop != line.data() + line.size()) continue;
    uint64_t& value = values[static_cast<size_t>(at - kNames.begin())];
    value += std::min(amount, std::numeric_limits<uint64_t>::max() - value);
  }
}

}  // namespace numeta::jit_cache
