/* Streams and devices that refer to each other: references, waits, cleaning up after plans. */

static void drop_device(struct device *device)
{
  if (device == NULL || atomic_fetch_sub(&device->references, 1) != 1) return;
  end_pool(&device->pool);
  free(device);
}

static void drop_stream(struct stream *stream)
{
  if (atomic_fetch_sub(&stream->references, 1) != 1) return;
  pthread_mutex_destroy(&stream->mutex);
  pthread_cond_destroy(&stream->progress);
  free(stream->ring);
  free(stream);
}

/*
 * Terminates, because a wait is only ever queued after the command it waits for. A failure there is a failure here: the
 * commands behind the wait rely on what was skipped.
 */
static void await_stream(struct stream *stream, struct stream *other, uint64_t position,
                         uint64_t tail)
{
  spin_for_tail(other, position);
  wait_for_tail(other, position);
  if (!atomic_load(&other->has_failed)) return;
  pthread_mutex_lock(&other->mutex);
  struct failure failure = failure_at(other, position);
  pthread_mutex_unlock(&other->mutex);
  if (failure.code != 0 && stream->failure.code == 0) begin_failure(stream, failure, tail);
}

static napi_value make_position(napi_env env, struct stream *stream)
{
  return make_number(env, (double)head_of(stream));
}

static bool read_position(struct call *call, size_t position, struct stream *stream,
                          uint64_t *commands)
{
  if (!read_natural(call, position, commands)) return false;
  if (*commands <= head_of(stream)) return true;
  throw_error(call->env, "the stream has no position %llu", (unsigned long long)*commands);
  return false;
}

/* waitFor(stream, other, position): position */
static napi_value js_wait_for(napi_env env, napi_callback_info info)
{
  struct call call;
  uint64_t position;
  if (!read_call(&call, env, info, 3, 3)) return NULL;
  struct stream *stream = read_object(&call, 0, STREAM, NULL);
  if (stream == NULL) return NULL;
  struct stream *other = read_object(&call, 1, STREAM, NULL);
  if (other == NULL || !read_position(&call, 2, other, &position)) return NULL;
  bool is_over = tail_of(other) >= position && !atomic_load(&other->has_failed);
  if (other != stream && !is_over) {
    atomic_fetch_add(&other->references, 1);
    queue_command(stream, AWAIT_STREAM, other, position);
  }
  return make_position(env, stream);
}

static void end_copy(struct copy *copy)
{
  if (copy->to != NULL) drop_buffer(copy->to);
  if (copy->from != NULL) drop_buffer(copy->from);
  if (copy->flight == NULL) free(copy);
}

/* Keeps both buffers until the copy is done. */
static struct copy copy_of(struct buffer *to, struct buffer *from)
{
  atomic_fetch_add(&to->references, 1);
  atomic_fetch_add(&from->references, 1);
  return (struct copy){ to, from, to->address, from->address, to->bytes, NULL };
}

/* copy(stream, to, from): position */
static napi_value js_copy(napi_env env, napi_callback_info info)
{
  struct call call;
  if (!read_call(&call, env, info, 3, 3)) return NULL;
  struct stream *stream = read_object(&call, 0, STREAM, NULL);
  if (stream == NULL) return NULL;
  struct buffer *to = read_object(&call, 1, BUFFER, NULL);
  if (to == NULL) return NULL;
  struct buffer *from = read_object(&call, 2, BUFFER, NULL);
  if (from == NULL) return NULL;
  if (to->bytes != from->bytes) {
    return throw_error(env, "%zu bytes do not go into a buffer of %zu", from->bytes, to->bytes);
  }
  struct copy *copy = malloc(sizeof *copy);
  if (copy == NULL) return throw_no_memory(env, sizeof *copy);
  *copy = copy_of(to, from);
  queue_command(stream, COPY, copy, 1);
  return make_position(env, stream);
}
