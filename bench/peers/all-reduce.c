/*
 * The same sums as programs/all-reduce.ts, by MPI_Allreduce: prints some cells of one, then for each count
 * that it reads the time of that many sums, in seconds.
 */
#include <mpi.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* What rank 0 has read. The others wait without taking the processor from who is timed meanwhile. */
static int next_order(int rank)
{
  int calls = 0;
  int is_done = 0;
  MPI_Request request;
  if (rank == 0 && scanf("%d", &calls) != 1) calls = 0;
  MPI_Ibcast(&calls, 1, MPI_INT, 0, MPI_COMM_WORLD, &request);
  while (!is_done) {
    MPI_Test(&request, &is_done, MPI_STATUS_IGNORE);
    if (!is_done) usleep(1000);
  }
  return calls;
}

int main(int count, char **arguments)
{
  int rank;
  MPI_Init(&count, &arguments);
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  int cells = atoi(arguments[1]);
  float *x = malloc((size_t)cells * sizeof *x);
  for (int i = 0; i < cells; i++) x[i] = (float)((i + rank) % 7) / 8;
  MPI_Allreduce(MPI_IN_PLACE, x, cells, MPI_FLOAT, MPI_SUM, MPI_COMM_WORLD);
  if (rank == 0) printf("%g %g %g %g %g\n", x[0], x[1], x[2], x[3], x[cells - 1]);
  fflush(stdout);
  for (int calls; (calls = next_order(rank)) > 0;) {
    memset(x, 0, (size_t)cells * sizeof *x);
    MPI_Barrier(MPI_COMM_WORLD);
    double start = MPI_Wtime();
    for (int i = 0; i < calls; i++) {
      MPI_Allreduce(MPI_IN_PLACE, x, cells, MPI_FLOAT, MPI_SUM, MPI_COMM_WORLD);
    }
    if (rank == 0) printf("%.9f\n", MPI_Wtime() - start);
    fflush(stdout);
  }
  MPI_Finalize();
  return 0;
}
