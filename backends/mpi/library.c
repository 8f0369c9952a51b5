/*
 * Loads a libmpi and resolves its functions. Nothing here comes from mpi.h, so one build serves every
 * library of the two families, which differ in the type of a handle: a pointer to a
 * variable of the library (Open MPI) or an int (MPICH and its relatives: Intel, Cray, MVAPICH).
 * Both are passed in an 8-byte register, and requests get 8 bytes of storage each.
 */
#include <dlfcn.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

typedef void *handle;

static struct {
  int (*initialized)(int *);
  int (*init_thread)(int *, char ***, int, int *);
  int (*comm_rank)(handle, int *);
  int (*comm_size)(handle, int *);
  int (*isend)(const void *, int, handle, int, int, handle, handle *);
  int (*irecv)(void *, int, handle, int, int, handle, handle *);
  int (*test)(handle *, int *, void *);
  int (*finalize)(void);
  int (*version)(char *, int *);
  handle world;
  handle byte;
  void *status_ignore;
} mpi;

static const struct {
  const char *name;
  size_t slot;
} mpi_functions[] = {
#define IN(name) offsetof(__typeof__(mpi), name)
  { "MPI_Initialized", IN(initialized) }, { "MPI_Init_thread", IN(init_thread) },
  { "MPI_Comm_rank", IN(comm_rank) },     { "MPI_Comm_size", IN(comm_size) },
  { "MPI_Isend", IN(isend) },             { "MPI_Irecv", IN(irecv) },
  { "MPI_Test", IN(test) },               { "MPI_Finalize", IN(finalize) },
  { "MPI_Get_library_version", IN(version) },
#undef IN
};

static bool find_functions(void *library, char *why, size_t room)
{
  for (size_t i = 0; i < sizeof mpi_functions / sizeof *mpi_functions; i++) {
    void *function = dlsym(library, mpi_functions[i].name);
    if (function == NULL) {
      snprintf(why, room, "it has no %s", mpi_functions[i].name);
      return false;
    }
    *(void **)((char *)&mpi + mpi_functions[i].slot) = function;
  }
  return true;
}

static void find_handles(void *library)
{
  mpi.world = dlsym(library, "ompi_mpi_comm_world");
  mpi.byte = dlsym(library, "ompi_mpi_byte");
  mpi.status_ignore = NULL;
  if (mpi.world != NULL) return;
  mpi.world = (handle)(uintptr_t)0x44000000;
  mpi.byte = (handle)(uintptr_t)0x4c00010d;
  mpi.status_ignore = (void *)(uintptr_t)1;
}

/* Its plug-ins look up the library's symbols, so these must be globally visible. */
static bool open_mpi(const char *path, char *why, size_t room)
{
  void *library = dlopen(path, RTLD_NOW | RTLD_GLOBAL | RTLD_NODELETE);
  if (library == NULL) {
    const char *reason = dlerror();
    snprintf(why, room, "%s", reason != NULL ? reason : "dlopen failed");
    return false;
  }
  if (!find_functions(library, why, room)) return false;
  find_handles(library);
  return true;
}
