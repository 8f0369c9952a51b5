/*
 * CUDA C++ for an ordinary C++17 compiler: a `.cu` compiled with this header in front of it
 * runs on the CPU, with the threads of a block as fibers.
 *
 *     g++ -x c++ -std=c++17 -I here -include emulator.h kernels.cu
 *
 *   fiber.h       stacks, and switching between them
 *   report.h      reports about a kernel that failed
 *   grid.h        blocks and threads: scheduling and synchronisation
 *   shared.h      shared memory
 *   check.h       with EINC_CHECKS: checks every memory access
 *   words.h       what CUDA adds to C++: vectors, barriers, shuffles, votes, atomics
 *   math.h        functions of numbers, and of their bits
 *   narrow.h      floats of 16 bits
 *   tensor.h      asynchronous copies, and warp-level tensor-core products
 *   descriptor.h  the layout of warpgroup factors in shared memory
 *   group.h       warpgroup tensor-core products
 *   launch.h      how a host launches a kernel
 *   bulk.h        bulk tensor copies, and the barriers at which they arrive
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
#include "bulk.h"
