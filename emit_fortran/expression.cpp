// expression.cpp - see expression.hpp.
#include "emit_fortran/expression.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace numeta::emit_fortran {
namespace {

using core::DType;
using core::Kind;
using core::Node;
using core::NodeId;
using core::Op;

bool binds_looser(Precedence own, Precedence outer) { return own < outer; }

Precedence next(Precedence p) { return static_cast<Precedence>(static_cast<std::uint8_t>(p) + 1); }

/// What an operand must bind at least as tightly as. Equal precedence is enough on the left of
/// a left-associative operator, where Fortran reads it as the graph means it.
Precedence required(const Spelling& spelled, int operand) {
  if (spelled.precedence == Precedence::Primary) return Precedence::None;
  const bool is_left = operand == 0 && spelled.pieces.front().text.empty();
  const bool associates = spelled.precedence != Precedence::Relation &&
                          spelled.precedence != Precedence::Power &&
                          spelled.precedence != Precedence::Eqv;
  return is_left && associates ? spelled.precedence : next(spelled.precedence);
}

std::string parenthesised(std::string text, Precedence own, Precedence outer) {
  return binds_looser(own, outer) ? "(" + text + ")" : text;
}

}  // namespace

std::string Expressions::symbol(NodeId id) const {
  const Node& n = g_.node(id);
  switch (n.op) {
    case Op::argument: return symbols_.scalars[n.bits[0]];
    case Op::dim: return fmt::format("{}({})", symbols_.shapes[n.bits[0]], n.bits[1]);
    case Op::stride: return fmt::format("{}({})", symbols_.strides[n.bits[0]], n.bits[1]);
    case Op::index: return symbols_.indices[n.bits[0]];
    default: return symbols_.temporaries[id];
  }
}

std::string Expressions::text(NodeId id, Precedence outer, bool plain) {
  const Node& n = g_.node(id);
  if (n.op == Op::constant) {
    std::string out = literal(n.type, n.bits, plain);
    const bool negative = out.front() == '-';
    return negative ? parenthesised(std::move(out), Precedence::Add, outer) : out;
  }
  std::string named = symbol(id);
  if (!named.empty()) {
    if (n.op != Op::argument && n.op != Op::dim && n.op != Op::stride) symbols_.homes.see(named);
    return named;
  }
  return expand(id, outer, plain);
}

std::string Expressions::expand(NodeId id, Precedence outer, bool plain) {
  const Node& n = g_.node(id);
  if (n.op == Op::load) {
    const auto buffer = static_cast<core::BufferId>(n.bits[0]);
    std::string loaded = element(buffer, g_.operands(id));
    if (stored_type(g_.buffers()[buffer]) == n.type) return loaded;
    return parenthesised(loaded + " /= 0", Precedence::Relation, outer);
  }
  if (n.op == Op::table) {
    return fmt::format("{}({})", symbols_.tables[n.bits[0]], index(g_.operands(id)[0]));
  }
  if (is_only_a_name(g_, id)) {
    return text(g_.operands(id)[0], outer, plain);
  }
  if (n.op == Op::cast) {
    Precedence own = Precedence::Primary;
    std::string out = cast(id, own);
    return parenthesised(std::move(out), own, outer);
  }
  const NodeId last = g_.operands(id).back();
  const Spelling* spelled = spelling(n.op, core::kind(g_.node(last).type));
  if (spelled == nullptr) {
    throw EmitError(fmt::format("{} of {} has no spelling", core::row(n.op).name,
                                core::row(g_.node(last).type).name));
  }
  const std::string_view libm = core::row(n.op).libm;
  // Of constants gfortran would compute the value itself, and refuse some: atan2(0, 0).
  const bool constant = std::ranges::all_of(
      g_.operands(id), [&](NodeId operand) { return g_.is_constant(operand); });
  if ((options_.exact || constant) && !libm.empty() && core::is_float(g_.node(last).type)) {
    return libm_call(id, libm);
  }
  if (spelled->callee == Callee::Libm) return libm_call(id, spelled->name);
  // A spelling that is its operand alone takes the operand's precedence.
  if (spelled->pieces.size() == 1 && spelled->pieces[0].text.empty()) {
    return text(g_.operands(id)[0], outer, false);
  }
  return parenthesised(operation_text(id, *spelled), spelled->precedence, outer);
}

std::string Expressions::libm_call(NodeId id, std::string_view name) {
  const auto operands = g_.operands(id);
  const DType type = g_.node(operands[0]).type;
  uses_.libm[{std::string(name), type}] = static_cast<int>(operands.size());
  std::string out = "libm_" + libm_symbol(name, type) + "(" + value(operands[0]);
  if (operands.size() > 1) out += ", " + value(operands[1]);
  return out + ")";
}

std::string Expressions::operation_text(NodeId id, const Spelling& spelled) {
  const auto operands = g_.operands(id);
  const DType type = g_.node(operands.back()).type;
  std::string out;
  if (spelled.callee == Callee::Support) {
    uses_.support.emplace(spelled.name, type);
    out = support_name(spelled.name, type);
  }
  // Beside another int64 a small constant needs no kind: Fortran converts it exactly.
  const bool infix = spelled.precedence == Precedence::Add ||
                     spelled.precedence == Precedence::Multiply ||
                     spelled.precedence == Precedence::Relation;
  const bool plain = infix && operands.size() == 2 && type == DType::i8 &&
                     g_.is_constant(operands[0]) != g_.is_constant(operands[1]);
  for (const Piece& piece : spelled.pieces) {
    out += piece.text;
    if (piece.operand == -2) {
      out += core::row(core::real_part_type(type)).fortran_kind;
    } else if (piece.operand >= 0) {
      const NodeId operand = operands[static_cast<std::size_t>(piece.operand)];
      out += text(operand, required(spelled, piece.operand), plain);
    }
  }
  return out;
}

