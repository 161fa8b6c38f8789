// schedule.hpp - which nodes become statements of their own, and where.
// A pure node with one use stands inside its user's expression; one with several uses becomes a
// temporary, assigned before the first statement that needs it, in the innermost region that
// encloses all uses. What a function gives is computed before the loops in which it is the same. A
// load stands inside an expression only if nothing between it and there can have changed what it
// reads; a load of a local variable is then just its name. Expressions are cut into temporaries
// beyond a size. What nothing sees is left out (core/live.hpp).
#pragma once

#include <vector>

#include "core/graph.hpp"
#include "core/live.hpp"

namespace numeta::emit_fortran {

/// Before statement `index` of `region` (its end, where index is the number of statements).
struct Position {
  core::RegionId region = core::kNone;
  std::uint32_t index = 0;
};

enum class Form : std::uint8_t { Unused, Inline, Temporary, Statement };

struct Schedule {
  core::Live live;
  std::vector<Form> form;          // by node
  std::vector<Position> position;  // by node: where it is evaluated
  // Temporaries before each statement: by region, then sorted by statement index, then by id.
  std::vector<std::vector<std::pair<std::uint32_t, core::NodeId>>> temporaries;
};

/// A conversion that changes nothing in Fortran: weakness, or signedness of the same width. It is
/// its operand by another name: a use of it is a use of the operand.
bool is_only_a_name(const core::Graph& graph, core::NodeId id);

Schedule schedule(const core::Graph& graph, const core::Live& live);

/// Does anything stand in the region: a live statement, or a temporary?
bool is_empty(const core::Graph& graph, const Schedule& plan, core::RegionId region);

}  // namespace numeta::emit_fortran
