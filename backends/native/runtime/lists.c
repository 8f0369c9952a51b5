/*
 * Commands that a program queues repeatedly, on several streams, are recorded as a list and started by one
 * call. A list comes from JavaScript as numbers: the number of streams, the streams, and then five numbers for each command:
 *
 *   RECORDED_RUN     stream, plan, first, 0        its indices are the numbers of the call from `first` on
 *   RECORDED_AWAIT   stream, command, 0, 0         waits for an earlier command, of another stream
 *   RECORDED_COPY    stream, to, from, 0
 *   RECORDED_FILL    stream, to, input, offset     from the caller's memory
 *   RECORDED_RESULT  stream, from, 0, bytes        the beginning of a buffer, at most eight bytes
 *
 * A stream is given by its position among those of the list. Each stream starts when all of them have done what was queued
 * before. On each stream the list ends with END_FLIGHT, which also ends a failure: the promise reports it.
 */

enum recorded_kind {
  RECORDED_RUN,
  RECORDED_AWAIT,
  RECORDED_COPY,
  RECORDED_FILL,
  RECORDED_RESULT,
  RECORDED_KINDS,
};

#define RECORDED_NUMBERS 5
#define RESULT_BYTES sizeof(uint64_t)

struct recorded {
  enum recorded_kind kind;
  size_t stream;
  double object;     /* handle of a plan or buffer */
  double other;      /* handle of the source buffer of a copy */
  size_t number;     /* number of an index, command or input */
  size_t amount;     /* in bytes */
  uint64_t position; /* where it was queued last */
  /* While the list is being started: */
  struct plan *plan;
  struct buffer *to;
  struct buffer *from;
  struct span input;
};

static void free_list(struct list *list)
{
  free(list->stream_handles);
  free(list->streams);
  free(list->commands);
  free(list);
}

static bool is_below(double number, size_t end)
{
  return number >= 0 && number < (double)end && number == (double)(size_t)number;
}

#define MAX_INPUTS 65536

/* Checks the format. */
static bool read_recorded(const double *numbers, struct list *list, struct recorded *command)
{
  size_t done = (size_t)(command - list->commands);
  if (!is_below(numbers[0], RECORDED_KINDS) || !is_below(numbers[1], list->stream_count)) return false;
  command->kind = (enum recorded_kind)numbers[0];
  command->stream = (size_t)numbers[1];
  command->object = numbers[2];
  switch (command->kind) {
  case RECORDED_RUN:
    if (!is_below(numbers[3], MAX_OBJECTS)) return false;
    command->number = (size_t)numbers[3];
    return true;
  case RECORDED_AWAIT:
    if (!is_below(numbers[2], done)) return false;
    command->number = (size_t)numbers[2];
    return true;
  case RECORDED_COPY:
    command->other = numbers[3];
    list->copy_count++;
    return true;
  case RECORDED_FILL:
    if (!is_below(numbers[3], MAX_INPUTS) || !is_below(numbers[4], SIZE_MAX / 2)) return false;
    command->number = (size_t)numbers[3];
    command->amount = (size_t)numbers[4];
    if (list->input_count <= command->number) list->input_count = command->number + 1;
    list->copy_count++;
    return true;
  case RECORDED_RESULT:
    if (!is_below(numbers[4], RESULT_BYTES + 1)) return false;
    command->number = list->result_count++;
    command->amount = (size_t)numbers[4];
    list->copy_count++;
    return true;
  case RECORDED_KINDS:
    break;
  }
  return false;
}

static bool fill_list(struct list *list, struct program program)
{
  const double *numbers = program.numbers + 1;
  memcpy(list->stream_handles, numbers, list->stream_count * sizeof *numbers);
  numbers += list->stream_count;
  for (size_t i = 0; i < list->command_count; i++, numbers += RECORDED_NUMBERS) {
    if (!read_recorded(numbers, list, &list->commands[i])) return false;
  }
  return true;
}

static struct list *make_list(struct call *call, struct program program)
{
  bool has_streams = program.length > 0 && program.numbers[0] >= 1 &&
                     is_below(program.numbers[0], program.length);
  size_t streams = has_streams ? (size_t)program.numbers[0] : 0;
  if (!has_streams || (program.length - 1 - streams) % RECORDED_NUMBERS != 0) {
    return throw_error(call->env, "the list is malformed");
  }
  struct list *list = calloc(1, sizeof *list);
  if (list == NULL) return throw_no_memory(call->env, sizeof *list);
  list->stream_count = streams;
  list->result_count = streams;
  list->command_count = (program.length - 1 - streams) / RECORDED_NUMBERS;
  list->stream_handles = array_of(streams, sizeof *list->stream_handles);
  list->streams = array_of(streams, sizeof *list->streams);
  list->commands = array_of(list->command_count, sizeof *list->commands);
  if (list->stream_handles == NULL || list->streams == NULL || list->commands == NULL) {
    throw_no_memory(call->env, (double)program.length * sizeof(double));
  } else if (fill_list(list, program)) {
    return list;
  } else {
    throw_error(call->env, "the list is malformed");
  }
  free_list(list);
  return NULL;
}

