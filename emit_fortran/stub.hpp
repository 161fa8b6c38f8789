// stub.hpp - the C function between the call object and the Fortran procedure. It takes one flat
// frame of 8-byte words:
//   3 words of error values, of which the first says before the call how many threads a parallel
//   loop may use (0: as many as OpenMP would), and the second the function that is told what
//   Python is to know: `int32_t tell(int64_t site, const int64_t *f)`, the value in the first word
//   and whether it is a float in the third, returns 0 to go on; then for each parameter an array's
//   data pointer, shape and, where strided, element strides and offset, or a scalar's value (two
//   words where complex); then a word for each result (two where complex).
// It returns 0, 1 + the number of the check that failed, or what `tell` returned.
#pragma once

#include <string>
#include <vector>

#include "core/graph.hpp"

namespace numeta::emit_fortran {

/// Which dummies beyond the data the procedure takes.
struct Needs {
  std::vector<bool> shape;  // by buffer
  bool threads = false;     // how many a parallel loop may use
  bool says = false;        // Python is told something
  bool status = false;
};

/// The function of the stub that hands on what Python is told.
std::string say_interface();

std::string stub_text(const core::Graph& graph, const Needs& needs, const std::string& symbol,
                      const std::string& label);

}  // namespace numeta::emit_fortran
