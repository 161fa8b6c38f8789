// The instruction sets of the processor that this process runs on, as one string.
//
// Part of the key when code is compiled for the native processor, so that a store shared between
// machines never gives a kernel to one that lacks an instruction.
#pragma once

#include <string>

namespace numeta::jit_cache {

std::string cpu_features();

}  // namespace numeta::jit_cache
