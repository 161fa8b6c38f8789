// Overlap of the arrays in a frame. See call_overlap.hpp.

#include "call_overlap.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <limits>

namespace numeta::call {

void OverlapCheck::add(const ArrayRule& rule, std::uint32_t word) {
  const bool strided = rule.layout == Layout::strided;
  const Place place{word, static_cast<std::uint8_t>(rule.ndim),
                    static_cast<std::uint8_t>(rule.item_shift), strided};
  if (rule.written) {
    places_.insert(places_.begin() + static_cast<std::ptrdiff_t>(written_++), place);
    written_strided_ |= strided;
  } else {
    places_.push_back(place);
  }
  needed_ = written_strided_ || (written_ > 0 && places_.size() > 1);
  order_.push_back(static_cast<std::uint32_t>(order_.size()));
}

inline OverlapCheck::Extent OverlapCheck::extent_of(const Place& place, const std::int64_t* words) {
  const std::int64_t low = words[0];
  const std::int64_t* shape = words + 1;
  if (!place.strided) {
    std::int64_t items = 1;
    for (std::size_t axis = 0; axis < place.ndim; ++axis) items *= shape[axis];
    return {low, low + (items << place.item_shift)};
  }
  // A strided array is never empty, and its words give the lowest address.
  const std::int64_t* strides = shape + place.ndim;
  std::int64_t last = 0;
  for (std::size_t axis = 0; axis < place.ndim; ++axis) {
    last += (shape[axis] - 1) * std::abs(strides[axis]);
  }
  return {low, low + ((last + 1) << place.item_shift)};
}

// Sufficient, not exact: unless each axis, in order of the strides, steps over all the inner ones,
// two indices may name one element.
bool OverlapCheck::overlaps_itself(const Place& place, const std::int64_t* words) {
  struct Axis {
    std::int64_t stride;
    std::int64_t reach;
  };
  std::array<Axis, NPY_MAXDIMS> axes;
  std::size_t count = 0;
  const std::int64_t* shape = words + 1;
  const std::int64_t* strides = shape + place.ndim;
  for (std::size_t axis = 0; axis < place.ndim; ++axis) {
    if (shape[axis] == 1) continue;
    const std::int64_t stride = std::abs(strides[axis]);
    axes[count++] = {stride, (shape[axis] - 1) * stride};
  }
  std::sort(axes.begin(), axes.begin() + static_cast<std::ptrdiff_t>(count),
            [](const Axis& a, const Axis& b) { return a.stride < b.stride; });
  std::int64_t inner = 1;
  for (std::size_t k = 0; k < count; ++k) {
    if (axes[k].stride < inner) return true;
    inner += axes[k].reach;
  }
  return false;
}

inline bool OverlapCheck::disjoint_in_order(const std::int64_t* frame) const {
  std::int64_t end = std::numeric_limits<std::int64_t>::min();
  for (const std::uint32_t k : order_) {
    const Extent extent = extent_of(places_[k], frame + places_[k].word);
    if (extent.low < end) return false;
    end = extent.high;
  }
  return true;
}

void OverlapCheck::sort(const std::int64_t* frame) {
  std::sort(order_.begin(), order_.end(), [&](std::uint32_t a, std::uint32_t b) {
    const Extent x = extent_of(places_[a], frame + places_[a].word);
    const Extent y = extent_of(places_[b], frame + places_[b].word);
    return x.low != y.low ? x.low < y.low : x.high < y.high;
  });
}

bool OverlapCheck::any_pair(const std::int64_t* frame) const {
  for (std::size_t w = 0; w < written_; ++w) {
    const Extent a = extent_of(places_[w], frame + places_[w].word);
    if (a.low == a.high) continue;
    for (std::size_t other = w + 1; other < places_.size(); ++other) {
      const Extent b = extent_of(places_[other], frame + places_[other].word);
      if (a.low < b.high && b.low < a.high && b.low != b.high) return true;
    }
  }
  return false;
}

bool OverlapCheck::any(const std::int64_t* frame) {
  if (written_strided_) {
    for (std::size_t w = 0; w < written_; ++w) {
      const Place& place = places_[w];
      if (place.strided && overlaps_itself(place, frame + place.word)) return true;
    }
  }
  if (disjoint_in_order(frame)) return false;
  sort(frame);
  return !disjoint_in_order(frame) && any_pair(frame);
}

}  // namespace numeta::call
