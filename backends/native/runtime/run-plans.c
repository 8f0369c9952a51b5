/* Runs plans on the caller's thread, or queues them. */

static bool run_steps(const struct plan *plan, struct failure *failure)
{
  for (size_t i = 0; i < plan->step_count; i++) {
    int32_t code = plan->steps[i].function(plan->steps[i].arguments);
    if (code != 0) {
      *failure = (struct failure){ .code = code, .step = (uint32_t)i, .plan = plan->handle };
      return false;
    }
  }
  return true;
}

static void place_indices(const struct plan *plan, const int64_t *indices)
{
  for (size_t i = 0; i < plan->patch_count; i++) {
    *plan->patches[i].argument = (void *)(intptr_t)indices[plan->patches[i].index];
  }
}

static void advance_indices(const struct plan *plan, int64_t *indices, const int64_t *strides)
{
  for (uint32_t i = 0; i < plan->index_count; i++) {
    indices[i] = (int64_t)((uint64_t)indices[i] + (uint64_t)strides[i]);
  }
}

/* A single run ignores strides. */
static void run_plan(struct stream *stream, const struct plan *plan, uint64_t count,
                     int64_t *indices, const int64_t *strides, struct failure *failure)
{
  for (uint64_t run = 0; run < count; run++) {
    if (atomic_load_explicit(&stream->abandoned, memory_order_relaxed)) return;
    if (run > 0) advance_indices(plan, indices, strides);
    place_indices(plan, indices);
    if (!run_steps(plan, failure)) return;
  }
}

static bool read_indices(struct call *call, size_t position, uint32_t count, int64_t *indices)
{
  for (uint32_t i = 0; i < count; i++) {
    if (!read_integer(call, position + i, &indices[i])) return false;
  }
  return true;
}

/* The first argument, a plan that can run; the call has `each` numbers for each of its indices. */
static struct plan *read_runnable_plan(struct call *call, size_t others, size_t each)
{
  struct plan *plan = read_object(call, 0, PLAN, NULL);
  if (plan == NULL) return NULL;
  if (plan->broken) return throw_error(call->env, "the plan names a freed buffer");
  if (plan->stream == NULL) return throw_error(call->env, "the plan's stream is closed");
  if (call->count != others + each * plan->index_count) {
    return throw_error(call->env, "the plan wants %zu numbers for its indices, not %zu",
                       each * plan->index_count, call->count - others);
  }
  return plan;
}

/* Appends a run to the stream. */
static void queue_run(struct plan *plan, struct command *command, uint64_t count)
{
  command->kind = RUN_PLAN;
  command->object = plan;
  command->count = count;
  publish_command(plan->stream);
  plan->last_command = head_of(plan->stream);
}

/* launch(plan, ...indices): position */
static napi_value js_launch(napi_env env, napi_callback_info info)
{
  struct call call;
  if (!read_call(&call, env, info, 1, 1 + MAX_INDICES)) return NULL;
  struct plan *plan = read_runnable_plan(&call, 1, 1);
  if (plan == NULL) return NULL;
  struct command *command = next_command(plan->stream);
  if (!read_indices(&call, 1, plan->index_count, command->indices)) return NULL;
  queue_run(plan, command, 1);
  return make_position(env, plan->stream);
}

/* loop(plan, count, ...indices, ...strides): position */
static napi_value js_loop(napi_env env, napi_callback_info info)
{
  struct call call;
  uint64_t count;
  if (!read_call(&call, env, info, 2, MAX_ARGUMENTS)) return NULL;
  struct plan *plan = read_runnable_plan(&call, 2, 2);
  if (plan == NULL || !read_natural(&call, 1, &count)) return NULL;
  struct command *command = next_command(plan->stream);
  if (!read_indices(&call, 2, plan->index_count, command->indices)) return NULL;
  if (!read_indices(&call, 2 + plan->index_count, plan->index_count, command->strides)) return NULL;
  queue_run(plan, command, count);
  return make_position(env, plan->stream);
}

/* Throws a previous failure of the stream; afterwards the stream is idle and usable. */
static bool settle_stream(napi_env env, struct stream *stream)
{
  if (!is_idle(stream)) {
    wake_held(stream->runtime);
    wait_for_tail(stream, head_of(stream));
  }
  if (stream->failure.code == 0) return true;
  throw_failure(env, end_failure(stream, NEVER, head_of(stream)));
  return false;
}

static napi_value run_here(napi_env env, struct plan *plan, uint64_t count, int64_t *indices,
                           const int64_t *strides)
{
  struct failure failure = { 0 };
  struct stream *stream = plan->stream;
  if (!settle_stream(env, stream)) return NULL;
  if (stream->device != NULL) own_pool = &stream->device->pool;
  run_plan(stream, plan, count, indices, strides, &failure);
  if (stream->device != NULL) own_pool = NULL;
  return failure.code == 0 ? NULL : throw_failure(env, failure);
}

/* run(plan, ...indices): on the calling thread, after everything queued */
static napi_value js_run(napi_env env, napi_callback_info info)
{
  struct call call;
  int64_t indices[MAX_INDICES];
  if (!read_call(&call, env, info, 1, 1 + MAX_INDICES)) return NULL;
  struct plan *plan = read_runnable_plan(&call, 1, 1);
  if (plan == NULL || !read_indices(&call, 1, plan->index_count, indices)) return NULL;
  return run_here(env, plan, 1, indices, NULL);
}

/* runLoop(plan, count, ...indices, ...strides) */
static napi_value js_run_loop(napi_env env, napi_callback_info info)
{
  struct call call;
  uint64_t count;
  int64_t indices[MAX_INDICES];
  int64_t strides[MAX_INDICES];
  if (!read_call(&call, env, info, 2, MAX_ARGUMENTS)) return NULL;
  struct plan *plan = read_runnable_plan(&call, 2, 2);
  if (plan == NULL || !read_natural(&call, 1, &count)) return NULL;
  if (!read_indices(&call, 2, plan->index_count, indices)) return NULL;
  if (!read_indices(&call, 2 + plan->index_count, plan->index_count, strides)) return NULL;
  return run_here(env, plan, count, indices, strides);
}

/* wait(stream) */
static napi_value js_wait(napi_env env, napi_callback_info info)
{
  struct call call;
  if (!read_call(&call, env, info, 1, 1)) return NULL;
  struct stream *stream = read_object(&call, 0, STREAM, NULL);
  if (stream != NULL) settle_stream(env, stream);
  return NULL;
}
