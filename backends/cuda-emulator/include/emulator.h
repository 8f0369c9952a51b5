/*
 * CUDA C++ for an ordinary C++17 compiler: a `.cu` that is compiled with this header in front of it
 * runs on the processor, the threads of a block as fibers.
 *
 *     g++ -x c++ -std=c++17 -I here -include emulator.h kernels.cu
 *
 *   fiber.h       stacks, and how one gives way to another
 *   report.h      what is said of a kernel that failed
 *   grid.h        blocks and threads: who runs, who waits for whom
 *   shared.h      the memory that the threads of a block share
 *   check.h       with EINC_CHECKS: every access to memory is looked at
 *   words.h       what CUDA adds to C++: vectors, barriers, shuffles, votes, atomics
 *   math.h        functions of numbers, and of their bits
 *   narrow.h      floats of 16 bits
 *   tensor.h      asynchronous copies, and products of tensor cores
 *   descriptor.h  where the factors of a group of four warps are in shared memory
 *   group.h       products of tensor cores by such groups
 *   launch.h      how a host starts a kernel
 *
 * No header of the C++ library is included: they would take longer to read than a kernel to compile.
 */
#pragma once
#define EINC_EMULATOR 1
#include "fiber.h"
#include "report.h"
#include "grid.h"
#include "shared.h"
#include "check.h"
#include "words.h"
#include "math.h"
#include "narrow.h"
#include "tensor.h"
#include "descriptor.h"
#include "group.h"
#include "launch.h"
