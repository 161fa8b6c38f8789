// cut.hpp - which regions are too long for one procedure. gfortran's time grows with the square of
// a block's length, and worse. A long region becomes internal procedures, `pieces`, that are called
// one after another and see the kernel's variables by host association. What leaves a region from
// inside (`exit`, `cycle`) stands between the calls; a failed check leaves its piece with `status`
// set, which is tested after the call.
//
// Measured with gfortran 12, 10,000 statements of five operations: one procedure is given up after
// minutes; pieces of 200 lines take 5.3 s at -O2 without SLP vectorisation, 3.9 s at -O1.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "emit_fortran/emit.hpp"
#include "emit_fortran/schedule.hpp"

namespace numeta::emit_fortran {

/// A region of so many statements, those of constructs inside it included, is cut.
inline constexpr std::uint32_t kLargestRegion = 400;
/// A piece ends when it has so many lines.
inline constexpr std::uint32_t kLinesOfPiece = 200;
/// Kernels with more pieces than this are compiled with fewer optimisations.
inline constexpr std::size_t kManyPieces = 10;

/// An internal procedure of the kernel.
struct Section {
  std::string name;
  std::string text;
  std::vector<LineOrigin> origins;  // lines of `text`
};

/// By region: is it cut?
std::vector<bool> long_regions(const core::Graph& graph, const Schedule& plan);

/// Does control go from inside a statement of a region to beyond the statement?
bool jumps_out(const core::Graph& graph, core::NodeId statement);

/// How a text with so many pieces is compiled: the first flags, for the optimisation.
std::vector<std::string> optimisation(std::size_t pieces);

}  // namespace numeta::emit_fortran
