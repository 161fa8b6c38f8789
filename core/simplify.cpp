// simplify.cpp - rewrite rules that hold exactly: for integers by algebra modulo the width, for
// floats only where every bit is kept, NaN payloads aside (x * 1, x / 1, x - 0, x + -0, --x).
// One rule is one row; a rule gives an existing node or kNone.
#include <array>

#include "core/graph.hpp"

namespace numeta::core {
namespace {

using Operands = std::span<const NodeId>;
using Rule_ = NodeId (*)(const Graph&, Operands);

bool is_value(const Graph& g, NodeId id, std::int64_t value) {
  return g.is_integer_constant(id, value);
}
bool is_real(const Graph& g, NodeId id, double value) {
  const Node& n = g.node(id);
  return n.op == Op::constant && is_float(n.type) &&
         n.bits[0] == literal_float(n.type, value).bits[0];
}

/// The one of two integers that is never less than the other, or kNone.
NodeId never_less(const Graph& g, NodeId a, NodeId b) {
  if (kind(g.node(a).type) != Kind::Int || g.node(a).type != g.node(b).type) return kNone;
  // An end at the limit of int64 may mean "or beyond".
  const auto covers = [&](NodeId more, NodeId less) {
    const std::int64_t low = g.range(more).low;
    const std::int64_t high = g.range(less).high;
    return low >= high && low != INT64_MIN && high != INT64_MAX;
  };
  if (covers(a, b)) return a;
  return covers(b, a) ? b : kNone;
}

struct RewriteRow {
  Op op;
  const char* rule;
  Rule_ apply;
};

constexpr RewriteRow kRewrites[] = {
    {Op::add, "x + 0 = x (int)",
     [](const Graph& g, Operands o) {
       if (is_value(g, o[1], 0)) return o[0];
       return is_value(g, o[0], 0) ? o[1] : kNone;
     }},
    {Op::add, "x + -0.0 = x",
     [](const Graph& g, Operands o) {
       if (is_real(g, o[1], -0.0)) return o[0];
       return is_real(g, o[0], -0.0) ? o[1] : kNone;
     }},
    {Op::sub, "x - 0 = x (int)",
     [](const Graph& g, Operands o) { return is_value(g, o[1], 0) ? o[0] : kNone; }},
    {Op::sub, "x - 0.0 = x",
     [](const Graph& g, Operands o) { return is_real(g, o[1], 0.0) ? o[0] : kNone; }},
    {Op::mul, "x * 1 = x, x * 0 = 0 (int)",
     [](const Graph& g, Operands o) {
       if (is_value(g, o[1], 1)) return o[0];
       if (is_value(g, o[0], 1)) return o[1];
       if (is_value(g, o[1], 0)) return o[1];
       return is_value(g, o[0], 0) ? o[0] : kNone;
     }},
    {Op::mul, "x * 1.0 = x",
     [](const Graph& g, Operands o) {
       if (is_real(g, o[1], 1.0)) return o[0];
       return is_real(g, o[0], 1.0) ? o[1] : kNone;
     }},
    {Op::mul, "0.0 * x = 0.0 where x was an integer that is not negative",
     [](const Graph& g, Operands o) {
       const auto is_counted = [&](NodeId id) {
         if (g.node(id).op != Op::cast) return false;
         const NodeId from = g.operands(id)[0];
         const Kind kind_of = kind(g.node(from).type);
         const bool whole = kind_of == Kind::Int && g.range(from).low >= 0;
         return whole || kind_of == Kind::Uint || kind_of == Kind::Bool;
       };
       if (is_real(g, o[0], 0.0) && is_counted(o[1])) return o[0];
       return is_real(g, o[1], 0.0) && is_counted(o[0]) ? o[1] : kNone;
     }},
    {Op::truediv, "x / 1.0 = x",
     [](const Graph& g, Operands o) { return is_real(g, o[1], 1.0) ? o[0] : kNone; }},
    {Op::floordiv, "x // 1 = x (int)",
     [](const Graph& g, Operands o) { return is_value(g, o[1], 1) ? o[0] : kNone; }},
    {Op::neg, "--x = x",
     [](const Graph& g, Operands o) {
       return g.node(o[0]).op == Op::neg ? g.operands(o[0])[0] : kNone;
     }},
    {Op::invert, "~~x = x",
     [](const Graph& g, Operands o) {
       return g.node(o[0]).op == Op::invert ? g.operands(o[0])[0] : kNone;
     }},
    {Op::bit_and, "x & x = x",
     [](const Graph&, Operands o) { return o[0] == o[1] ? o[0] : kNone; }},
    {Op::bit_or, "x | x = x", [](const Graph&, Operands o) { return o[0] == o[1] ? o[0] : kNone; }},
    {Op::bit_or, "x | 0 = x (int)",
     [](const Graph& g, Operands o) { return is_value(g, o[1], 0) ? o[0] : kNone; }},
    {Op::select, "select(c, x, x) = x; a constant condition chooses",
     [](const Graph& g, Operands o) {
       if (o[1] == o[2]) return o[1];
       if (!g.is_constant(o[0])) return kNone;
       return g.node(o[0]).bits[0] != 0 ? o[1] : o[2];
     }},
    {Op::select, "select(c, x, select(c, x, y)) = select(c, x, y)",
     [](const Graph& g, Operands o) {
       if (g.node(o[2]).op != Op::select) return kNone;
       const Operands inner = g.operands(o[2]);
       return inner[0] == o[0] && inner[1] == o[1] ? o[2] : kNone;
     }},
    {Op::maximum, "max(x, y) = x where x is never less (int)",
     [](const Graph& g, Operands o) { return never_less(g, o[0], o[1]); }},
    {Op::minimum, "min(x, y) = y where x is never less (int)",
     [](const Graph& g, Operands o) {
       const NodeId more = never_less(g, o[0], o[1]);
       return more == kNone ? kNone : more == o[0] ? o[1] : o[0];
     }},
    {Op::logical_and, "x and true = x, x and false = false",
     [](const Graph& g, Operands o) {
       if (g.is_constant(o[0])) return g.node(o[0]).bits[0] != 0 ? o[1] : o[0];
       if (g.is_constant(o[1])) return g.node(o[1]).bits[0] != 0 ? o[0] : o[1];
       return kNone;
     }},
};

/// The rows of an operation stand together; this is where they begin, or the table's end.
constexpr auto kFirstRow = [] {
  std::array<std::uint8_t, kOpCount> first{};
  first.fill(std::size(kRewrites));
  for (std::size_t k = std::size(kRewrites); k-- > 0;) {
    first[static_cast<std::size_t>(kRewrites[k].op)] = static_cast<std::uint8_t>(k);
  }
  return first;
}();

}  // namespace

NodeId simplify(const Graph& graph, Op op, std::span<const NodeId> operands) {
  for (std::size_t k = kFirstRow[static_cast<std::size_t>(op)];
       k < std::size(kRewrites) && kRewrites[k].op == op; ++k) {
    const NodeId found = kRewrites[k].apply(graph, operands);
    if (found != kNone) return found;
  }
  return kNone;
}

}  // namespace numeta::core
