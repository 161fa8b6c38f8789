// A specialisation: one compiled variant of a kernel, what arguments it fits, and how it is run.
//
// Frame: the words for the values of a failed check (emit_fortran/frame.hpp); then
// the parameters' words in order; then the results' words, then those of the arrays that are made.
// A compile-time parameter takes none. `bound` parameters come first, one per bound value; captured
// arrays (hidden arguments) last. Nothing but the overlap variant, made at the first overlapping
// call, changes after construction.
#pragma once

#include <cstdint>
#include <vector>

#include "call_array.hpp"
#include "call_guard.hpp"
#include "call_overlap.hpp"
#include "call_reference.hpp"
#include "call_result.hpp"
#include "emit_fortran/frame.hpp"

namespace numeta::call {

using emit_fortran::kErrorWords;

using Entry = std::int32_t (*)(std::int64_t* frame);

struct Parameter {
  enum class Role : std::uint8_t {
    array,
    scalar,
    generator,
    constant,
    keyed,
    captured
  } role = Role::constant;
  int typenum = -1;         // scalar
  std::uint32_t words = 0;  // how many it takes in the frame
  ArrayRule array;          // array, captured
  Reference value;          // constant: itself; keyed: its key; captured: the array; generator: its type
  Reference key_of;         // keyed: value -> key
};

struct Variant {
  Entry entry = nullptr;  // null once the garbage collector cleared it
  std::vector<Parameter> parameters;
  std::size_t bound_count = 0;
  std::uint32_t words = 0;        // of the whole frame
  bool is_brief = false;          // ends in well under a microsecond: runs with the GIL held
  bool is_recursive = false;      // may need more stack than there is
  bool is_interruptible = false;  // may be left at any point
  bool runs_python = false;       // matching calls Python code, which may change the arguments
  OverlapCheck overlaps;
  GuardSet guards;
  ResultBuilder results;
  Reference raise_site;
  Reference make_overlap;
  Reference overlap;
  Reference keepalive;
};

struct Specialisation {
  PyObject_HEAD PyObject* dict;
  PyObject* weak_references;
  Variant* variant;
};

extern PyTypeObject SpecialisationType;
bool ready_specialisation_type();

inline Variant& variant_of(PyObject* specialisation) {
  return *reinterpret_cast<Specialisation*>(specialisation)->variant;
}
inline bool is_specialisation(PyObject* object) {
  return PyObject_TypeCheck(object, &SpecialisationType) != 0;
}

}  // namespace numeta::call
