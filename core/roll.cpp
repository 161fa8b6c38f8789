// roll.cpp - finding runs, and the loops that stand for them; see roll.hpp.
#include "core/roll.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <unordered_map>
#include <utility>

#include <fmt/format.h>

#include "core/rebuild.hpp"
#include "core/repetition.hpp"
#include "core/rolled_loop.hpp"

namespace numeta::core {
namespace {

constexpr std::uint32_t kFewest = 16;
constexpr std::uint32_t kLongestPeriod = 128;
constexpr std::size_t kLeastSize = 256;
constexpr std::size_t kLeastSizeInLoop = 1024;
constexpr int kPeriodsTried = 4;
// The search gives up after so many comparisons for each node of the graph.
constexpr std::size_t kMostWork = 32;

class Search {
 public:
  Search(const Graph& graph, const Tape& tape)
      : g_(graph), tape_(tape), next_(tape.items().size(), kNone) {
    std::unordered_map<std::uint64_t, std::uint32_t> last;
    for (auto item = static_cast<std::uint32_t>(next_.size()); item-- > 0;) {
      const auto [found, is_new] = last.try_emplace(shape(item), item);
      if (is_new) continue;
      next_[item] = found->second;
      found->second = item;
    }
  }

  std::vector<Run> all() {
    for (const Stretch& stretch : tape_.stretches()) {
      if (stretch.last - stretch.first < kFewest) continue;
      free_ = stretch.first;
      alike_.fill({0, 0});
      for (std::uint32_t item = stretch.first; item < stretch.last;) {
        item = take_at(item, stretch) ? runs_.back().end() : item + 1;
        if (work_ > kMostWork * g_.size()) return std::move(runs_);
      }
    }
    return std::move(runs_);
  }

 private:
  std::uint64_t shape(std::uint32_t item) const { return tape_.at(tape_.items()[item]).shape; }

  /// Up to where the items from `from` on have the shapes of those `period` later.
  std::uint32_t alike_until(std::uint32_t from, std::uint32_t period, const Stretch& stretch) {
    auto& [known_from, known_until] = alike_[period];
    if (from >= known_from && from < known_until) return known_until;
    std::uint32_t until = from;
    while (until + period < stretch.last && shape(until) == shape(until + period)) ++until;
    work_ += until - from + 1;
    alike_[period] = {from, until};
    return until;
  }

  bool take_at(std::uint32_t item, const Stretch& stretch) {
    int tried = 0;
    for (std::uint32_t other = next_[item]; other != kNone && tried < kPeriodsTried;
         other = next_[other]) {
      const std::uint32_t period = other - item;
      if (period > kLongestPeriod || other >= stretch.last) return false;
      const std::uint32_t count = (alike_until(item, period, stretch) - item) / period + 1;
      if (count + 1 < kFewest) continue;
      ++tried;
      const bool has_lead = item >= free_ + period;
      if (has_lead && take(item - period, period, count + 1, true)) return true;
      if (take(item, period, count, false)) return true;
    }
    return false;
  }

  bool take(std::uint32_t first, std::uint32_t period, std::uint32_t count, bool lead) {
    std::uint32_t reached = 0;
    std::optional<Run> run = find_run(g_, tape_, first, period, count, kFewest, lead, &reached);
    work_ += (reached + 1) * std::size_t{period} * 8;
    if (!run) return false;
    for (std::uint32_t before = 0; before != run->count;) {
      before = run->count;
      shorten(*run);
    }
    if (run->count < kFewest || run->slots.size() * run->count < least_size(first)) return false;
    if (!starts_agree(*run)) return false;
    free_ = run->end();
    runs_.push_back(std::move(*run));
    return true;
  }

  std::size_t least_size(std::uint32_t item) const {
    const RegionId region = tape_.stretches()[tape_.at(tape_.items()[item]).stretch].region;
    return innermost_loop(g_, region) != 0 ? kLeastSizeInLoop : kLeastSize;
  }

  /// Only the last repetition's links may be needed after the run; a load that is, and that stands
  /// in the run, is made after it, so that no store in the run may change what it reads.
  void shorten(Run& run) const {
    const auto end_before = [&](std::uint32_t item) {
      run.count = std::min(run.count, (item - run.first) / run.period);
    };
    for (std::uint32_t item = run.first; item < run.end(); ++item) {
      const bool is_needed = tape_.at(tape_.items()[item]).last_use >= run.end();
      if (is_needed && item < run.end() - run.period) end_before(item + run.period);
    }
    const auto& loads = tape_.loads();
    const auto position = [&](NodeId id) { return tape_.at(id).position; };
    auto load = std::ranges::upper_bound(loads, run.first, {}, position);
    for (; load != loads.end() && position(*load) < run.end(); ++load) {
      const std::uint32_t store = tape_.next_store(*load, position(*load));
      const bool is_needed = tape_.at(*load).last_use >= run.end();
      if (is_needed && store < run.end()) end_before(store);
    }
    run.count = std::min(run.count, kLargestTable);
    run.rows.resize(run.count);
  }

