// spelling.cpp - reads the spellings of ops.def and the texts of support.def.
#include "emit_fortran/spelling.hpp"

#include <array>
#include <bit>
#include <cmath>
#include <cstdlib>

#include <fmt/format.h>

#include "emit_fortran/emit.hpp"

namespace numeta::emit_fortran {
namespace {

using core::DType;
using core::Kind;

struct PrecedenceName {
  std::string_view name;
  Precedence precedence;
};
constexpr PrecedenceName kPrecedences[] = {
    {"eqv", Precedence::Eqv},      {"or", Precedence::Or},        {"and", Precedence::And},
    {"not", Precedence::Not},      {"rel", Precedence::Relation}, {"add", Precedence::Add},
    {"mul", Precedence::Multiply}, {"pow", Precedence::Power}};

Spelling parse(std::string_view text) {
  Spelling out;
  if (const auto at = text.find('@'); at != std::string_view::npos) {
    for (const PrecedenceName& entry : kPrecedences) {
      if (entry.name == text.substr(at + 1)) out.precedence = entry.precedence;
    }
    text = text.substr(0, at);
  }
  if (text.starts_with('$') || text.starts_with('%')) {
    out.callee = text[0] == '$' ? Callee::Support : Callee::Libm;
    const auto open = text.find('(');
    out.name = text.substr(1, open - 1);
    text = text.substr(open);
  }
  Piece piece;
  for (std::size_t k = 0; k < text.size(); ++k) {
    if (text[k] != '{') {
      piece.text += text[k];
      continue;
    }
    piece.operand = text[k + 1] == 'k' ? -2 : text[k + 1] - '0';
    out.pieces.push_back(piece);
    piece = {};
    k += 2;
  }
  if (!piece.text.empty()) out.pieces.push_back(piece);
  return out;
}

using SpellingTable = std::array<std::array<Spelling, 5>, core::kOpCount>;

const SpellingTable& table() {
  static const SpellingTable parsed = [] {
    SpellingTable out;
    for (std::size_t op = 0; op < core::kOpCount; ++op) {
      for (std::size_t k = 0; k < 5; ++k) out[op][k] = parse(core::kOps[op].spelling[k]);
    }
    return out;
  }();
  return parsed;
}

template <class Float, class Bits>
std::string real_literal(Bits bits, std::string_view suffix, std::string_view int_kind) {
  const auto value = std::bit_cast<Float>(bits);
  if (std::isnan(value) || std::isinf(value) || std::fpclassify(value) == FP_SUBNORMAL) {
    const auto pattern = static_cast<std::int64_t>(std::make_signed_t<Bits>(bits));
    const std::string number = literal(int_kind == "c_int64_t" ? DType::i8 : DType::i4,
                                       {static_cast<std::uint64_t>(pattern), 0}, false);
    return fmt::format("transfer({}, 0.0_{})", number, suffix);
  }
  std::string digits = fmt::format("{}", value);
  if (digits.find_first_of(".e") == std::string::npos) digits += ".0";
  if (const auto e = digits.find('e');
      e != std::string::npos && digits.find('.') == std::string::npos) {
    digits.insert(e, ".0");
  }
  return fmt::format("{}_{}", digits, suffix);
}

std::string integer_literal(DType type, std::int64_t value, bool plain) {
  const int width = core::bits(type);
  if (core::kind(type) == Kind::Uint) {  // the bits, in the signed type of the same width
    const int unused = 64 - width;
    value = static_cast<std::int64_t>(static_cast<std::uint64_t>(value) << unused) >> unused;
  }
  const std::string_view suffix = core::row(type).fortran_kind;
  const std::int64_t least = width == 64 ? INT64_MIN : -(std::int64_t{1} << (width - 1));
  if (value == least) return fmt::format("(-{}_{} - 1_{})", -(value + 1), suffix, suffix);
  if (plain && value >= INT32_MIN + 1 && value <= INT32_MAX) return fmt::format("{}", value);
  return fmt::format("{}_{}", value, suffix);
}

std::string part_literal(DType part, std::uint64_t bits) {
  if (core::bits(part) == 32) {
    return real_literal<float>(static_cast<std::uint32_t>(bits), "c_float", "c_int32_t");
  }
  return real_literal<double>(bits, "c_double", "c_int64_t");
}

struct SupportRow {
  std::string_view name;
  std::string_view kinds;
  int width;  // 0 any, 64, 1 narrow
  std::string_view text;
};
constexpr int narrow = 1;
constexpr SupportRow kSupport[] = {
#define SUPPORT(name, kinds, width, text) {#name, kinds, width, text},
#include "emit_fortran/support.def"
#undef SUPPORT
};

char kind_letter(DType type) { return "biufc"[static_cast<std::size_t>(core::kind(type))]; }

std::string mask(DType type) {
  if (core::bits(type) == 64) return "(2_16**64 - 1_16)";
  return fmt::format("{}_c_int64_t", core::int_max(type));
}

void replace_all(std::string& text, std::string_view from, std::string_view to) {
  for (auto at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size())) {
    text.replace(at, from.size(), to);
  }
}

/// The row of a support procedure for a type.
const SupportRow& support_row(std::string_view name, DType type) {
  for (const SupportRow& entry : kSupport) {
    if (entry.name != name || entry.kinds.find(kind_letter(type)) == std::string_view::npos)
      continue;
    if (entry.width == 0 || (entry.width == 64) == (core::bits(type) == 64)) return entry;
  }
  throw EmitError(fmt::format("no support procedure {} for {}", name, core::row(type).name));
}

constexpr std::string_view kCall = "{call:";

}  // namespace