/* createList(Float64Array): list */
static napi_value js_create_list(napi_env env, napi_callback_info info)
{
  struct call call;
  struct program program;
  if (!read_call(&call, env, info, 1, 1) || !read_program(&call, 0, &program)) return NULL;
  struct list *list = make_list(&call, program);
  return list == NULL ? NULL : hand_over(&call, LIST, list);
}

/* destroyList(list): started runs continue */
static napi_value js_destroy_list(napi_env env, napi_callback_info info)
{
  struct call call;
  double handle;
  if (!read_call(&call, env, info, 1, 1)) return NULL;
  struct list *list = read_object(&call, 0, LIST, &handle);
  if (list == NULL) return NULL;
  table_remove(&call.runtime->table, handle);
  free_list(list);
  return NULL;
}

/* ---- lists: resolving references, before anything is queued ----------------------------------- */

static struct plan *find_plan(struct call *call, const struct list *list,
                              const struct recorded *command, struct program numbers)
{
  struct plan *plan = find_object(call, PLAN, command->object);
  if (plan == NULL) return NULL;
  if (plan->broken) return throw_error(call->env, "the plan names a freed buffer");
  if (plan->stream != list->streams[command->stream]) {
    return throw_error(call->env, "the plan is of another stream");
  }
  size_t last = numbers.length - list->stream_count;
  for (size_t i = command->number; i < command->number + plan->index_count; i++) {
    bool is_safe = i < last && numbers.numbers[i] >= -9007199254740991.0 &&
                   numbers.numbers[i] <= 9007199254740991.0;
    if (is_safe && (double)(int64_t)numbers.numbers[i] == numbers.numbers[i]) continue;
    return throw_error(call->env, "number %zu is no index", i);
  }
  return plan;
}

static bool find_input(struct call *call, struct recorded *command, napi_value arrays)
{
  napi_typedarray_type type;
  uint32_t place = (uint32_t)command->number + 1;
  if (napi_get_element(call->env, arrays, place, &call->values[2]) != napi_ok) {
    throw_error(call->env, "there is no input %zu", command->number);
    return false;
  }
  if (!read_typed_array(call, 2, &type, &command->input)) return false;
  size_t bytes = command->input.bytes;
  if (command->amount <= bytes && command->to->bytes <= bytes - command->amount) return true;
  throw_error(call->env, "an input of %zu bytes does not fill a buffer of %zu from %zu on", bytes,
              command->to->bytes, command->amount);
  return false;
}

static bool find_named(struct call *call, struct list *list, struct recorded *command,
                       struct program numbers, napi_value arrays)
{
  switch (command->kind) {
  case RECORDED_RUN:
    command->plan = find_plan(call, list, command, numbers);
    return command->plan != NULL;
  case RECORDED_COPY:
    command->to = find_object(call, BUFFER, command->object);
    if (command->to == NULL) return false;
    command->from = find_object(call, BUFFER, command->other);
    if (command->from == NULL) return false;
    if (command->from->bytes == command->to->bytes) return true;
    throw_error(call->env, "%zu bytes do not go into a buffer of %zu", command->from->bytes,
                command->to->bytes);
    return false;
  case RECORDED_FILL:
    command->to = find_object(call, BUFFER, command->object);
    return command->to != NULL && find_input(call, command, arrays);
  case RECORDED_RESULT:
    command->from = find_object(call, BUFFER, command->object);
    if (command->from == NULL) return false;
    if (command->amount <= command->from->bytes) return true;
    throw_error(call->env, "a buffer of %zu bytes has no %zu", command->from->bytes, command->amount);
    return false;
  case RECORDED_AWAIT:
  case RECORDED_KINDS:
    break;
  }
  return true;
}

static bool find_all(struct call *call, struct list *list, struct program numbers, napi_value arrays)
{
  for (size_t i = 0; i < list->stream_count; i++) {
    list->streams[i] = find_object(call, STREAM, list->stream_handles[i]);
    if (list->streams[i] == NULL) return false;
  }
  for (size_t i = 0; i < list->command_count; i++) {
    if (!find_named(call, list, &list->commands[i], numbers, arrays)) return false;
  }
  return true;
}

/* ---- lists: queueing -------------------------------------------------------------------------- */

static struct flight *make_flight(struct runtime *runtime, const struct list *list)
{
  size_t copies = list->copy_count * sizeof(struct copy);
  struct flight *flight = calloc(1, sizeof *flight + copies + list->result_count * RESULT_BYTES);
  if (flight == NULL) return NULL;
  flight->promise.runtime = runtime;
  flight->promise.flight = flight;
  flight->result_count = list->result_count;
  flight->results = (uint64_t *)((char *)flight->copies + copies);
  atomic_init(&flight->streams_left, list->stream_count);
  return flight;
}

