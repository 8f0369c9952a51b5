/* Streams: their threads, and how these execute commands. */

static void begin_flight(struct stream *stream, struct command *command);
static void end_flight(struct stream *stream, struct command *command, uint64_t tail);
static void land(struct flight *flight);

static void note_busy(struct stream *stream, uint64_t start)
{
  uint64_t busy = atomic_load_explicit(&stream->busy, memory_order_relaxed);
  atomic_store_explicit(&stream->busy, busy + (now() - start), memory_order_relaxed);
}

static void run_queued(struct stream *stream, struct command *command, uint64_t tail)
{
  struct failure failure = { 0 };
  uint64_t start = now();
  run_plan(stream, command->object, command->count, command->indices, command->strides, &failure);
  note_busy(stream, start);
  if (failure.code != 0) begin_failure(stream, failure, tail);
}

static void run_copy(struct stream *stream, struct copy *copy)
{
  if (stream->failure.code == 0 && !atomic_load(&stream->abandoned)) {
    uint64_t start = now();
    memmove(copy->target, copy->source, copy->bytes);
    note_busy(stream, start);
  }
  end_copy(copy);
}

/* The command after `tail`. */
static void execute(struct stream *stream, struct command *command, uint64_t tail)
{
  switch (command->kind) {
  case RUN_PLAN:
    if (stream->failure.code == 0) run_queued(stream, command, tail);
    break;
  case COPY:
    run_copy(stream, command->object);
    break;
  case AWAIT_STREAM:
    await_stream(stream, command->object, command->count, tail);
    drop_stream(command->object);
    break;
  case END_FAILURE:
    end_failure(stream, command->count, tail + 1);
    break;
  case BEGIN_FLIGHT:
    begin_flight(stream, command);
    break;
  case END_FLIGHT:
    end_flight(stream, command, tail);
    break;
  case DROP_BUFFER:
    drop_buffer(command->object);
    break;
  case DROP_PLAN:
    free_plan(command->object);
    break;
  case EXIT:
    break;
  }
}

/* Pins to the processors of the stream's device, if they are known. */
static void settle_on_device(struct stream *stream)
{
  if (stream->device == NULL) return;
  own_pool = &stream->device->pool;
  if (own_pool->cores.count == 0) return;
  cpu_set_t processors;
  CPU_ZERO(&processors);
  for (uint32_t i = 0; i < own_pool->cores.count; i++) {
    if (own_pool->cores.of[i] != NO_CORE) CPU_SET(i, &processors);
  }
  /* If this is refused, the worker stays where it was. */
  pthread_setaffinity_np(pthread_self(), sizeof processors, &processors);
}

static void *work(void *argument)
{
  struct stream *stream = argument;
  uint64_t tail = 0;
  settle_on_device(stream);
  for (;;) {
    uint64_t head = wait_for_work(stream, tail);
    while (tail != head) {
      struct command *command = &stream->ring[tail % RING_LENGTH];
      if (command->kind == EXIT) return NULL;
      struct flight *flight = command->kind == END_FLIGHT ? command->object : NULL;
      execute(stream, command, tail);
      advance_tail(stream, ++tail);
      if (flight != NULL) land(flight);
    }
  }
}

static struct stream *start_stream(struct runtime *runtime, struct device *device)
{
  struct stream *stream = aligned_alloc(_Alignof(struct stream), sizeof *stream);
  if (stream == NULL) return NULL;
  memset(stream, 0, sizeof *stream);
  stream->runtime = runtime;
  stream->device = device;
  atomic_init(&stream->references, 1);
  atomic_init(&stream->awaited, NEVER);
  pthread_mutex_init(&stream->mutex, NULL);
  pthread_cond_init(&stream->progress, NULL);
  stream->ring = calloc(RING_LENGTH, sizeof *stream->ring);
  if (stream->ring != NULL && start_thread(&stream->thread, "einc-stream", work, stream)) {
    if (device != NULL) atomic_fetch_add(&device->references, 1);
    return stream;
  }
  drop_stream(stream);
  return NULL;
}

/* Ends the thread after everything queued. */
static void stop_stream(struct stream *stream)
{
  queue_command(stream, EXIT, NULL, 0);
  wake_held(stream->runtime);
  pthread_join(stream->thread, NULL);
  drop_device(stream->device);
  drop_stream(stream);
}

/* createStream(device or nothing): stream */
static napi_value js_create_stream(napi_env env, napi_callback_info info)
{
  struct call call;
  if (!read_call(&call, env, info, 0, 1)) return NULL;
  struct device *device = NULL;
  if (call.count == 1 && (device = read_object(&call, 0, DEVICE, NULL)) == NULL) return NULL;
  struct stream *stream = start_stream(call.runtime, device);
  if (stream == NULL) return throw_error(env, "no thread can be started");
  return hand_over(&call, STREAM, stream);
}

/* busy(stream): how many milliseconds its worker has spent in kernels and copies */
static napi_value js_busy(napi_env env, napi_callback_info info)
{
  struct call call;
  if (!read_call(&call, env, info, 1, 1)) return NULL;
  struct stream *stream = read_object(&call, 0, STREAM, NULL);
  if (stream == NULL) return NULL;
  return make_number(env, (double)atomic_load(&stream->busy) / 1e6);
}

/*
 * hold(): sleeping workers that would wake on the caller's processor are not woken for queued commands until
 * `release`: the system may give them the processor at once, which would delay the caller, who has others to wake
 */
static napi_value js_hold(napi_env env, napi_callback_info info)
{
  struct call call;
  if (read_call(&call, env, info, 0, 0)) call.runtime->is_holding = true;
  return NULL;
}

/* release() */
static napi_value js_release(napi_env env, napi_callback_info info)
{
  struct call call;
  if (!read_call(&call, env, info, 0, 0)) return NULL;
  call.runtime->is_holding = false;
  wake_held(call.runtime);
  return NULL;
}

static void orphan_plans(struct table *table, struct stream *stream)
{
  for (uint32_t i = 0; i < table->length; i++) {
    struct slot *slot = &table->slots[i];
    if (slot->kind != PLAN) continue;
    struct plan *plan = slot->object;
    if (plan->stream == stream) plan->stream = NULL;
  }
}

/* destroyStream(stream): waits for queued work; its plans can only be destroyed afterwards */
static napi_value js_destroy_stream(napi_env env, napi_callback_info info)
{
  struct call call;
  double handle;
  if (!read_call(&call, env, info, 1, 1)) return NULL;
  struct stream *stream = read_object(&call, 0, STREAM, &handle);
  if (stream == NULL) return NULL;
  table_remove(&call.runtime->table, handle);
  orphan_plans(&call.runtime->table, stream);
  stop_stream(stream);
  return NULL;
}
