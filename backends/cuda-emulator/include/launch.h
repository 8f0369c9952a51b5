/* Launches a kernel from the host, with the arguments of its routine and their sizes. */
#pragma once

extern "C" int sched_yield();

namespace emulated {

/* An address with its number of bytes, or an integer; a tensor map is about an array that is elsewhere. */
struct Argument {
  uint64_t word;
  uint64_t bytes;
  bool is_array;
  uint64_t array;
};

EINC_OWN inline Argument array(void *address, uint64_t bytes)
{
  const auto word = reinterpret_cast<uint64_t>(address);
  return { word, bytes, true, word };
}

EINC_OWN inline Argument number(long long value) { return { static_cast<uint64_t>(value), 0, false, 0 }; }

struct Launch {
  int64_t number;  /* its position in the routine */
  uint3 grid;
  uint3 block;
  uint64_t shared_bytes;
  unsigned count;  /* arguments */
  const Argument *arguments;
};
static const Argument *given;

template <class T>
struct Word {
  EINC_OWN static T of(const Argument &argument) { return static_cast<T>(argument.word); }
};
template <class T>
struct Word<T *> {
  EINC_OWN static T *of(const Argument &argument) { return reinterpret_cast<T *>(argument.word); }
};

template <unsigned... positions>
struct Positions {};
template <unsigned count, unsigned... rest>
struct FirstPositions : FirstPositions<count - 1, count - 1, rest...> {};
template <unsigned... rest>
struct FirstPositions<0, rest...> {
  typedef Positions<rest...> type;
};

/* A kernel as a function without parameters, which takes its arguments from `given`; and their number. */
template <auto kernel>
struct Kernel;
template <class... P, void (*kernel)(P...)>
struct Kernel<kernel> {
  static constexpr unsigned count = sizeof...(P);
  EINC_OWN static void run() { run(typename FirstPositions<count>::type()); }

private:
  template <unsigned... i>
  EINC_OWN static void run(Positions<i...>)
  {
    kernel(Word<P>::of(given[i])...);
  }
};

/* Allocates stacks and, for the checks, the records of accesses; registers the arrays of the arguments. */
EINC_OWN inline bool prepare(const Launch &launch)
{
  if (!make_stacks()) return false;
  (void)launch;
#if EINC_CHECKS
  uint64_t cells = cells_for(most_shared_bytes) * 2;
  for (unsigned i = 0; i < launch.count; i++) cells += cells_for(launch.arguments[i].bytes);
  if (!make_cells(cells)) return false;
  regions.count = regions.latest = 0;
  regions.cells_used = 0;
  for (unsigned i = 0; i < launch.count; i++) {
    const Argument &argument = launch.arguments[i];
    if (argument.is_array) add_region(argument.array, argument.bytes, i, false);
  }
  end_of_arguments();
#endif
  return true;
}

/* Whether the launch ran to its end; if not, the report says why. */
template <auto kernel>
EINC_OWN inline bool launch(const Launch &launch)
{
  report->launch = launch.number;
  if (!prepare(launch)) {
    report->fault = no_memory;
    return false;
  }
  grid_shape = launch.grid;
  block_shape = launch.block;
  dynamic_bytes = launch.shared_bytes;
  given = launch.arguments;
  block.kernel = Kernel<kernel>::run;
  return run_grid();
}

/* One routine at a time, because a library has only one state of the emulator. */
struct Routine {
  EINC_OWN explicit Routine(void *place)
  {
    while (__atomic_exchange_n(&is_taken, true, __ATOMIC_ACQUIRE)) sched_yield();
    report = static_cast<Report *>(place);
    report->fault = no_fault;
  }
  EINC_OWN ~Routine() { __atomic_store_n(&is_taken, false, __ATOMIC_RELEASE); }

private:
  static inline bool is_taken;
};

}  // namespace emulated

/* Precedes the function that the host calls. */
#define EINC_ENTRY extern "C" __attribute__((visibility("default"))) EINC_OWN
