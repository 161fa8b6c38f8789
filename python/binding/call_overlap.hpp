// Whether arrays in a filled frame share memory in a way that matters: a written one with another
// one, or a written one with itself.
//
// Only byte extents are compared, so two interleaved arrays count as overlapping; they are then run
// by the overlap variant, which is right for all arguments and only slower. The order of the arrays
// in memory is remembered from the last call: where it still holds, n - 1 comparisons are enough.
#pragma once

#include <cstdint>
#include <vector>

#include "call_array.hpp"

namespace numeta::call {

class OverlapCheck {
 public:
  // The array's words begin at `word` of the frame.
  void add(const ArrayRule& rule, std::uint32_t word);
  bool needed() const { return needed_; }
  bool any(const std::int64_t* frame);

 private:
  struct Place {
    std::uint32_t word;
    std::uint8_t ndim;
    std::uint8_t item_shift;
    bool strided;
  };
  // The bytes [low, high) that an array can touch; low == high for an empty one.
  struct Extent {
    std::int64_t low;
    std::int64_t high;
  };
  static Extent extent_of(const Place& place, const std::int64_t* words);
  static bool overlaps_itself(const Place& place, const std::int64_t* words);
  // Whether the extents, in `order_`, follow one another without overlap.
  bool disjoint_in_order(const std::int64_t* frame) const;
  void sort(const std::int64_t* frame);
  bool any_pair(const std::int64_t* frame) const;

  std::vector<Place> places_;  // the written ones first
  std::size_t written_ = 0;
  bool needed_ = false;
  bool written_strided_ = false;
  std::vector<std::uint32_t> order_;  // of the places by address, as they were met last
};

}  // namespace numeta::call
