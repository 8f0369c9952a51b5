/* Starting a list, first half: what its handles, indices and inputs stand for. If something is wrong, nothing has been queued. */

#define MAX_TIMES 65536

static bool is_index(double number)
{
  return number >= -9007199254740991.0 && number <= 9007199254740991.0 &&
         (double)(int64_t)number == number;
}

/* The value of an index for that time, counting from 0. */
static double index_at(const struct start *start, size_t index, size_t time)
{
  double first = start->indices[index];
  return start->growth == NULL ? first : first + start->growth[index] * (double)time;
}

static struct plan *find_plan(struct call *call, const struct start *start,
                              const struct recorded *command)
{
  struct plan *plan = find_object(call, PLAN, command->object);
  if (plan == NULL) return NULL;
  if (plan->broken) return throw_error(call->env, "the plan names a freed buffer");
  if (plan->stream != start->list->streams[command->stream]) {
    return throw_error(call->env, "the plan is of another stream");
  }
  for (size_t i = command->number; i < command->number + plan->index_count; i++) {
    bool is_safe = i < start->index_count && is_index(index_at(start, i, 0)) &&
                   is_index(index_at(start, i, start->times - 1)) &&
                   (start->growth == NULL || is_index(start->growth[i]));
    if (!is_safe) return throw_error(call->env, "number %zu is no index", i);
  }
  return plan;
}

static bool find_input(struct call *call, const struct start *start, struct recorded *command,
                       napi_value arrays)
{
  napi_typedarray_type type;
  uint32_t place = (uint32_t)command->number + 1;
  if (napi_get_element(call->env, arrays, place, &call->values[2]) != napi_ok) {
    throw_error(call->env, "there is no input %zu", command->number);
    return false;
  }
  if (!read_typed_array(call, 2, &type, &command->input)) return false;
  size_t bytes = command->input.bytes;
  if (bytes % start->times != 0) {
    throw_error(call->env, "an input of %zu bytes is not divided into %zu parts", bytes, start->times);
    return false;
  }
  command->stride = bytes / start->times;
  size_t amount = command->amount;
  if (amount <= command->stride && command->to->bytes <= command->stride - amount) return true;
  throw_error(call->env, "an input of %zu bytes does not fill a buffer of %zu from %zu on",
              command->stride, command->to->bytes, amount);
  return false;
}

static bool find_named(struct call *call, const struct start *start, struct recorded *command,
                       napi_value arrays)
{
  switch (command->kind) {
  case RECORDED_RUN:
    command->plan = find_plan(call, start, command);
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
    return command->to != NULL && find_input(call, start, command, arrays);
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

static bool find_all(struct call *call, struct list *list, const struct start *start, napi_value arrays)
{
  for (size_t i = 0; i < list->stream_count; i++) {
    list->streams[i] = find_object(call, STREAM, list->stream_handles[i]);
    if (list->streams[i] == NULL) return false;
  }
  for (size_t i = 0; i < list->command_count; i++) {
    if (!find_named(call, start, &list->commands[i], arrays)) return false;
  }
  return true;
}

/* Divides the numbers of a start: indices, if it is executed several times their growth, and room for positions. */
static bool read_start(struct call *call, const struct list *list, struct start *start)
{
  struct program numbers;
  uint64_t times = 1;
  if (!read_program(call, 1, &numbers)) return false;
  bool is_loop = call->count > 3;
  if (is_loop && !read_natural(call, 3, &times)) return false;
  if (times < 1 || times > MAX_TIMES) {
    throw_error(call->env, "a list is not executed %llu times", (unsigned long long)times);
    return false;
  }
  if (numbers.length < list->stream_count ||
      (is_loop && (numbers.length - list->stream_count) % 2 != 0)) {
    throw_error(call->env, "there is no room for positions");
    return false;
  }
  size_t rest = numbers.length - list->stream_count;
  size_t index_count = is_loop ? rest / 2 : rest;
  *start = (struct start){
    .list = list,
    .times = (size_t)times,
    .index_count = index_count,
    .indices = numbers.numbers,
    .growth = is_loop ? numbers.numbers + index_count : NULL,
    .positions = (double *)numbers.numbers + rest,
  };
  return true;
}
