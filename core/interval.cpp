// interval.cpp - saturating interval arithmetic; see interval.hpp for what a range means.
#include "core/interval.hpp"

#include <algorithm>

namespace numeta::core {
namespace {

__extension__ using Wide = __int128;

std::int64_t clip(Wide value) {
  if (value < INT64_MIN) return INT64_MIN;
  if (value > INT64_MAX) return INT64_MAX;
  return static_cast<std::int64_t>(value);
}

/// Ends of int64 stand for "or beyond": they absorb what is added to them.
bool open_low(Interval x) { return x.low == INT64_MIN; }
bool open_high(Interval x) { return x.high == INT64_MAX; }

Interval sum(Interval a, Interval b) {
  return {open_low(a) || open_low(b) ? INT64_MIN : clip(Wide{a.low} + b.low),
          open_high(a) || open_high(b) ? INT64_MAX : clip(Wide{a.high} + b.high)};
}

Interval negated(Interval a) {
  return {open_high(a) ? INT64_MIN : clip(-Wide{a.high}),
          open_low(a) ? INT64_MAX : clip(-Wide{a.low})};
}

Interval product(Interval a, Interval b) {
  const Wide ends[] = {Wide{a.low} * b.low, Wide{a.low} * b.high, Wide{a.high} * b.low,
                       Wide{a.high} * b.high};
  Interval out{clip(*std::min_element(ends, ends + 4)), clip(*std::max_element(ends, ends + 4))};
  const bool open = open_low(a) || open_high(a) || open_low(b) || open_high(b);
  if (open && out.low < 0) out.low = INT64_MIN;
  if (open && out.high > 0) out.high = INT64_MAX;
  return out;
}

std::int64_t floor_quotient(std::int64_t a, std::int64_t b) {
  const Wide q = Wide{a} / b;
  return clip(Wide{a} % b != 0 && (a < 0) != (b < 0) ? q - 1 : q);
}

Interval quotient(Interval a, Interval b) {
  if (b.low < 1) return {};  // zero or a negative divisor: nothing is claimed
  const std::int64_t ends[] = {floor_quotient(a.low, b.low), floor_quotient(a.low, b.high),
                               floor_quotient(a.high, b.low), floor_quotient(a.high, b.high)};
  Interval out{*std::min_element(ends, ends + 4), *std::max_element(ends, ends + 4)};
  if (open_low(a)) out.low = INT64_MIN;
  if (open_high(a)) out.high = INT64_MAX;
  return out;
}

Interval modulo(Interval a, Interval b) {
  if (b.low < 1) return {};
  const std::int64_t greatest = open_high(b) ? INT64_MAX : b.high - 1;
  return {0, a.low >= 0 ? std::min(a.high, greatest) : greatest};
}

Interval shifted_down(Interval a, Interval b) {
  if (!b.within(0, 63)) return a.low >= 0 ? Interval{0, a.high} : Interval{};
  const auto least = static_cast<int>(b.low);
  const auto most = static_cast<int>(b.high);
  return {open_low(a) ? INT64_MIN : a.low >> (a.low < 0 ? least : most),
          open_high(a) ? INT64_MAX : a.high >> (a.high < 0 ? most : least)};
}

Interval unclipped(Op op, Interval a, Interval b) {
  switch (op) {
    case Op::add: return sum(a, b);
    case Op::sub: return sum(a, negated(b));
    case Op::mul: return product(a, b);
    case Op::square: {
      const Interval p = product(a, a);
      return {std::max<std::int64_t>(p.low, 0), p.high};
    }
    case Op::neg: return negated(a);
    case Op::floordiv:
    case Op::quotient: return quotient(a, b);
    case Op::mod:
    case Op::residue: return modulo(a, b);
    case Op::abs: {
      const Interval n = negated(a);
      if (a.low >= 0) return a;
      return {a.high <= 0 ? n.low : 0, std::max(n.high, a.high)};
    }
    case Op::minimum:
    case Op::fmin: return {std::min(a.low, b.low), std::min(a.high, b.high)};
    case Op::maximum:
    case Op::fmax: return {std::max(a.low, b.low), std::max(a.high, b.high)};
    case Op::bit_and:
      if (a.low >= 0 && b.low >= 0) return {0, std::min(a.high, b.high)};
      if (b.low >= 0) return {0, b.high};
      if (a.low >= 0) return {0, a.high};
      return {};
    case Op::rshift:
    case Op::shift_down: return shifted_down(a, b);
    case Op::conj:
    case Op::real:
    case Op::floor:
    case Op::ceil:
    case Op::trunc: return a;
    case Op::sign: return {-1, 1};
    case Op::gcd: return {0, INT64_MAX};
    default: return {};
  }
}

/// Operations of which what `unclipped` claims never wraps, ends of the type included.
bool stays_inside(Op op) {
  switch (op) {
    case Op::floordiv:
    case Op::quotient:
    case Op::mod:
    case Op::residue:
    case Op::minimum:
    case Op::maximum:
    case Op::fmin:
    case Op::fmax:
    case Op::bit_and:
    case Op::rshift:
    case Op::shift_down: return true;
    default: return false;
  }
}

}  // namespace

Interval whole(DType type) {
  return is_integer(type) ? Interval{int_min(type), int_max(type)} : Interval{};
}

Interval join(Interval a, Interval b) { return {std::min(a.low, b.low), std::max(a.high, b.high)}; }

Interval meet(Interval a, Interval b) {
  const Interval both{std::max(a.low, b.low), std::min(a.high, b.high)};
  return both.low <= both.high ? both : a;
}

Interval range_of(Op op, DType type, bool weak, Interval a, Interval b) {
  if (!is_integer(type)) return {};
  const Interval exact = unclipped(op, a, b);
  // The end INT64_MIN or INT64_MAX may mean "or beyond", so an integer that wraps keeps a range
  // only if it stays strictly inside.
  if (weak) return exact;
  if (stays_inside(op)) return meet(whole(type), exact);
  const bool inside = exact.low >= int_min(type) && exact.high <= int_max(type) &&
                      exact.low != INT64_MIN && exact.high != INT64_MAX;
  return inside ? exact : whole(type);
}

Interval range_of_cast(DType type, DType from_type, Interval from) {
  const Interval all = whole(type);
  // The open end of uint64 holds numbers that are negative in every other type.
  if (from_type == DType::u8 && type != from_type && open_high(from)) return all;
  return from.within(all.low, all.high) ? from : all;
}

Interval range_of_index(Interval start, Interval stop, Interval step) {
  if (step.low >= 1) return {start.low, std::max(start.low, clip(Wide{stop.high} - 1))};
  if (step.high <= -1) return {std::min(start.high, clip(Wide{stop.low} + 1)), start.high};
  return {std::min(start.low, clip(Wide{stop.low} + 1)),
          std::max(start.high, clip(Wide{stop.high} - 1))};
}

}  // namespace numeta::core
