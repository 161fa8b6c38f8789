// call_threads.hpp - how many threads a parallel loop uses: the first word of every frame.
// A thread pool of libgomp does not live on in a forked child, where the next parallel loop would
// wait for it for ever. So a process that was forked after libgomp had been loaded, by whomever,
// runs its loops on one thread.
#pragma once

#include <cstdint>

namespace numeta::call {

/// 0: as many as OpenMP would (OMP_NUM_THREADS, omp_set_num_threads, one per core).
void set_threads_of_loops(std::int64_t number);
std::int64_t threads_of_loops();
/// The same, with OpenMP's own answer in place of 0.
std::int64_t threads_now();
/// From now on forks are noticed. Called once.
void watch_forks();

}  // namespace numeta::call
