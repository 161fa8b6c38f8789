// rolled_loop.hpp - the counted loop that stands for a run of repetitions.
#pragma once

#include <vector>

#include "core/rebuild.hpp"
#include "core/repetition.hpp"

namespace numeta::core {

/// gfortran reads array constructors up to this size.
inline constexpr std::uint32_t kLargestTable = 65'535;

/// What a run needs of the code before it: invariant values and the first ones of what is carried.
std::vector<NodeId> values_before(const Run& run, const Tape& tape);

/// Makes the loop in the copy. `kept`: the nodes that are needed outside the loops.
void make_loop(const Graph& graph, const Tape& tape, const Run& run, const std::vector<bool>& kept,
               Copying& copying);

}  // namespace numeta::core
