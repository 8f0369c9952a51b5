/* Starting a list, second half: its commands are queued on their streams. */

static struct flight *make_flight(struct runtime *runtime, const struct start *start)
{
  const struct list *list = start->list;
  size_t copies = start->times * list->copy_count * sizeof(struct copy);
  size_t asked = list->result_count - list->stream_count;
  size_t results = list->stream_count + start->times * asked;
  struct flight *flight = calloc(1, sizeof *flight + copies + results * RESULT_BYTES);
  if (flight == NULL) return NULL;
  flight->promise.runtime = runtime;
  flight->promise.flight = flight;
  flight->result_count = results;
  flight->results = (uint64_t *)((char *)flight->copies + copies);
  atomic_init(&flight->streams_left, list->stream_count);
  return flight;
}

static void queue_await(struct stream *stream, struct stream *other, uint64_t position)
{
  atomic_fetch_add(&other->references, 1);
  queue_command(stream, AWAIT_STREAM, other, position);
}

static void note_positions(const struct start *start)
{
  const struct list *list = start->list;
  for (size_t i = 0; i < list->stream_count; i++) {
    start->positions[i] = (double)head_of(list->streams[i]);
  }
}

/* The streams' next commands come after everything that was queued on any of them. */
static void meet(const struct start *start)
{
  const struct list *list = start->list;
  note_positions(start);
  for (size_t i = 0; i < list->stream_count; i++) {
    struct stream *other = list->streams[i];
    uint64_t head = (uint64_t)start->positions[i];
    if (tail_of(other) >= head && !atomic_load(&other->has_failed)) continue;
    for (size_t j = 0; j < list->stream_count; j++) {
      if (j != i) queue_await(list->streams[j], other, head);
    }
  }
}

static void queue_copy(struct stream *stream, struct copy *place, struct copy copy,
                       struct flight *flight)
{
  *place = copy;
  place->flight = flight;
  queue_command(stream, COPY, place, 1);
}

static struct copy fill_of(const struct recorded *command, size_t time)
{
  atomic_fetch_add(&command->to->references, 1);
  const char *source = (const char *)command->input.address + time * command->stride + command->amount;
  return (struct copy){ command->to, NULL, command->to->address, source, command->to->bytes, NULL };
}

static struct copy result_of(const struct recorded *command, uint64_t *target)
{
  atomic_fetch_add(&command->from->references, 1);
  return (struct copy){ NULL, command->from, target, command->from->address, command->amount, NULL };
}

static void queue_recorded_run(const struct start *start, const struct recorded *recorded,
                               size_t time)
{
  struct plan *plan = recorded->plan;
  struct command *command = next_command(plan->stream);
  for (uint32_t i = 0; i < plan->index_count; i++) {
    command->indices[i] = (int64_t)index_at(start, recorded->number + i, time);
  }
  queue_run(plan, command, 1);
}

static void queue_recorded(const struct start *start, struct flight *flight, size_t time)
{
  const struct list *list = start->list;
  struct copy *copy = flight->copies + time * list->copy_count;
  uint64_t *results = flight->results + time * (list->result_count - list->stream_count);
  for (size_t i = 0; i < list->command_count; i++) {
    struct recorded *command = &list->commands[i];
    struct stream *stream = list->streams[command->stream];
    switch (command->kind) {
    case RECORDED_RUN:
      queue_recorded_run(start, command, time);
      break;
    case RECORDED_AWAIT: {
      const struct recorded *awaited = &list->commands[command->number];
      queue_await(stream, list->streams[awaited->stream], awaited->position);
      break;
    }
    case RECORDED_COPY:
      queue_copy(stream, copy++, copy_of(command->to, command->from), flight);
      break;
    case RECORDED_FILL:
      queue_copy(stream, copy++, fill_of(command, time), flight);
      break;
    case RECORDED_RESULT:
      queue_copy(stream, copy++, result_of(command, results + command->number), flight);
      break;
    case RECORDED_KINDS:
      break;
    }
    command->position = head_of(stream);
  }
}

/* Stores the position of each stream. Workers are woken once everything is queued: see `hold`. */
static void queue_list(struct runtime *runtime, const struct start *start, struct flight *flight)
{
  const struct list *list = start->list;
  bool was_holding = runtime->is_holding;
  runtime->is_holding = true;
  meet(start);
  for (size_t i = 0; i < list->stream_count; i++) {
    queue_command(list->streams[i], BEGIN_FLIGHT, flight, i);
  }
  for (size_t time = 0; time < start->times; time++) {
    if (time > 0) meet(start);
    queue_recorded(start, flight, time);
  }
  for (size_t i = 0; i < list->stream_count; i++) {
    queue_command(list->streams[i], END_FLIGHT, flight, i);
  }
  note_positions(start);
  runtime->is_holding = was_holding;
  if (!was_holding) wake_held(runtime);
}

/*
 * start(list, numbers, arrays): Promise. `numbers` has the indices of runs and room for a position of each
 * stream. The first of `arrays` is a Float64Array for the results, filled in before the promise settles: the
 * milliseconds that each stream has worked, and then eight bytes for each result. The others are inputs, which
 * must not change until then.
 *
 * start(list, numbers, arrays, times): executes it so often. `numbers` then has, between the indices and the positions, by how
 * much each index grows from time to time; each input has a piece for each time, and so have the results.
 */
static napi_value js_start(napi_env env, napi_callback_info info)
{
  struct call call;
  struct start start;
  napi_value promise;
  if (!read_call(&call, env, info, 3, 4)) return NULL;
  napi_value arrays = call.values[2];
  void *results;
  struct list *list = read_object(&call, 0, LIST, NULL);
  if (list == NULL || !read_start(&call, list, &start)) return NULL;
  if (!find_all(&call, list, &start, arrays)) return NULL;
  struct flight *flight = make_flight(call.runtime, &start);
  if (flight == NULL) return throw_no_memory(env, sizeof *flight);
  if (!results_array(env, arrays, flight, &results)) {
    free(flight);
    return throw_error(env, "there is no room for results");
  }
  if (napi_create_reference(env, arrays, 1, &flight->arrays) != napi_ok ||
      napi_create_promise(env, &flight->promise.deferred, &promise) != napi_ok) {
    free(flight);
    return throw_error(env, "no promise can be made");
  }
  expect_completion(call.runtime);
  queue_list(call.runtime, &start, flight);
  return promise;
}
