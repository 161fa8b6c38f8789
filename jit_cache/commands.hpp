// The command lines that turn one Fortran and one C file into a shared object.
//
// gfortran's driver only starts other programs. `-###` makes it print what it would start; those
// lines, read once per compiler and flags, are run directly afterwards. Whatever looks unusual
// leads to the driver's own command lines instead, with the reason kept for `numeta doctor`.
//
// File names are fixed and relative to the working folder, so that they can leave no trace in the
// result: kernel.f90, stub.c, kernel.map (what the result exports), kernel.o, stub.o, kernel.so.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "jit_cache/spawn.hpp"

namespace numeta::jit_cache {

inline constexpr std::string_view kNoVectorMath = "-numeta-no-vector-math";

struct BuildPlan {
  bool direct = false;
  std::string reason;                  // why not direct
  Pipeline fortran;                    // kernel.f90 -> kernel.o
  Pipeline c;                          // stub.c -> stub.o
  Command link_start;                  // before the objects
  Command link_libraries;              // after the objects, as the driver gives them
  std::vector<std::string> libraries;  // the same as files in order; empty: not known
  Command link_end;
};

struct Compilers {
  std::string fc;
  std::string cc;
  std::string linker;             // absolute path of ld, for the direct plan
  std::string intrinsic_modules;  // gfortran's finclude folder
};

struct CompileFlags {
  std::vector<std::string> fortran;  // mode flags, -march, NUMETA_FFLAGS; no kNoVectorMath
  bool vector_math = true;
};

// The three driver commands; with `dry` they print what they would run.
Command fortran_driver(const Compilers& compilers, const CompileFlags& flags, bool dry);
Command c_driver(const Compilers& compilers, bool dry);
Command link_driver(const Compilers& compilers, const CompileFlags& flags, bool dry);

BuildPlan driver_plan(const Compilers& compilers, const CompileFlags& flags, std::string reason);

// From the output of the three dry runs; a driver plan with a reason if anything is unusual.
BuildPlan direct_plan(const Compilers& compilers, const CompileFlags& flags,
                      std::string_view fortran_output, std::string_view c_output,
                      std::string_view link_output);

// The link command, with only those libraries that --as-needed would keep where that is known.
// `linked`: further libraries, found again at run time by the folders that they are in now.
Command link_command(const BuildPlan& plan, std::string_view kernel_object,
                     std::string_view stub_object, const std::vector<std::string>& linked = {});

// The commands in the output of a `-###` run, words unquoted.
std::vector<Command> parse_dry_run(std::string_view output);

}  // namespace numeta::jit_cache
