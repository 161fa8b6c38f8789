// stub.hpp - the C function between the call object and the Fortran procedure. It takes one flat
// frame of 8-byte words:
//   the words of error values (frame.hpp), of which the first says before the call how many threads
//   a parallel loop may use (0: as many as OpenMP would); then for each parameter an array's data
//   pointer, shape and, where strided, element strides and offset, or a scalar's value (two words
//   where complex); then a word for each result (two where complex); then for each array that is
//   returned two words and its lengths. The words of an early one (core/returned.hpp) are its
//   object, which the stub leaves alone, and its data pointer, 0 where there is no memory. Those of
//   another one are its object too, and a pointer to what begins with a function that is given the
//   words, makes the array and returns the data pointer.
// The third word is a function, `int32_t tell(int64_t site, const int64_t *f)`: the value that
// Python is told is the first word, and the result is 0 to go on. It returns 0, 1 + the number of
// the check that failed, or what `tell` returned. Called with 1 in the second word, it does nothing
// but fill in the lengths of the early arrays.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "core/returned.hpp"

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

/// A bind(C) procedure as the stub calls it.
struct Target {
  const core::Graph& graph;
  Needs needs;
  std::string label;
};

/// `lengths`: what gives those of the early arrays, where there are any.
std::string stub_text(const Target& kernel, std::span<const core::Returned> returned,
                      const Target* lengths, const std::string& symbol);

}  // namespace numeta::emit_fortran