  /// All that is carried from before the run for one role must be one value.
  static bool starts_agree(const Run& run) {
    std::vector<NodeId> start(run.period, kNone);
    for (std::size_t k = 0; k < run.slots.size(); ++k) {
      const Slot& slot = run.slots[k];
      if (slot.kind != SlotKind::Link || slot.offset >= 0 || !slot.open) continue;
      NodeId& known = start[slot.offset + static_cast<std::int32_t>(run.period)];
      if (known != kNone && known != run.rows[0][k]) return false;
      known = run.rows[0][k];
    }
    return true;
  }

  const Graph& g_;
  const Tape& tape_;
  std::vector<std::uint32_t> next_;  // by item: the next one of its shape, or kNone
  // by period: from where to where items are like those a period later
  std::array<std::pair<std::uint32_t, std::uint32_t>, kLongestPeriod + 1> alike_{};
  std::uint32_t free_ = 0;  // no run has the items from here on
  std::size_t work_ = 0;
  std::vector<Run> runs_;
};

/// What is left of a graph beside its runs.
class Rest {
 public:
  Rest(const Graph& graph, const Tape& tape, const std::vector<Run>& runs)
      : kept_(graph.size(), false), g_(graph), tape_(tape), run_of_(tape.items().size(), nullptr) {
    for (const Run& run : runs) {
      std::fill(run_of_.begin() + run.first, run_of_.begin() + run.end(), &run);
    }
  }

  bool is_in_run(NodeId id) const {
    const Place& place = tape_.at(id);
    return place.is_item && run_of_[place.position] != nullptr;
  }

  /// Marks what is needed outside the loops; false where a loop does not give it.
  bool find(const std::vector<Run>& runs) {
    for (const Result& result : g_.results) need(result.value);
    for (const Run& run : runs) {
      for (const NodeId id : values_before(run, tape_)) need(id);
    }
    for (const Region& region : g_.regions()) {
      for (const NodeId id : region.body) {
        if (g_.node(id).op != Op::load && tape_.is_live(id) && !is_in_run(id)) need(id);
      }
    }
    while (!todo_.empty()) {
      const NodeId id = todo_.back();
      todo_.pop_back();
      if (is_in_run(id)) {
        const std::uint32_t position = tape_.at(id).position;
        const Run& run = *run_of_[position];
        if (position < run.end() - run.period) return false;
        continue;
      }
      for (const NodeId operand : g_.operands(id)) need(operand);
    }
    return true;
  }

  std::vector<bool> kept_;  // by node

 private:
  void need(NodeId id) {
    if (kept_[id]) return;
    kept_[id] = true;
    todo_.push_back(id);
  }

  const Graph& g_;
  const Tape& tape_;
  std::vector<const Run*> run_of_;  // by item
  std::vector<NodeId> todo_;
};

}  // namespace

std::optional<Graph> roll(const Graph& graph) {
  if (graph.size() < kLeastSize / 2) return std::nullopt;
  const Tape tape(graph);
  const std::vector<Run> runs = Search(graph, tape).all();
  if (runs.empty()) return std::nullopt;
  Rest rest(graph, tape, runs);
  if (!rest.find(runs)) return std::nullopt;
  std::map<std::pair<RegionId, std::size_t>, std::vector<const Run*>> at;
  for (const Run& run : runs) {
    const NodeId first = tape.items()[run.first];
    const RegionId region = tape.stretches()[tape.at(first).stretch].region;
    const auto& body = graph.regions()[region].body;
    const auto place = std::ranges::lower_bound(body, first) - body.begin();
    at[{region, static_cast<std::size_t>(place)}].push_back(&run);
  }
  const auto replace = [&](RegionId region, std::size_t place, Copying& copying) {
    if (const auto found = at.find({region, place}); found != at.end()) {
      for (const Run* run : found->second) make_loop(graph, tape, *run, rest.kept_, copying);
    }
    const auto& body = graph.regions()[region].body;
    if (place == body.size()) return false;
    const NodeId id = body[place];
    const bool is_load = graph.node(id).op == Op::load;
    return rest.is_in_run(id) || (is_load && !rest.kept_[id]);
  };
  return rebuild(graph, {}, {}, replace);
}

}  // namespace numeta::core
