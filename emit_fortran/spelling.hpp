// spelling.hpp - the table's spellings, read once: pieces of text, operand slots, precedence.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/graph.hpp"
#include "core/ops.hpp"

namespace numeta::emit_fortran {

/// Fortran's precedences, loosest first; Primary needs no parentheses anywhere.
enum class Precedence : std::uint8_t {
  None,
  Eqv,
  Or,
  And,
  Not,
  Relation,
  Add,
  Multiply,
  Power,
  Primary
};

enum class Callee : std::uint8_t { Inline, Support, Libm };

struct Piece {
  std::string text;  // literal text before the slot
  int operand = -1;  // operand number, -1: none, -2: the kind of the operand
};

struct Spelling {
  Callee callee = Callee::Inline;
  std::string name;  // of the support procedure or libm function
  Precedence precedence = Precedence::Primary;
  std::vector<Piece> pieces;
};

/// The spelling of an operation for operands of `kind`; nullptr where the table refuses.
const Spelling* spelling(core::Op op, core::Kind kind);

/// A literal, bit-exact, e.g. 0.1_c_double; NaN, infinities and subnormals by `transfer`.
/// `plain`: a small int64 may stand without its kind suffix.
std::string literal(core::DType type, const std::uint64_t (&bits)[2], bool plain);

/// The Fortran declaration type, e.g. real(c_double).
std::string declared(core::DType type);
/// The type that the elements of a buffer are declared with. Bools in memory are bytes: GCC 12 makes
/// no vectors of logicals that it loads.
core::DType stored_type(const core::Buffer& buffer);

/// The name of a support procedure for a type, its text, and the procedures that this calls.
std::string support_name(std::string_view name, core::DType type);
std::string support_text(std::string_view name, core::DType type);
std::vector<std::string> support_callees(std::string_view name, core::DType type);
/// The C name of a libm function for a type: sin -> sinf for float32.
std::string libm_symbol(std::string_view name, core::DType type);
/// Its interface block entry.
std::string libm_interface(std::string_view name, core::DType type, int arity);

}  // namespace numeta::emit_fortran
