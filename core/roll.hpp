// roll.hpp - repeated code becomes a counted loop: what a Python loop unrolled at the trace is
// rolled back. Statements and links of chains stay in their order, so every result keeps its bits.
// What differs between repetitions must be constants: integers in arithmetic progression follow
// from the index, all others stand in a table. Values that go from one repetition to the next are
// local variables. What counts as the same code: repetition.hpp; what is looked at: tape.hpp.
//
// Short unrolled code stays as it was written: a run has at least 16 repetitions and, all together,
// 256 operations, operands counted (1024 inside a loop, where a polynomial of some degree is
// better off with its coefficients in the code); a repetition has at most 128 items.
#pragma once

#include <optional>

#include "core/graph.hpp"

namespace numeta::core {

/// Nothing where nothing repeats often enough.
std::optional<Graph> roll(const Graph& graph);

}  // namespace numeta::core
