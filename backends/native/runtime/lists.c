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
 *
 * A list may be started to be executed several times, as a training loop does: its inputs then have equally large pieces, one
 * for each time, its indices grow evenly, and each time has results of its own.
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
  size_t stride;     /* of an input, in bytes: how much it has for each time */
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
