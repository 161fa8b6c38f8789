// foreign.hpp - the interface block of a library's procedure; see foreign.cpp.
#pragma once

#include <string>

#include "emit_fortran/expression.hpp"

namespace numeta::emit_fortran {

/// The entry of the block of interfaces that declares the procedure.
std::string foreign_interface(Uses& uses, const core::Foreign& procedure);

}  // namespace numeta::emit_fortran
