// passes.cpp - the list of passes: one row each.
#include "core/passes.hpp"

#include <chrono>

#include <fmt/format.h>

#include "core/any_flag.hpp"
#include "core/assume.hpp"
#include "core/contract.hpp"
#include "core/explain.hpp"
#include "core/fill.hpp"
#include "core/forward.hpp"
#include "core/fuse.hpp"
#include "core/hoist.hpp"
#include "core/interchange.hpp"
#include "core/narrow.hpp"
#include "core/pack.hpp"
#include "core/roll.hpp"
#include "core/split.hpp"
#include "core/strip.hpp"
#include "core/timeline.hpp"

namespace numeta::core {
namespace {

/// What runs together now may be a nest whose loops gain by changing places, and loops that then
/// stand outermost may run together with others.
std::optional<Graph> rearrange(const Graph& graph) {
  if (!has_own_arrays(graph)) return std::nullopt;
  std::optional<Graph> made = interchange(graph);
  if (!made) return std::nullopt;
  std::optional<Graph> fused = fuse(*made);
  return fused ? std::move(fused) : std::move(made);
}

constexpr Pass kPasses[] = {
    {"narrow", narrow, "what no path can see goes; ranges of variables decide comparisons"},
    {"assume", assume, "what the arguments have to be is checked once, before all else"},
    {"forward", forward, "what reads an array of the kernel's own computes its elements instead"},
    {"interchange", interchange,
     "loops of a nest change places so that the inner one is contiguous"},
    {"fuse", fuse, "neighbouring loops that count alike run together"},
    {"rearrange", rearrange, "nests of loops that run together are interchanged, and fused again"},
    {"split", split, "what a loop does column by column is done row by row, by loops of its parts"},
    {"contract", contract, "an array that a loop uses slice by slice is one slice"},
    {"hoist", hoist, "memory that a loop allocates is allocated once, before it"},
    {"pack", pack, "what a nest reads column by column, time and again, is copied row by row"},
    {"strip", strip, "a row that loops around it add to is summed in registers, strip by strip"},
    {"any_flag", any_flag, "whether any of several flags is set is asked at once"},
    {"fill", fill, "a loop that fills an array with one value and then another is two loops"},
    {"explain", explain, "notes say which loops there are, and which arrays are kept, and why"},
    {"roll", roll, "repeated code becomes a counted loop"},
};

void verify_after(const Pass& pass, const Graph& graph) {
  try {
    verify(graph);
  } catch (const std::logic_error& fault) {
    throw std::logic_error(fmt::format("after the pass {}: {}", pass.name, fault.what()));
  }
}

}  // namespace

std::span<const Pass> passes() { return kPasses; }

std::optional<Graph> run_passes(const Graph& graph, const PassObserver& observe) {
  std::optional<Graph> last;
  for (const Pass& pass : kPasses) {
    const auto start = std::chrono::steady_clock::now();
    std::optional<Graph> made = pass.run(last ? *last : graph);
    const std::chrono::duration<double, std::milli> spent =
        std::chrono::steady_clock::now() - start;
    if (made) verify_after(pass, *made);
    if (observe) observe(pass, spent.count(), made ? &*made : nullptr);
    if (made) last = std::move(made);
  }
  return last;
}

}  // namespace numeta::core
