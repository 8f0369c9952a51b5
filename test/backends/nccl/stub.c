/*
 * A libnccl that moves nothing and writes down what it is asked for, a line for each call, into
 * `recorded`. The signatures are those of nccl.h.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

typedef struct {
  char internal[128];
} ncclUniqueId;
typedef void *ncclComm_t;
typedef void *cudaStream_t;

static char lines[1 << 16];
static int failing;
/* The GPU that CUDA would say is the current one. */
static int current;

#define RECORD(...) snprintf(lines + strlen(lines), sizeof lines - strlen(lines), __VA_ARGS__)
#define AT(pointer) (unsigned long)(uintptr_t)(pointer)

char *recorded(void) { return lines; }
void forget(void) { lines[0] = 0; }
void fail_with(int result) { failing = result; }
void enter(int gpu) { current = gpu; }

const char *ncclGetErrorString(int result)
{
  return result == 5 ? "invalid usage" : NULL;
}

int ncclGetUniqueId(ncclUniqueId *id)
{
  for (int i = 0; i < 128; i++) id->internal[i] = (char)i;
  RECORD("ncclGetUniqueId\n");
  return 0;
}

int ncclCommInitRank(ncclComm_t *comm, int size, ncclUniqueId id, int rank)
{
  int sum = 0;
  for (int i = 0; i < 128; i++) sum += id.internal[i];
  *comm = (ncclComm_t)(uintptr_t)(4096 + rank);
  RECORD("ncclCommInitRank %d of %d, id %d, GPU %d\n", rank, size, sum, current);
  return failing;
}

int ncclCommDestroy(ncclComm_t comm) { RECORD("ncclCommDestroy %lu\n", AT(comm)); return 0; }
int ncclCommAbort(ncclComm_t comm) { RECORD("ncclCommAbort %lu\n", AT(comm)); return 0; }
int ncclGroupStart(void) { RECORD("(\n"); return 0; }
int ncclGroupEnd(void) { RECORD(")\n"); return 0; }

int ncclAllReduce(const void *from, void *to, size_t count, int dtype, int op, ncclComm_t comm, cudaStream_t stream)
{
  RECORD("ncclAllReduce %lu %lu count %zu dtype %d op %d comm %lu stream %lu\n", AT(from), AT(to), count, dtype, op, AT(comm), AT(stream));
  return failing;
}

int ncclReduce(const void *from, void *to, size_t count, int dtype, int op, int root, ncclComm_t comm, cudaStream_t stream)
{
  RECORD("ncclReduce %lu %lu count %zu dtype %d op %d root %d comm %lu stream %lu\n", AT(from), AT(to), count, dtype, op, root, AT(comm), AT(stream));
  return failing;
}

int ncclBroadcast(const void *from, void *to, size_t count, int dtype, int root, ncclComm_t comm, cudaStream_t stream)
{
  RECORD("ncclBroadcast %lu %lu count %zu dtype %d root %d comm %lu stream %lu\n", AT(from), AT(to), count, dtype, root, AT(comm), AT(stream));
  return failing;
}

int ncclSend(const void *from, size_t count, int dtype, int peer, ncclComm_t comm, cudaStream_t stream)
{
  RECORD("ncclSend %lu count %zu dtype %d to %d comm %lu stream %lu\n", AT(from), count, dtype, peer, AT(comm), AT(stream));
  return failing;
}

int ncclRecv(void *to, size_t count, int dtype, int peer, ncclComm_t comm, cudaStream_t stream)
{
  RECORD("ncclRecv %lu count %zu dtype %d from %d comm %lu stream %lu\n", AT(to), count, dtype, peer, AT(comm), AT(stream));
  return failing;
}
