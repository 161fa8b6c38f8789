// Calls of procedures of libraries: what they read and write, when they live, how they are emitted.
#include <gtest/gtest.h>

#include "core/live.hpp"
#include "core/parallel.hpp"
#include "core/rebuild.hpp"
#include "emit_fortran/emit.hpp"
#include "tests/core/building.hpp"

namespace numeta::core {
namespace {

/// double f(int32_t n, const double *x, double *y)
Foreign declared(bool only_writes) {
  return {"f_of_x",  "/lib/libf.so",
          "",        {{DType::i4, true}, {DType::f8, false, true}, {DType::f8, false, true, true}},
          DType::f8, only_writes};
}

struct Called : Building {
  explicit Called(bool only_writes, bool own = false) {
    x = vector("x");
    y = own ? g.array("work", DType::f8, Layout::C, 1) : vector("y");
    const NodeId length[] = {g.dim(x, 0)};
    if (own) g.allocate(y, length, 0);
    result = g.variable("r", DType::f8, false);
    before = load(y, {g.integer(0)});
    const NodeId operands[] = {g.cast(g.dim(x, 0), DType::i4, false), g.integer(1), g.integer(0)};
    g.foreign(declared(only_writes), operands, {0, {kNone, x, y}, result});
    after = load(y, {g.integer(0)});
  }
  BufferId x, y, result;
  NodeId before, after;
};

TEST(Foreign, AWrittenArrayIsReadAgain) {
  Called b(false);
  EXPECT_NE(b.before, b.after);
  EXPECT_EQ(b.load(b.y, {b.g.integer(0)}), b.after);
}

TEST(Foreign, IsLegalAndPrinted) {
  Called b(false);
  verify(b.g);
  EXPECT_NE(print(b.g).find("call f_of_x"), std::string::npos);
}

TEST(Foreign, AnArgumentThatIsMissingIsIllegal) {
  Called b(false);
  const NodeId operands[] = {b.g.integer(1)};
  b.g.foreign(declared(false), operands, {0, {kNone}, b.result});
  EXPECT_THROW(verify(b.g), std::logic_error);
}

TEST(Foreign, ProcedureWithEffectsAlwaysLives) {
  Called b(false, true);
  EXPECT_TRUE(live(b.g).stored[b.y]);
}

TEST(Foreign, OneThatOnlyWritesLivesWhereItsArrayIsRead) {
  Called dead(true, true);
  EXPECT_FALSE(live(dead.g).stored[dead.y]);
  Called read(true, true);
  read.g.results = {{read.after, false}};
  EXPECT_TRUE(live(read.g).stored[read.y]);
  Called outside(true, false);
  EXPECT_TRUE(live(outside.g).stored[outside.y]);
}

TEST(Foreign, IsCopiedWithTheGraph) {
  Called b(false);
  b.g.results = {{b.after, false}};
  EXPECT_EQ(print(rebuild(b.g)), print(rebuild(rebuild(b.g))));
}

TEST(Foreign, IsEmittedWithAnInterface) {
  Called b(false);
  b.g.results = {{b.g.load(b.result, {}), false}};
  const emit_fortran::Emission made = emit_fortran::emit(b.g, {});
  const std::string& text = made.fortran;
  EXPECT_NE(text.find("function foreign_f_of_x(a1, a2, a3) result(answer) &"), std::string::npos);
  EXPECT_NE(text.find("bind(C, name=\"f_of_x\")"), std::string::npos);
  EXPECT_NE(text.find("integer(c_int32_t), value :: a1"), std::string::npos);
  EXPECT_NE(text.find("real(c_double), intent(in) :: a2(*)"), std::string::npos);
  EXPECT_NE(text.find("real(c_double), intent(inout) :: a3(*)"), std::string::npos);
  EXPECT_NE(text.find("r = foreign_f_of_x(int(x_shape(0), c_int32_t), x(1), y(0))"),
            std::string::npos);
  EXPECT_EQ(made.libraries, std::set<std::string>{"/lib/libf.so"});
  EXPECT_EQ(made.written, (std::vector<bool>{false, true}));
  EXPECT_TRUE(made.loops);
}

TEST(Foreign, TwoDeclarationsOfOneSymbolHaveTwoNames) {
  Called b(false);
  Foreign other = declared(false);
  other.symbol = "F_of_X_";
  const NodeId operands[] = {b.g.constant(DType::i4, false, literal_int(1)), b.g.integer(0),
                             b.g.integer(0)};
  b.g.foreign(other, operands, {0, {kNone, b.x, b.y}, b.result});
  const std::string text = emit_fortran::emit(b.g, {}).fortran;
  EXPECT_NE(text.find("foreign_f_of_x_2(1_c_int32_t, x(0), y(0))"), std::string::npos);
}

TEST(Foreign, TheSourceOfAProcedureStandsAfterTheKernel) {
  Called b(false);
  Foreign written = declared(false);
  written.library = "";
  written.source = "subroutine f\nend subroutine\n";
  const NodeId operands[] = {b.g.constant(DType::i4, false, literal_int(1)), b.g.integer(0),
                             b.g.integer(0)};
  for (int k = 0; k < 2; ++k) b.g.foreign(written, operands, {0, {kNone, b.x, b.y}, b.result});
  const std::string text = emit_fortran::emit(b.g, {}).fortran;
  EXPECT_TRUE(text.ends_with("end subroutine kernel\n\nsubroutine f\nend subroutine\n"));
}

TEST(Foreign, AParallelLoopIsNotGivenWhatAllIterationsWrite) {
  Building b;
  const BufferId x = b.vector("x");
  const RegionId loop = b.loop(b.g.dim(x, 0));
  b.g.set_parallel(Parallel::Yes);
  const NodeId operands[] = {b.index(loop)};
  const Foreign procedure{"f", "", "", {{DType::f8, false, true, true}}, std::nullopt, false};
  b.g.foreign(procedure, operands, {0, {x}, kNone});
  b.end();
  const Live known = live(b.g);
  EXPECT_THROW(parallel_loops(b.g, known, {{}, {}}), ParallelFault);
}

}  // namespace
}  // namespace numeta::core
