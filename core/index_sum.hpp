// index_sum.hpp - element indices as sums of values with constant factors, and what they say about
// which iterations of loops meet at one element.
// Indices are Python integers that lie in an array, so that sums and differences of them are exact.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <tuple>
#include <utility>
#include <vector>

#include "core/graph.hpp"

namespace numeta::core {

struct IndexSum {
  bool known = true;
  std::int64_t constant = 0;
  std::vector<std::pair<NodeId, std::int64_t>> terms;  // by node; factors are not zero

  void add(const IndexSum& other, std::int64_t factor);
  bool operator==(const IndexSum&) const = default;
  bool operator<(const IndexSum& other) const {
    return std::tie(known, constant, terms) < std::tie(other.known, other.constant, other.terms);
  }
};

/// What stands for a node in a sum: nothing where the node is looked into.
using Known = std::function<std::optional<IndexSum>(NodeId)>;

/// A value as such a sum. What is no sum is a term of its own.
IndexSum index_sum(const Graph& graph, NodeId value, const Known& known = {});
IndexSum term(NodeId value);
IndexSum unknown();

/// What a value is to the loops whose iterations are compared.
inline constexpr int kFixed = -1;         // the same in all of them
inline constexpr int kVarying = -2;       // not known to be
using Role = std::function<int(NodeId)>;  // of those, or the number of the loop whose index it is

/// The iteration of the first access against that of the second where both are at one element.
enum class Meeting : std::uint8_t { Never, Before, Same, After, Unknown };

/// `steps`: of the loops, outermost first; 0 where it is not a constant.
Meeting meeting(std::span<const IndexSum> first, std::span<const IndexSum> second, const Role& role,
                std::span<const std::int64_t> steps);

}  // namespace numeta::core
