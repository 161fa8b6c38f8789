// any_flag.hpp - questions whether any of several flags is set, asked at once. For `a[i] or b[j]`
// Python reads the second flag only where the first is not set; with a branch for each, the
// machine guesses each of them, and flags are what it guesses worst. Where all the indices are
// known to be inside their axes, which one test says that nearly always comes out alike, all flags
// are read, and one branch is left. Elsewhere the question stays as it was. `not a[i] and not
// b[j]` is the same question.
#pragma once

#include <optional>

#include "core/graph.hpp"

namespace numeta::core {

/// The graph with such questions asked at once, or nothing where there are none.
std::optional<Graph> any_flag(const Graph& graph);

}  // namespace numeta::core
