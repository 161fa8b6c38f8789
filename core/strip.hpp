// strip.hpp - a row of sums is kept in registers: where loops add to the same row again and again,
// `for p: for j: row(j) += x(p) * y(j, p)`, strips of the row are local sums while the loops around
// run, `for strip: for p: for l in 16 lanes`, and are stored once.
// What always holds: each element sees its additions in the order of the program, so every result
// is the same to the last bit.
#pragma once

#include <optional>

#include "core/graph.hpp"

namespace numeta::core {

/// The graph with such rows in strips, or nothing where there are none.
std::optional<Graph> strip(const Graph& graph);

}  // namespace numeta::core
