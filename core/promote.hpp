// promote.hpp - the type rules of the operations: NumPy's NEP 50 promotion, weak scalars included.
// A weak operand is a Python bool, int, float or complex (b1, i8, f8, c16 here); an operation on
// weak operands only follows Python. Whatever is refused carries the text of the reason.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "core/dtypes.hpp"
#include "core/ops.hpp"

namespace numeta::core {

struct Type {
  DType dtype;
  bool weak;
  bool operator==(const Type&) const = default;
};

/// Why an operation is not done, and what to write instead.
struct Refusal {
  std::string_view text;
  std::string_view instead;
};

/// How an operation on operands of certain types is done: all operands are converted to
/// `operands`, the operation gives `result`. `error` has no text unless the types are refused.
struct Typing {
  Op op;
  DType operands;
  Type result;
  Refusal error;
};

/// The type of `a` and `b` brought together, as np.result_type or, for two weak ones, Python does.
Type common_type(Type a, Type b);
/// The typing of `op`; `python` asks for the rule of Python's math module: float in, float out.
Typing type_operation(Op op, std::span<const Type> operands, bool python = false);

}  // namespace numeta::core
