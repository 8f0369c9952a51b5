/* Loads and unloads libraries of kernels. */

static void drop_library(struct library *library)
{
  if (atomic_fetch_sub(&library->references, 1) != 1) return;
  dlclose(library->loaded);
  free(library);
}

/* The library's parallel loops call the function that is stored there. */
static void offer_pool(void *loaded)
{
  typedef void (*share_function)(long turns, part_function part, void *const *args);
  share_function *slot = dlsym(loaded, "einc_parallel");
  if (slot != NULL && *slot != share_turns) *slot = share_turns;
}

static struct library *load_library(struct call *call, const char *path)
{
  struct library *library = calloc(1, sizeof *library);
  if (library == NULL) return throw_no_memory(call->env, sizeof *library);
  atomic_init(&library->references, 1);
  library->loaded = dlopen(path, RTLD_NOW | RTLD_LOCAL);
  if (library->loaded != NULL) {
    offer_pool(library->loaded);
    return library;
  }
  free(library);
  const char *reason = dlerror();
  return throw_error(call->env, "%s", reason != NULL ? reason : "dlopen failed");
}

/* open(path): library */
static napi_value js_open(napi_env env, napi_callback_info info)
{
  struct call call;
  if (!read_call(&call, env, info, 1, 1)) return NULL;
  char *path = read_text(&call, 0);
  if (path == NULL) return NULL;
  struct library *library = load_library(&call, path);
  free(path);
  return library == NULL ? NULL : hand_over(&call, LIBRARY, library);
}

static kernel_function find_symbol(struct call *call, struct library *library, size_t position)
{
  char *symbol = read_text(call, position);
  if (symbol == NULL) return NULL;
  void *address = dlsym(library->loaded, symbol);
  if (address == NULL) throw_error(call->env, "the library has no symbol %s", symbol);
  free(symbol);
  return (kernel_function)address;
}

/* kernel(library, symbol): kernel, valid until its library is closed */
static napi_value js_kernel(napi_env env, napi_callback_info info)
{
  struct call call;
  if (!read_call(&call, env, info, 2, 2)) return NULL;
  struct library *library = read_object(&call, 0, LIBRARY, NULL);
  if (library == NULL) return NULL;
  kernel_function function = find_symbol(&call, library, 1);
  if (function == NULL) return NULL;
  struct kernel *kernel = calloc(1, sizeof *kernel);
  if (kernel == NULL) return throw_no_memory(env, sizeof *kernel);
  kernel->function = function;
  kernel->library = library;
  kernel->handle = add_object(&call, KERNEL, kernel);
  if (kernel->handle == 0) return NULL;
  kernel->next = library->kernels;
  library->kernels = kernel;
  return make_number(env, kernel->handle);
}

static void forget_kernels(struct runtime *runtime, struct library *library)
{
  struct kernel *kernel = library->kernels;
  library->kernels = NULL;
  while (kernel != NULL) {
    struct kernel *next = kernel->next;
    table_remove(&runtime->table, kernel->handle);
    free(kernel);
    kernel = next;
  }
}

/* close(library): unmapped once no plan needs it */
static napi_value js_close(napi_env env, napi_callback_info info)
{
  struct call call;
  double handle;
  if (!read_call(&call, env, info, 1, 1)) return NULL;
  struct library *library = read_object(&call, 0, LIBRARY, &handle);
  if (library == NULL) return NULL;
  forget_kernels(call.runtime, library);
  table_remove(&call.runtime->table, handle);
  drop_library(library);
  return NULL;
}
