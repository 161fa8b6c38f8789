// parallel.hpp - what the iterations of a parallel loop share, and what each has to itself.
// The statements of a kernel do not say it: it follows from where they read and write. A variable
// that every iteration writes before it reads it is private; one that is only added to (or
// multiplied, compared, ...) is a reduction; an array element has to be another one in every
// iteration. Everything else is refused: no loop is taken for parallel that may give something else
// than its iterations in order, rounding of reductions apart.
// A parallel loop inside of another one runs in order; so do all where buffers may overlap.
#pragma once

#include <map>
#include <vector>

#include "core/diag.hpp"
#include "core/graph.hpp"
#include "core/live.hpp"

namespace numeta::core {

/// Partial results are combined by `op`: by the operation itself, or, where that is a comparison,
/// by taking the partial result where it holds of (partial, total), or of (total, partial).
struct Combine {
  Op op = Op::add;
  bool partial_first = false;
  bool operator==(const Combine&) const = default;
};

struct Reduction {
  BufferId variable;
  Combine by;
  NodeId check = kNone;  // that a step stays inside the type, which parts of the sum may leave too
  std::vector<BufferId> companions;  // what is set where the variable is, and taken with it: `at`
                                     // in `if a[i] > most: most, at = a[i], i`
};

struct ParallelLoop {
  std::vector<BufferId> privates;     // written before read in every iteration, not read after
  std::vector<BufferId> last;         // the same, but read after: from the last iteration
  std::vector<Reduction> reductions;  // what every iteration adds to
  std::map<NodeId, NodeId> atomics;   // stores `a[k] = a[k] op value`: the value
  bool fails = false;                 // does it hold a check
};

using ParallelLoops = std::map<RegionId, ParallelLoop>;

/// A loop that cannot run in parallel: what is wrong, where, and in which loop.
struct ParallelFault : std::runtime_error {
  ParallelFault(Diag d, std::vector<std::string> values, const Graph& graph, NodeId where,
                RegionId region)
      : std::runtime_error(std::string(row(d).text)),
        diag(d),
        arguments(std::move(values)),
        origin(graph.node(where).origin),
        loop(graph.node(graph.regions()[region].owner).origin) {}
  Diag diag;
  std::vector<std::string> arguments;  // the line of the loop comes after them
  Origin origin;
  Origin loop;
};

/// What calls do to what they are given (live.hpp), and whether they may fail.
struct Callees {
  const Writes& writes;
  std::vector<bool> checked;  // by procedure
};

/// The loops of a graph that run in parallel, by region. Throws ParallelFault.
ParallelLoops parallel_loops(const Graph& graph, const Live& live, const Callees& callees);

/// Does `region` stand in `outer`, or is it that one?
bool is_inside(const Graph& graph, RegionId region, RegionId outer);

/// The elements that a loop touches: throws ParallelFault where two iterations may meet; notes the
/// updates that have to be atomic.
void check_elements(const Graph& graph, const Live& live, const Callees& callees, RegionId loop,
                    ParallelLoop& out);

}  // namespace numeta::core
