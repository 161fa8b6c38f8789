// forward.hpp - what reads an array of the kernel's own computes its elements instead, where the
// array is a map (elementwise.hpp) and nothing is computed more often for it. `out[:] = a + b
// * 2.0` is traced as three loop nests and two arrays, and becomes one nest and none. What always
// holds: the expression is evaluated in its own order and types, and every element that it reads
// has the value that it had when the map's nest ran.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "core/elementwise.hpp"
#include "core/graph.hpp"

namespace numeta::core {

/// What becomes of an array of the kernel's own, or why it stays.
enum class Fate : std::uint8_t {
  Forwarded,
  NoMap,     // its obstacle says why
  Large,     // the expression reads many arrays, or is long
  Changed,   // what it is computed from changes before it is read
  Repeated,  // each element is read several times, in a loop
  Twice,     // it is read in several places
  Escapes,   // it is read where its nest may not have run
};

struct Fates {
  std::vector<Fate> fates;          // by buffer
  std::vector<Obstacle> obstacles;  // by buffer
};

/// What the pass would do, without doing it.
Fates fates_of_arrays(const Graph& graph);

/// The graph without the arrays that need not be, or nothing where all have to.
std::optional<Graph> forward(const Graph& graph);

}  // namespace numeta::core
