// conditional_sums.hpp - the loops that gcc 12 must not vectorise. Of several sums of one loop,
// `a(0) = a(0) + merge(p(0, i), 0, w(0, i) == k)`, `a(1) = ...`, it makes one vector; where the
// terms are chosen by a condition it may then compare other elements of `w` than belong to the
// elements of `p`, in the plainest of loops at -O3. It is the same where a branch chooses, and
// where the sums are elements that a short loop inside counts, which it unrolls first.
#pragma once

#include <vector>

#include "core/graph.hpp"
#include "core/live.hpp"

namespace numeta::emit_fortran {

/// By region: is it the body of a loop in which several places of one type, which do not move with
/// it, are given values that conditions decide?
std::vector<bool> conditional_sums(const core::Graph& graph, const core::Live& live);

}  // namespace numeta::emit_fortran
