/* Reports about a failed kernel, as numbers, which `report.ts` turns into messages. */
#pragma once

namespace emulated {

enum Fault : int64_t {
  no_fault,
  /* Threads wait at a barrier that others do not reach. */
  divergence,
  out_of_bounds,
  uninitialised,
  race,
  /* No memory for stacks or for the records of accesses. */
  no_memory,
  /* A warpgroup multiplies what a thread has written, without a fence in between. */
  untold,
  /* It adds to registers that threads have used, without a fence in between. */
  unfenced,
  /* Its threads pass different descriptors, or an invalid one. */
  disagreement,
  /* A vector access or a copy is misaligned. */
  misaligned,
  /* A signed integer overflows. */
  overflow,
  /* A thread waits for more bytes than bulk copies bring: see `memory_bytes` and `bytes`. */
  unarrived,
  /* A barrier of bulk copies is used in a way that is not defined. */
  misused,
};

/* One side of a fault: the thread, and what it did where. */
struct Party {
  int64_t thread;  /* in its block; -1 for none */
  int64_t block;
  int64_t line;    /* of the source; 0 if only `at` is known */
  int64_t at;      /* an offset in the library; 0 if only the line is known */
  int64_t is_write;
};

/* All fields have 64 bits; `report.ts` relies on their order. */
struct Report {
  int64_t fault;
  int64_t launch;  /* number of the launch in the routine */
  Party first;     /* the thread that was stopped */
  Party second;
  /* The memory: an argument of the launch, or -1 - the line that declares a shared array. */
  int64_t memory;
  int64_t memory_bytes;  /* its size; for `unarrived` the expected bytes, -1 if none are */
  int64_t offset;  /* in bytes, from its start */
  int64_t bytes;   /* of the access; for `unarrived` those that copies bring */
};

/* Provided by the host. */
static Report *report;

}  // namespace emulated