const Spelling* spelling(core::Op op, Kind kind) {
  const auto k = static_cast<std::size_t>(kind);
  if (core::row(op).spelling[k].empty()) return nullptr;
  return &table()[static_cast<std::size_t>(op)][k];
}

std::string literal(DType type, const std::uint64_t (&bits)[2], bool plain) {
  switch (core::kind(type)) {
    case Kind::Bool: return bits[0] != 0 ? ".true._c_bool" : ".false._c_bool";
    case Kind::Int:
    case Kind::Uint: return integer_literal(type, static_cast<std::int64_t>(bits[0]), plain);
    case Kind::Float: return part_literal(type, bits[0]);
    case Kind::Complex: {
      const DType part = core::real_part_type(type);
      return fmt::format("cmplx({}, {}, {})", part_literal(part, bits[0]),
                         part_literal(part, bits[1]), core::row(part).fortran_kind);
    }
  }
  return {};
}

std::string declared(DType type) {
  return fmt::format("{}({})", core::row(type).fortran_type, core::row(type).fortran_kind);
}

DType stored_type(const core::Buffer& buffer) {
  return core::is_bool(buffer.type) && !buffer.local ? DType::i1 : buffer.type;
}

std::string support_name(std::string_view name, DType type) {
  return fmt::format("{}_{}", name, core::row(type).code);
}

std::vector<std::string> support_callees(std::string_view name, DType type) {
  const std::string_view text = support_row(name, type).text;
  std::vector<std::string> out;
  for (auto at = text.find(kCall); at != std::string_view::npos; at = text.find(kCall, at + 1)) {
    const auto start = at + kCall.size();
    out.emplace_back(text.substr(start, text.find('}', start) - start));
  }
  return out;
}

std::string support_text(std::string_view name, DType type) {
  std::string text(support_row(name, type).text);
  for (const std::string& callee : support_callees(name, type)) {
    replace_all(text, fmt::format("{}{}}}", kCall, callee), support_name(callee, type));
  }
  replace_all(text, "{n}", support_name(name, type));
  replace_all(text, "{t}", declared(type));
  replace_all(text, "{r}", declared(core::real_part_type(type)));
  replace_all(text, "{k}", core::row(core::real_part_type(type)).fortran_kind);
  replace_all(text, "{m}", mask(type));
  replace_all(text, "{f}", libm_symbol("", type));
  return text;
}

std::string libm_symbol(std::string_view name, DType type) {
  return fmt::format("{}{}", name, core::bits(core::real_part_type(type)) == 32 ? "f" : "");
}

std::string libm_interface(std::string_view name, DType type, int arity) {
  const std::string symbol = libm_symbol(name, type);
  const std::string dummies = arity == 1 ? "x" : "x, y";
  return fmt::format(
      "    pure function libm_{0}({1}) result(z) bind(C, name=\"{0}\")\n"
      "      import :: {2}\n"
      "      {3}, value :: {1}\n"
      "      {3} :: z\n"
      "    end function libm_{0}\n",
      symbol, dummies, core::row(type).fortran_kind, declared(type));
}

}  // namespace numeta::emit_fortran
