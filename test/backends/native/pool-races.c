/* Callers of all kinds at once, for a build that looks for races. Prints `right`. */
#include "../../../backends/native/runtime/pool.c"
#include <stdio.h>
#include <string.h>

enum { CALLERS = 4, TURNS = 1000, RUNS = 1000 };

static int cells[CALLERS][TURNS];

static void add(long first, long last, void *const *args)
{
  for (long i = first; i < last; i++) ((int *)args[0])[i]++;
}

static void add_rows(long first, long last, void *const *args)
{
  for (long i = first; i < last; i++) {
    void *row[] = { (int (*)[TURNS / 20])args[0] + i };
    share_turns(TURNS / 20, add, row);
  }
}

static void *call(void *own)
{
  void *args[] = { own };
  for (int run = 0; run < RUNS; run++) {
    share_turns(1 + run % TURNS, add, args);
    if (run % 100 == 0) share_turns(20, add_rows, args);
    if (run % 250 == 0) usleep(200);
  }
  return NULL;
}

static bool is_right(const int *own)
{
  for (int i = 0; i < TURNS; i++) {
    if (own[i] != RUNS - i + RUNS / 100) return false;
  }
  return true;
}

int main(void)
{
  const struct cores anywhere = { 0 };
  const struct cores two = { .count = 2, .of = { 0, 1 } };
  for (int round = 0; round < 4; round++) {
    pthread_t callers[CALLERS];
    memset(cells, 0, sizeof cells);
    join_pool();
    size_pool(round == 1 ? 2 : 4, round == 1 ? &two : &anywhere);
    for (int i = 0; i < CALLERS; i++) pthread_create(&callers[i], NULL, call, cells[i]);
    for (uint32_t i = 0; round == 2 && i < 20; i++) size_pool(1 + i % 3, &anywhere);
    for (int i = 0; i < CALLERS; i++) pthread_join(callers[i], NULL);
    leave_pool();
    for (int i = 0; i < CALLERS; i++) {
      if (!is_right(cells[i])) return 1;
    }
  }
  puts("right");
}