std::string Expressions::operation_on(Op op, DType type, const std::string& a,
                                      const std::string& b) {
  const Spelling* spelled = spelling(op, core::kind(type));
  if (spelled == nullptr) {
    throw EmitError(
        fmt::format("{} of {} has no spelling", core::row(op).name, core::row(type).name));
  }
  std::string out;
  if (spelled->callee == Callee::Support) {
    uses_.support.emplace(spelled->name, type);
    out = support_name(spelled->name, type);
  }
  for (const Piece& piece : spelled->pieces) {
    out += piece.text;
    if (piece.operand >= 0) out += piece.operand == 0 ? a : b;
  }
  return out;
}

std::string Expressions::widen_unsigned(NodeId operand, DType from, std::string_view kind) {
  return fmt::format("iand(int({}, {}), {}_{})", value(operand), kind, core::int_max(from), kind);
}

std::string Expressions::cast_to_integer(NodeId operand, DType to) {
  const DType from = g_.node(operand).type;
  const std::string_view kind = core::row(to).fortran_kind;
  if (core::is_bool(from)) return fmt::format("merge(1_{0}, 0_{0}, {1})", kind, value(operand));
  if (core::is_integer(from)) {
    if (core::kind(from) == Kind::Uint && core::bits(from) < core::bits(to)) {
      return widen_unsigned(operand, from, kind);
    }
    return fmt::format("int({}, {})", value(operand), kind);
  }
  // Floats convert as C does on this machine: through int32 for narrower types, through int64
  // for uint32, in two halves for uint64.
  std::string_view by =
      core::bits(to) == 64 || to == DType::u4 ? "float_to_int64" : "float_to_int32";
  if (to == DType::u8) by = "float_to_unsigned";
  uses_.support.emplace(by, from);
  std::string out = fmt::format("{}({})", support_name(by, from), value(operand));
  const bool narrower = core::bits(to) < 32 || to == DType::u4;
  return narrower ? fmt::format("int({}, {})", out, kind) : out;
}

std::string Expressions::cast(NodeId id, Precedence& own) {
  const NodeId operand = g_.operands(id)[0];
  const DType from = g_.node(operand).type;
  const DType to = g_.node(id).type;
  const std::string_view kind = core::row(to).fortran_kind;
  if (core::is_bool(to)) {
    own = Precedence::Relation;
    const DType part = core::real_part_type(from);
    const std::string zero =
        core::is_integer(from) ? "0" : fmt::format("0.0_{}", core::row(part).fortran_kind);
    return fmt::format("{} /= {}", text(operand, Precedence::Add, false), zero);
  }
  if (core::is_integer(to)) return cast_to_integer(operand, to);
  std::string source;
  if (core::is_bool(from)) {
    source = fmt::format("merge(1, 0, {})", value(operand));
  } else if (from == DType::u8) {
    const DType part = core::real_part_type(to);
    uses_.support.emplace("unsigned_to_float", part);
    source = fmt::format("{}({})", support_name("unsigned_to_float", part), value(operand));
  } else if (core::kind(from) == Kind::Uint) {
    source = widen_unsigned(operand, from, "c_int64_t");
  } else {
    source = value(operand);
  }
  if (core::is_complex(to)) {
    const std::string_view part = core::row(core::real_part_type(to)).fortran_kind;
    return fmt::format("cmplx({}, kind={})", source, part);
  }
  return fmt::format("real({}, {})", source, kind);
}

std::string Expressions::stored(core::BufferId buffer, NodeId id) {
  const DType to = stored_type(g_.buffers()[buffer]);
  if (to == g_.buffers()[buffer].type) return value(id);
  if (g_.is_constant(id)) return literal(to, g_.node(id).bits, false);
  return cast_to_integer(id, to);
}

std::string Expressions::element(core::BufferId buffer, std::span<const NodeId> indices) {
  const core::Buffer& b = g_.buffers()[buffer];
  const std::string& name = symbols_.buffers[buffer];
  if (b.layout == core::Layout::Strided) {
    std::string out = name + "(" + symbols_.offsets[buffer];
    for (std::size_t axis = 0; axis < indices.size(); ++axis) {
      if (g_.is_integer_constant(indices[axis], 0)) continue;
      out += fmt::format(" + {} * {}({})", text(indices[axis], Precedence::Multiply, true),
                         symbols_.strides[buffer], axis);
    }
    return out + ")";
  }
  if (b.local) symbols_.homes.see(name, true);
  if (indices.empty()) return name;
  std::string out = name + "(";
  for (std::size_t k = 0; k < indices.size(); ++k) {
    if (k > 0) out += ", ";
    const std::size_t axis = b.layout == core::Layout::C ? indices.size() - 1 - k : k;
    out += index(indices[axis]);
  }
  return out + ")";
}

}  // namespace numeta::emit_fortran
