/* Array memory. */

#define SMALL_ALIGNMENT ((size_t)64)
#define LARGE_ALIGNMENT ((size_t)2 << 20)
/* From this size on, rounding up to huge pages wastes at most half of one. */
#define LEAST_MAPPED (LARGE_ALIGNMENT / 2)

static size_t round_up(size_t bytes, size_t multiple)
{
  return (bytes + multiple - 1) / multiple * multiple;
}

/* Rounds up to whole huge pages if at most half of the last one is left empty. */
static size_t mapped_size(size_t bytes)
{
  size_t huge = round_up(bytes, LARGE_ALIGNMENT);
  return huge - bytes <= LEAST_MAPPED ? huge : round_up(bytes, (size_t)sysconf(_SC_PAGESIZE));
}

/* Fresh pages are zero without being touched; pages beyond the aligned range are unmapped. */
static void *map_pages(size_t bytes)
{
  char *start = mmap(NULL, bytes + LARGE_ALIGNMENT, PROT_READ | PROT_WRITE,
                     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (start == MAP_FAILED) return NULL;
  size_t before = (LARGE_ALIGNMENT - (uintptr_t)start % LARGE_ALIGNMENT) % LARGE_ALIGNMENT;
  if (before > 0) munmap(start, before);
  char *address = start + before;
  munmap(address + bytes, LARGE_ALIGNMENT - before);
  madvise(address, bytes, MADV_HUGEPAGE);
  return address;
}

static void *zeroed_block(size_t bytes)
{
  void *address = NULL;
  size_t room = round_up(bytes == 0 ? 1 : bytes, SMALL_ALIGNMENT);
  if (posix_memalign(&address, SMALL_ALIGNMENT, room) != 0) return NULL;
  return memset(address, 0, room);
}

static bool take_memory(struct buffer *buffer, size_t bytes)
{
  buffer->bytes = bytes;
  if (bytes >= LEAST_MAPPED) {
    buffer->mapped_bytes = mapped_size(bytes);
    buffer->address = map_pages(buffer->mapped_bytes);
  } else {
    buffer->address = zeroed_block(bytes);
  }
  if (buffer->address == NULL) return false;
  atomic_fetch_add(&live_bytes, (int64_t)bytes);
  return true;
}

static void drop_buffer(struct buffer *buffer)
{
  if (atomic_fetch_sub(&buffer->references, 1) != 1) return;
  if (buffer->whole != NULL) {
    drop_buffer(buffer->whole);
    free(buffer);
    return;
  }
  if (buffer->mapped_bytes > 0) munmap(buffer->address, buffer->mapped_bytes);
  else free(buffer->address);
  atomic_fetch_sub(&live_bytes, (int64_t)buffer->bytes);
  free(buffer);
}

/* allocate(bytes): buffer */
static napi_value js_allocate(napi_env env, napi_callback_info info)
{
  struct call call;
  uint64_t bytes;
  if (!read_call(&call, env, info, 1, 1) || !read_natural(&call, 0, &bytes)) return NULL;
  struct buffer *buffer = calloc(1, sizeof *buffer);
  if (buffer == NULL) return throw_no_memory(env, (double)bytes);
  atomic_init(&buffer->references, 1);
  if (!take_memory(buffer, bytes)) {
    free(buffer);
    return throw_no_memory(env, (double)bytes);
  }
  return hand_over(&call, BUFFER, buffer);
}

/* window(buffer, offset, bytes): buffer, a range of another one's memory, which is kept until both are freed */
static napi_value js_window(napi_env env, napi_callback_info info)
{
  struct call call;
  uint64_t offset;
  uint64_t bytes;
  if (!read_call(&call, env, info, 3, 3)) return NULL;
  struct buffer *whole = read_object(&call, 0, BUFFER, NULL);
  if (whole == NULL || !read_natural(&call, 1, &offset) || !read_natural(&call, 2, &bytes)) return NULL;
  if (offset > whole->bytes || bytes > whole->bytes - offset) {
    return throw_error(env, "%llu bytes at %llu are not in a buffer of %zu",
                       (unsigned long long)bytes, (unsigned long long)offset, whole->bytes);
  }
  struct buffer *window = calloc(1, sizeof *window);
  if (window == NULL) return throw_no_memory(env, (double)sizeof *window);
  atomic_init(&window->references, 1);
  atomic_fetch_add(&whole->references, 1);
  window->whole = whole;
  window->address = (char *)whole->address + offset;
  window->bytes = bytes;
  return hand_over(&call, BUFFER, window);
}

/* address(buffer): number, for passing the memory to other native code */
static napi_value js_address(napi_env env, napi_callback_info info)
{
  struct call call;
  if (!read_call(&call, env, info, 1, 1)) return NULL;
  struct buffer *buffer = read_object(&call, 0, BUFFER, NULL);
  if (buffer == NULL) return NULL;
  return make_number(env, (double)(uintptr_t)buffer->address);
}

/* liveBytes(): number */
static napi_value js_live_bytes(napi_env env, napi_callback_info info)
{
  (void)info;
  return make_number(env, (double)atomic_load(&live_bytes));
}

/* The range of a buffer given by (buffer, offset, typed array), and the array's memory. */
static bool read_transfer(struct call *call, napi_callback_info info, struct span *in_buffer,
                          struct span *in_array)
{
  uint64_t offset;
  napi_typedarray_type type;
  if (!read_call(call, call->env, info, 3, 3)) return false;
  struct buffer *buffer = read_object(call, 0, BUFFER, NULL);
  if (buffer == NULL || !read_natural(call, 1, &offset)) return false;
  if (!read_typed_array(call, 2, &type, in_array)) return false;
  if (offset > buffer->bytes || in_array->bytes > buffer->bytes - offset) {
    throw_error(call->env, "%zu bytes at %llu do not fit in a buffer of %zu", in_array->bytes,
                (unsigned long long)offset, buffer->bytes);
    return false;
  }
  in_buffer->address = (char *)buffer->address + offset;
  in_buffer->bytes = in_array->bytes;
  return true;
}

/* write(buffer, offset, typedArray) */
static napi_value js_write(napi_env env, napi_callback_info info)
{
  struct call call = { .env = env };
  struct span to;
  struct span from;
  if (!read_transfer(&call, info, &to, &from)) return NULL;
  if (from.bytes > 0) memcpy(to.address, from.address, from.bytes);
  return NULL;
}

/* read(buffer, offset, typedArray) */
static napi_value js_read(napi_env env, napi_callback_info info)
{
  struct call call = { .env = env };
  struct span from;
  struct span to;
  if (!read_transfer(&call, info, &from, &to)) return NULL;
  if (to.bytes > 0) memcpy(to.address, from.address, to.bytes);
  return NULL;
}
