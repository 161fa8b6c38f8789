// split.hpp - a loop that holds loops is split into loops of its parts where parts then walk along
// memory: `for j: dot of column j; store` becomes `for p: for j: add row p to the sums of all j`,
// and a loop that stores. What a part needs for one j only is an array over all j then.
// What always holds: each element sees its reads and writes in the order of the program, so every
// result is the same to the last bit, sums included.
#pragma once

#include <optional>

#include "core/graph.hpp"

namespace numeta::core {

/// The graph with its loops split, or nothing where none gains by it.
std::optional<Graph> split(const Graph& graph);

}  // namespace numeta::core
