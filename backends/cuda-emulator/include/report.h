/* Reports about a kernel that failed: numbers, which `report.ts` turns into messages. */
#pragma once

namespace emulated {

enum Fault : int64_t {
  no_fault,
  /* Threads wait at a barrier that others do not come to. */
  divergence,
  out_of_bounds,
  uninitialised,
  race,
  /* No memory for stacks or for what is known about memory. */
  no_memory,
  /* A group of warps multiplies what a thread has written, and no fence between says so. */
  untold,
  /* It adds to registers that threads have used, and no fence says so. */
  unfenced,
  /* Its threads do not say the same, or what nobody knows the meaning of. */
  disagreement,
  /* An access to several cells at once, or a copy, begins where it may not. */
  misaligned,
  /* A signed integer grows beyond its type. */
  overflow,
};

/* One side of a fault: which thread did what, and where. */
struct Party {
  int64_t thread;  /* in its block; -1 for none */
  int64_t block;
  int64_t line;    /* of the source; 0 where only `at` is known */
  int64_t at;      /* where in the library; 0 where only the line is known */
  int64_t is_write;
};

/* All of 64 bits, in this order: `report.ts` reads them so. */
struct Report {
  int64_t fault;
  int64_t launch;  /* which of the routine's launches */
  Party first;     /* who was stopped */
  Party second;
  /* The memory: an argument of the launch, or -1 - the line that declares a shared array. */
  int64_t memory;
  int64_t memory_bytes;
  int64_t offset;  /* in bytes, from its start */
  int64_t bytes;
};

/* Where reports go: memory that the host has given. */
static Report *report;

}  // namespace emulated
