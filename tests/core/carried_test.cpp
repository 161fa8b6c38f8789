// Loops with carried values, from the graph to the emitted text to the compiled procedure: a sum,
// the pair of Fibonacci numbers, and one loop that feeds another. All carried values change at
// once, and a loop that never runs gives back what it was given.
#include <dlfcn.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <bit>
#include <cstdlib>
#include <fstream>

#include "emit_fortran/emit.hpp"
#include "tests/core/building.hpp"

namespace numeta::core {
namespace {

/// A procedure compiled from an emission; its frame is the stub's.
class Compiled {
 public:
  explicit Compiled(const emit_fortran::Emission& emission) {
    std::string folder = "/tmp/numeta_carried_XXXXXX";
    if (mkdtemp(folder.data()) == nullptr) throw std::runtime_error("no folder");
    std::ofstream(folder + "/k.f90") << emission.fortran;
    std::ofstream(folder + "/k.c") << emission.stub;
    const std::string command = "cd " + folder + " && gcc -c -fPIC k.c -o c.o && gfortran -O2 " +
                                "-Wall -Werror -shared -fPIC k.f90 c.o -o k.so";
    if (std::system(command.c_str()) != 0) throw std::runtime_error(emission.fortran);
    handle_ = dlopen((folder + "/k.so").c_str(), RTLD_NOW | RTLD_LOCAL);
    if (handle_ == nullptr) throw std::runtime_error(dlerror());
    stub_ = reinterpret_cast<Stub>(dlsym(handle_, emission.symbol.c_str()));
    if (std::system(("rm -r " + folder).c_str()) != 0) throw std::runtime_error(folder);
  }
  ~Compiled() { dlclose(handle_); }
  Compiled(const Compiled&) = delete;
  Compiled& operator=(const Compiled&) = delete;
  std::int32_t operator()(std::int64_t* frame) const { return stub_(frame); }

