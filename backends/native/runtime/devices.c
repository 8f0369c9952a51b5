/* The pool of the process, and devices. */

/* An Int32Array: for each processor the number of its core, from 0 on, or -1. */
static bool read_cores(struct call *call, size_t position, uint32_t threads, struct cores *cores)
{
  struct span span;
  napi_typedarray_type type;
  if (!read_typed_array(call, position, &type, &span)) return false;
  const int32_t *core_of = span.address;
  size_t count = span.bytes / sizeof *core_of;
  bool is_right = type == napi_int32_array && count <= CPU_SETSIZE;
  for (size_t i = 0; is_right && i < count; i++) {
    is_right = core_of[i] >= NO_CORE && core_of[i] < (int32_t)threads;
    cores->of[i] = core_of[i];
  }
  cores->count = (uint32_t)count;
  if (!is_right) throw_error(call->env, "the cores of processors are malformed");
  return is_right;
}

static bool read_pool(struct call *call, napi_callback_info info, uint64_t *threads,
                      struct cores *cores)
{
  if (!read_call(call, call->env, info, 2, 2) || !read_natural(call, 0, threads)) return false;
  if (*threads >= 1 && *threads <= MAX_THREADS) {
    return read_cores(call, 1, (uint32_t)*threads, cores);
  }
  throw_error(call->env, "a pool has 1 to %d threads, not %llu", MAX_THREADS,
              (unsigned long long)*threads);
  return false;
}

/* sizePool(threads, cores): sets what loops run on from now on, in the whole process */
static napi_value js_size_pool(napi_env env, napi_callback_info info)
{
  struct call call = { .env = env };
  uint64_t threads;
  struct cores cores;
  if (read_pool(&call, info, &threads, &cores)) size_pool((uint32_t)threads, &cores);
  return NULL;
}

/* createDevice(threads, cores): device */
static napi_value js_create_device(napi_env env, napi_callback_info info)
{
  struct call call = { .env = env };
  uint64_t threads;
  struct cores cores;
  if (!read_pool(&call, info, &threads, &cores)) return NULL;
  struct device *device = calloc(1, sizeof *device);
  if (device == NULL) return throw_no_memory(env, sizeof *device);
  atomic_init(&device->references, 1);
  size_pool_of(&device->pool, (uint32_t)threads, &cores);
  return hand_over(&call, DEVICE, device);
}

/* destroyDevice(device): its streams keep it alive */
static napi_value js_destroy_device(napi_env env, napi_callback_info info)
{
  struct call call;
  double handle;
  if (!read_call(&call, env, info, 1, 1)) return NULL;
  struct device *device = read_object(&call, 0, DEVICE, &handle);
  if (device == NULL) return NULL;
  table_remove(&call.runtime->table, handle);
  drop_device(device);
  return NULL;
}
