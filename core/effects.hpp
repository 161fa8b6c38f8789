// effects.hpp - what a statement and all that it executes read, change and may do besides, and
// whether two of them may change places. Passes that bring loops together ask it what stands
// between.
#pragma once

#include <vector>

#include "core/graph.hpp"
#include "core/live.hpp"

namespace numeta::core {

struct Access {
  NodeId statement;  // a load, a store, an allocation, a call
  BufferId buffer;   // where arrays may overlap, the caller's count as the first of them
  bool writes;
};

struct Effects {
  std::vector<Access> accesses;  // by buffer
  bool fails = false;            // it may leave the kernel, or never end
  bool jumps = false;            // it goes on, or may go on, elsewhere than after it
  bool is_seen = false;          // it stores to arrays of the caller
  bool carries = false;          // it stores to local variables
};

/// Of a live statement; dead ones in it do not count.
Effects effects_of(const Graph& graph, const Live& live, NodeId statement);
/// Of two statements one after the other.
Effects together(const Effects& first, const Effects& second);
/// Is all the same if `first`, which stands before `second`, runs after it?
bool may_swap(const Effects& first, const Effects& second);
/// If both are loops that run together, iteration by iteration: can what is seen of a failure be
/// another one?
bool may_interleave(const Effects& first, const Effects& second);

/// Calls `visit(first, second)` for the accesses to one buffer of which one writes, until it is
/// false; true if it never was.
template <typename Visit>
bool all_conflicts(const Effects& first, const Effects& second, const Visit& visit) {
  auto other = second.accesses.begin();
  for (const Access& one : first.accesses) {
    while (other != second.accesses.end() && other->buffer < one.buffer) ++other;
    for (auto it = other; it != second.accesses.end() && it->buffer == one.buffer; ++it) {
      if ((one.writes || it->writes) && !visit(one, *it)) return false;
    }
  }
  return true;
}

}  // namespace numeta::core