 private:
  using Stub = std::int32_t (*)(std::int64_t*);
  void* handle_ = nullptr;
  Stub stub_ = nullptr;
};

Graph sum_of_elements() {
  Building b;
  const BufferId a = b.vector("a");
  const RegionId loop = b.loop(b.g.dim(a, 0), {b.real(0)});
  const Region& body = b.g.regions()[loop];
  b.end({b.op(Op::add, DType::f8, {body.carried[0], b.load(a, {body.index})})});
  b.g.results = {{b.g.result(loop, 0), false}};
  return std::move(b.g);
}

Graph fibonacci() {
  Building b;
  const NodeId n = b.g.scalar("n", DType::i8, true);
  const RegionId loop = b.loop(n, {b.g.integer(0), b.g.integer(1)});
  const NodeId first = b.g.regions()[loop].carried[0];
  const NodeId second = b.g.regions()[loop].carried[1];
  b.end({second, b.op(Op::add, DType::i8, {first, second}, true)});
  b.g.results = {{b.g.result(loop, 0), true}, {b.g.result(loop, 1), true}};
  return std::move(b.g);
}

/// total = 0; for i in range(n): for j in range(i): total += j
Graph nested_sum() {
  Building b;
  const NodeId n = b.g.scalar("n", DType::i8, true);
  const RegionId outer = b.loop(n, {b.g.integer(0)});
  const NodeId i = b.g.regions()[outer].index;
  const RegionId inner = b.loop(i, {b.g.regions()[outer].carried[0]});
  const Region& body = b.g.regions()[inner];
  b.end({b.op(Op::add, DType::i8, {body.carried[0], body.index}, true)});
  b.end({b.g.result(inner, 0)});
  b.g.results = {{b.g.result(outer, 0), true}};
  return std::move(b.g);
}

std::string body_of(const std::string& fortran) {
  return fortran.substr(fortran.find("implicit none"));
}

TEST(Carried, ASumVerifiesAndPrints) {
  const Graph g = sum_of_elements();
  EXPECT_NO_THROW(verify(g));
  EXPECT_EQ(print(g), R"(kernel kernel
  %0: f8 = constant 0x0 0x0
  %2: i8~ = constant 0x1 0x0
  %1: i8~ = dim a, 0
  %3: i8~ = constant 0x0 0x0
  for i in %3, %1, %2, %0
    %5: i8~ = index region 1 #0
    %7: f8 = load a@2 [%5]
    %6: f8 = carried region 1 #0
    %8: f8 = add %6, %7
    yield %8
  %9: f8 = result region 1 #0
  return %9
)");
}

TEST(Carried, ASumReadsAsALoopThatAdds) {
  EXPECT_EQ(body_of(emit_fortran::emit(sum_of_elements(), {}).fortran), R"(implicit none
  integer(c_int64_t), intent(in) :: a_shape(0:0)
  real(c_double), intent(in) :: a(0:a_shape(0) - 1)
  real(c_double), intent(out) :: answer
  integer(c_int64_t) :: i
  real(c_double) :: carried

  carried = 0.0_c_double
  do i = 0, a_shape(0) - 1
    carried = carried + a(i)
  end do
  answer = carried
end subroutine kernel
)");
}

TEST(Carried, ASumRuns) {
  const Compiled kernel(emit_fortran::emit(sum_of_elements(), {}));
  std::array<double, 4> a{1, 2, 4, 8};
  for (const std::int64_t n : {4, 1, 0}) {
    std::int64_t frame[6] = {0, 0, 0, reinterpret_cast<std::int64_t>(a.data()), n, -1};
    EXPECT_EQ(kernel(frame), 0);
    EXPECT_EQ(std::bit_cast<double>(frame[5]), n == 4 ? 15.0 : static_cast<double>(n));
  }
}

TEST(Carried, APairVerifiesAndPrints) {
  const Graph g = fibonacci();
  EXPECT_NO_THROW(verify(g));
  EXPECT_EQ(print(g), R"(kernel kernel
  %2: i8~ = constant 0x1 0x0
  %1: i8~ = constant 0x0 0x0
  %0: i8~ = argument n
  for i in %1, %0, %2, %1, %2
    %6: i8~ = carried region 1 #1
    %5: i8~ = carried region 1 #0
    %7: i8~ = add %5, %6
    yield %6, %7
  %8: i8~ = result region 1 #0
  return %8
  %9: i8~ = result region 1 #1
  return %9
)");
}

TEST(Carried, APairChangesAtOnce) {
  EXPECT_EQ(body_of(emit_fortran::emit(fibonacci(), {}).fortran), R"(implicit none
  integer(c_int64_t), value :: n
  integer(c_int64_t), intent(out) :: answer_0
  integer(c_int64_t), intent(out) :: answer_1
  integer(c_int64_t) :: i, carried, carried_2, next, next_2

  carried = 0_c_int64_t
  carried_2 = 1_c_int64_t
  do i = 0, n - 1
    next = carried_2
    next_2 = carried + carried_2
    carried = next
    carried_2 = next_2
  end do
  answer_0 = carried
  answer_1 = carried_2
end subroutine kernel
)");
  const Compiled kernel(emit_fortran::emit(fibonacci(), {}));
  std::int64_t frame[6] = {0, 0, 0, 50, 0, 0};
  EXPECT_EQ(kernel(frame), 0);
  EXPECT_EQ(frame[4], 12586269025);
  EXPECT_EQ(frame[5], 20365011074);
  frame[3] = 0;
  EXPECT_EQ(kernel(frame), 0);
  EXPECT_EQ(frame[4], 0);
  EXPECT_EQ(frame[5], 1);
}

TEST(Carried, TwoValuesMayChangePlaces) {
  Building b;
  const NodeId n = b.g.scalar("n", DType::i8, true);
  const RegionId loop = b.loop(n, {b.g.integer(3), b.g.integer(4)});
  b.end({b.g.regions()[loop].carried[1], b.g.regions()[loop].carried[0]});
  b.g.results = {{b.g.result(loop, 0), true}, {b.g.result(loop, 1), true}};
  verify(b.g);
  const Compiled kernel(emit_fortran::emit(b.g, {}));
  std::int64_t frame[6] = {0, 0, 0, 5, 0, 0};
  EXPECT_EQ(kernel(frame), 0);
  EXPECT_EQ(frame[4], 4);
  EXPECT_EQ(frame[5], 3);
}

TEST(Carried, NestedLoopsPassTheValueInAndOut) {
  const Graph g = nested_sum();
  EXPECT_NO_THROW(verify(g));
  EXPECT_EQ(body_of(emit_fortran::emit(g, {}).fortran), R"(implicit none
  integer(c_int64_t), value :: n
  integer(c_int64_t), intent(out) :: answer
  integer(c_int64_t) :: i, i_2, carried, carried_2

  carried = 0_c_int64_t
  do i = 0, n - 1
    carried_2 = carried
    do i_2 = 0, i - 1
      carried_2 = carried_2 + i_2
    end do
    carried = carried_2
  end do
  answer = carried
end subroutine kernel
)");
  const Compiled kernel(emit_fortran::emit(g, {}));
  for (const std::int64_t n : {0, 1, 7}) {
    std::int64_t frame[5] = {0, 0, 0, n, -1};
    EXPECT_EQ(kernel(frame), 0);
    EXPECT_EQ(frame[4], n * (n - 1) * (n - 2) / 6);
  }
}

TEST(Carried, ABlockArgumentDoesNotLeaveItsLoop) {
  Building b;
  const RegionId loop = b.loop(b.g.integer(3), {b.real(0)});
  const NodeId inside = b.g.regions()[loop].carried[0];
  b.end({inside});
  EXPECT_THROW(b.op(Op::neg, DType::f8, {inside}), ScopeError);
  EXPECT_NO_THROW(b.op(Op::neg, DType::f8, {b.g.result(loop, 0)}));
  EXPECT_EQ(b.g.result(loop, 0), b.g.result(loop, 0));
}

}  // namespace
}  // namespace numeta::core
