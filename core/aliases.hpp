// aliases.hpp - names that may stand for one array. Where control flow merges arrays, the name gets
// an array of its own and the elements are copied into it, where NumPy would only bind the name.
// That is right as long as nobody can see the difference: as long as no memory is written of which
// the other one is read afterwards. Each such copy is a statement `alias`; here all ways through
// the kernel are followed, and one that would see the difference is refused.
#pragma once

#include <stdexcept>

#include "core/diag.hpp"
#include "core/graph.hpp"

namespace numeta::core {

struct AliasFault : std::runtime_error {
  AliasFault(Diag d, const Graph& graph, NodeId copy, NodeId where, NodeId read);
  Diag diag;
  std::string name;   // of the array that stands for another one
  std::string other;  // of that, in words
  Origin copied;
  Origin origin;               // of what is refused
  std::optional<Origin> seen;  // where the difference is seen; none: by the caller
};

/// Throws AliasFault where a copy of an array could be told from the array itself.
void check_aliases(const Graph& graph);

}  // namespace numeta::core
