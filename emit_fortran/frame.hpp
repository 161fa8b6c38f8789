// frame.hpp - the first words of the frame between the call object and the stub (stub.hpp).
#pragma once

#include <cstddef>
#include <cstdint>

namespace numeta::emit_fortran {

/// How many values the message of a failed check may show.
inline constexpr std::size_t kErrorValues = 8;
/// The values, and a word whose bit k says that value k is a double.
inline constexpr std::size_t kErrorWords = kErrorValues + 1;
/// Of them, before a check fails: the function that is told what Python is to know.
inline constexpr std::size_t kTellWord = 2;

/// The status of a kernel that has done nothing and wants another variant to run in its place.
inline constexpr std::int32_t kDeclined = INT32_MAX;

}  // namespace numeta::emit_fortran
