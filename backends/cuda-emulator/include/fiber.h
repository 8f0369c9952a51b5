/*
 * Fibers: stacks that one system thread runs alternately. A fiber yields by
 * `change_fiber`, which returns when another fiber switches back.
 */
#pragma once
#include <stddef.h>
#include <stdint.h>
#include <sys/mman.h>
#if !defined(__x86_64__) || defined(EINC_PORTABLE_FIBERS)
#define EINC_UCONTEXT 1
#include <ucontext.h>
#endif

/* For functions of the emulator itself, whose memory accesses are not checked. */
#define EINC_OWN __attribute__((no_sanitize("thread")))
#define EINC_HIDDEN __attribute__((visibility("hidden")))

namespace emulated {

/* Twice the largest frame allowed: see `library.ts`. Untouched pages take no memory. */
constexpr size_t stack_bytes = 512 << 10;
constexpr unsigned most_threads = 1024;

#ifdef EINC_UCONTEXT

struct Fiber {
  ucontext_t context;
};

EINC_OWN inline void change_fiber(Fiber &from, Fiber &to) { swapcontext(&from.context, &to.context); }

EINC_OWN inline void begin_fiber(Fiber &fiber, char *stack, void (*entry)())
{
  getcontext(&fiber.context);
  fiber.context.uc_stack.ss_sp = stack;
  fiber.context.uc_stack.ss_size = stack_bytes;
  fiber.context.uc_link = nullptr;
  makecontext(&fiber.context, entry, 0);
}

#else

struct Fiber {
  void **top;
};

/*
 * Pushes the callee-saved registers, stores the stack pointer in *from, switches to the other stack and pops its registers;
 * execution continues at the other stack's return address.
 */
extern "C" __attribute__((visibility("hidden"))) void einc_change_stack(void ***from, void **to);
asm(R"(
.pushsection .text
.hidden einc_change_stack
.type einc_change_stack, @function
einc_change_stack:
  pushq %rbp
  pushq %rbx
  pushq %r12
  pushq %r13
  pushq %r14
  pushq %r15
  movq %rsp, (%rdi)
  movq %rsi, %rsp
  popq %r15
  popq %r14
  popq %r13
  popq %r12
  popq %rbx
  popq %rbp
  ret
.size einc_change_stack, . - einc_change_stack
.popsection
)");

EINC_OWN inline void change_fiber(Fiber &from, Fiber &to) { einc_change_stack(&from.top, to.top); }

/* Prepares a stack so that switching to it enters `entry` as if called: a return address and six registers. */
EINC_OWN inline void begin_fiber(Fiber &fiber, char *stack, void (*entry)())
{
  fiber.top = reinterpret_cast<void **>(stack + stack_bytes) - 8;
  for (int i = 0; i < 8; i++) fiber.top[i] = nullptr;
  fiber.top[6] = reinterpret_cast<void *>(entry);
}

#endif

/* Adjacent stacks, kept from launch to launch. */
struct Stacks {
  char *memory;
  uint16_t free_list[most_threads];
  unsigned taken;
};
static Stacks stacks;

EINC_OWN inline bool make_stacks()
{
  if (stacks.memory != nullptr) return true;
  void *memory = mmap(nullptr, most_threads * stack_bytes, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (memory == MAP_FAILED) return false;
  stacks.memory = static_cast<char *>(memory);
  for (unsigned i = 0; i < most_threads; i++) stacks.free_list[i] = static_cast<uint16_t>(i);
  return true;
}

/* Runs when the library is unmapped. */
__attribute__((destructor)) EINC_OWN static void drop_stacks()
{
  if (stacks.memory != nullptr) munmap(stacks.memory, most_threads * stack_bytes);
}

EINC_OWN inline unsigned take_stack() { return stacks.free_list[stacks.taken++]; }

EINC_OWN inline void give_stack_back(unsigned stack)
{
  stacks.free_list[--stacks.taken] = static_cast<uint16_t>(stack);
}

EINC_OWN inline char *stack_at(unsigned stack) { return stacks.memory + stack * stack_bytes; }

EINC_OWN inline bool is_on_stack(uintptr_t address)
{
  return address - reinterpret_cast<uintptr_t>(stacks.memory) < most_threads * stack_bytes;
}

}  // namespace emulated
