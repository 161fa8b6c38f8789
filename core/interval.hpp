// interval.hpp - ranges of integer values, kept for every integer node from its birth.
// Arithmetic on them saturates at the ends of int64: an end that is INT64_MIN or INT64_MAX means
// "or beyond". For Python integers (weak) the range is that of the mathematical value, which is
// what Python would compute; for NumPy integers, which wrap, a range that leaves the type becomes
// the whole type.
#pragma once

#include <cstdint>

#include "core/dtypes.hpp"
#include "core/ops.hpp"

namespace numeta::core {

struct Interval {
  std::int64_t low = INT64_MIN;
  std::int64_t high = INT64_MAX;

  bool operator==(const Interval&) const = default;
  bool within(std::int64_t least, std::int64_t greatest) const {
    return low >= least && high <= greatest;
  }
  bool single() const { return low == high; }
};

/// Every value of an integer type; of other types the widest range.
Interval whole(DType type);
/// The range of `op` on operands of type `type`; `weak` as said above.
Interval range_of(Op op, DType type, bool weak, Interval a, Interval b);
/// The range of a conversion to `type` of an integer with range `from`.
Interval range_of_cast(DType type, DType from_type, Interval from);
/// The range of the index of `for index in range(start, stop, step)`.
Interval range_of_index(Interval start, Interval stop, Interval step);
Interval join(Interval a, Interval b);
/// What is in both; of ranges without a common value, the first.
Interval meet(Interval a, Interval b);

}  // namespace numeta::core