static void queue_await(struct stream *stream, struct stream *other, uint64_t position)
{
  atomic_fetch_add(&other->references, 1);
  queue_command(stream, AWAIT_STREAM, other, position);
}

/* The streams' next commands come after everything that was queued on any of them. */
static void meet(const struct list *list, const double *heads)
{
  for (size_t i = 0; i < list->stream_count; i++) {
    struct stream *other = list->streams[i];
    uint64_t head = (uint64_t)heads[i];
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

static struct copy fill_of(const struct recorded *command)
{
  atomic_fetch_add(&command->to->references, 1);
  const char *source = (const char *)command->input.address + command->amount;
  return (struct copy){ command->to, NULL, command->to->address, source, command->to->bytes, NULL };
}

static struct copy result_of(const struct recorded *command, const struct flight *flight)
{
  atomic_fetch_add(&command->from->references, 1);
  uint64_t *target = &flight->results[command->number];
  return (struct copy){ NULL, command->from, target, command->from->address, command->amount, NULL };
}

static void queue_recorded_run(struct plan *plan, const double *indices)
{
  struct command *command = next_command(plan->stream);
  for (uint32_t i = 0; i < plan->index_count; i++) command->indices[i] = (int64_t)indices[i];
  queue_run(plan, command, 1);
}

static void queue_recorded(const struct list *list, struct flight *flight, const double *numbers)
{
  struct copy *copy = flight->copies;
  for (size_t i = 0; i < list->command_count; i++) {
    struct recorded *command = &list->commands[i];
    struct stream *stream = list->streams[command->stream];
    switch (command->kind) {
    case RECORDED_RUN:
      queue_recorded_run(command->plan, numbers + command->number);
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
      queue_copy(stream, copy++, fill_of(command), flight);
      break;
    case RECORDED_RESULT:
      queue_copy(stream, copy++, result_of(command, flight), flight);
      break;
    case RECORDED_KINDS:
      break;
    }
    command->position = head_of(stream);
  }
}

/* Stores the position of each stream in `positions`. Workers are woken once everything is queued: see `hold`. */
static void queue_list(struct runtime *runtime, const struct list *list, struct flight *flight,
                       const double *numbers, double *positions)
{
  bool was_holding = runtime->is_holding;
  runtime->is_holding = true;
  for (size_t i = 0; i < list->stream_count; i++) positions[i] = (double)head_of(list->streams[i]);
  meet(list, positions);
  for (size_t i = 0; i < list->stream_count; i++) {
    queue_command(list->streams[i], BEGIN_FLIGHT, flight, i);
  }
  queue_recorded(list, flight, numbers);
  for (size_t i = 0; i < list->stream_count; i++) {
    queue_command(list->streams[i], END_FLIGHT, flight, i);
    positions[i] = (double)head_of(list->streams[i]);
  }
  runtime->is_holding = was_holding;
  if (!was_holding) wake_held(runtime);
}

/*
 * start(list, numbers, arrays): Promise. `numbers` has the indices of runs and room for a position of each
 * stream. The first of `arrays` is a Float64Array for the results, filled in before the promise settles: the
 * milliseconds that each stream has worked, and then eight bytes for each result. The others are inputs, which
 * must not change until then.
 */
static napi_value js_start(napi_env env, napi_callback_info info)
{
  struct call call;
  struct program numbers;
  napi_value promise;
  if (!read_call(&call, env, info, 3, 3)) return NULL;
  napi_value arrays = call.values[2];
  void *results;
  struct list *list = read_object(&call, 0, LIST, NULL);
  if (list == NULL || !read_program(&call, 1, &numbers)) return NULL;
  if (numbers.length < list->stream_count) return throw_error(env, "there is no room for positions");
  if (!find_all(&call, list, numbers, arrays)) return NULL;
  struct flight *flight = make_flight(call.runtime, list);
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
  double *positions = (double *)numbers.numbers + (numbers.length - list->stream_count);
  queue_list(call.runtime, list, flight, numbers.numbers, positions);
  return promise;
}

/* On its worker: how long it has worked so far. */
static void begin_flight(struct stream *stream, struct command *command)
{
  struct flight *flight = command->object;
  flight->results[command->count] = atomic_load(&stream->busy);
}

/* On the worker that has reached the end of a started list, which is the command after `tail`. */
static void end_flight(struct stream *stream, struct command *command, uint64_t tail)
{
  struct flight *flight = command->object;
  uint64_t *result = &flight->results[command->count];
  double milliseconds = (double)(atomic_load(&stream->busy) - *result) / 1e6;
  memcpy(result, &milliseconds, sizeof milliseconds);
  struct failure failure = end_failure(stream, NEVER, tail);
  if (failure.code == 0 || atomic_exchange(&flight->has_failed, true)) return;
  flight->promise.failure = failure;
}

/* Once other streams can see that this one is done. */
static void land(struct flight *flight)
{
  if (atomic_fetch_sub(&flight->streams_left, 1) != 1) return;
  struct runtime *runtime = flight->promise.runtime;
  note_settled(&flight->promise);
  announce(runtime);
}
