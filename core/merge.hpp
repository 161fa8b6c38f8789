// merge.hpp - the one type of a name that holds values of several types on different paths.
// NumPy types have their common type (np.result_type), save that single and double precision have
// none: what follows would round otherwise. Python numbers have theirs. Where both meet, a
// constant takes the NumPy type if it keeps its value there; another Python number only where every
// value fits (an int beside int64 or float64, a float beside float64): else there is none, since
// either choice would round where Python does not.
#pragma once

#include <optional>
#include <span>

#include "core/graph.hpp"
#include "core/promote.hpp"

namespace numeta::core {

std::optional<Type> merged_type(const Graph& graph, std::span<const NodeId> values);

}  // namespace numeta::core
