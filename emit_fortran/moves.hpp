// moves.hpp - copies that need not be made. A name that control flow gives another array is an
// array of its own, allocated and then given the elements of the other one. Where nobody reads that
// other one any more before it is made anew, it hands its memory over instead.
#pragma once

#include <map>
#include <set>

#include "core/graph.hpp"
#include "emit_fortran/schedule.hpp"

namespace numeta::emit_fortran {

struct Move {
  core::BufferId from;
  core::BufferId to;
};

struct Moves {
  std::map<core::NodeId, Move> instead;  // by loop: what stands in its place
  std::set<core::NodeId> needless;       // the allocations before them
};

Moves moves(const core::Graph& graph, const Schedule& plan);

/// Is an array handed to a procedure of the kernel, or to its caller, with the shape that Fortran
/// knows?
bool is_handed_over(const core::Graph& graph, core::BufferId array);

}  // namespace numeta::emit_fortran
