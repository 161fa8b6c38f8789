// passes.hpp - the passes over a finished graph, in the order in which they run before emission.
// A pass is a function from a graph to a better one, or to nothing where it has nothing to do. Each
// run can be observed: its time, and the graph that it made. What a pass makes is verified.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string_view>

#include "core/graph.hpp"

namespace numeta::core {

struct Pass {
  std::string_view name;
  std::optional<Graph> (*run)(const Graph&);
  std::string_view meaning;
};

std::span<const Pass> passes();

/// Called after each pass; `made` is nullptr where the graph stayed as it was.
using PassObserver = std::function<void(const Pass&, double milliseconds, const Graph* made)>;

/// Runs them all. Nothing comes back where no pass changed the graph; a graph that is not legal is
/// a std::logic_error that names the pass.
std::optional<Graph> run_passes(const Graph& graph, const PassObserver& observe = {});

}  // namespace numeta::core
