// Overlap of the arrays in a frame. See call_overlap.hpp.

#include "call_overlap.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>

namespace numeta::call {

void OverlapCheck::add(const ArrayRule& rule, std::uint32_t word) {
  const bool strided = rule.layout == Layout::strided;
  const Place place{word, static_cast<std::uint8_t>(rule.ndim),
                    static_cast<std::uint8_t>(rule.item_shift), strided};
  if (rule.written) {
    places_.insert(places_.begin() + static_cast<std::ptrdiff_t>(written_++), place);
    needed_ |= strided;
  } else {
    places_.push_back(place);
  }
  needed_ |= written_ > 0 && places_.size() > 1;
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

bool OverlapCheck::any(const std::int64_t* frame) const {
  constexpr std::size_t kFew = 32;
  std::array<Extent, kFew> few;  // not initialised: written before it is read
  std::vector<Extent> many;
  Extent* extents = few.data();
  if (places_.size() > kFew) {
    many.resize(places_.size());
    extents = many.data();
  }
  for (std::size_t k = 0; k < places_.size(); ++k) {
    extents[k] = extent_of(places_[k], frame + places_[k].word);
  }
  for (std::size_t w = 0; w < written_; ++w) {
    const Place& place = places_[w];
    const Extent a = extents[w];
    if (a.low == a.high) continue;
    if (place.strided && overlaps_itself(place, frame + place.word)) return true;
    for (std::size_t other = w + 1; other < places_.size(); ++other) {
      const Extent b = extents[other];
      if (a.low < b.high && b.low < a.high && b.low != b.high) return true;
    }
  }
  return false;
}

}  // namespace numeta::call
