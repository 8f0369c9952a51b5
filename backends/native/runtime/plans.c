/*
 * Creates and destroys plans.
 *
 * A plan comes from JavaScript as numbers, step after step: the kernel, the number of arguments, then
 * each argument: a buffer or, below zero, -1 - i for index i of the plan.
 */

struct program {
  const double *numbers;
  size_t length;
};

struct plan_size {
  size_t steps;
  size_t arguments;
  size_t patches;
  size_t uses;
};

/* Checks the format; kernels and buffers are resolved when the plan is filled in. */
static bool measure_program(struct program program, uint32_t index_count, struct plan_size *size)
{
  size_t at = 0;
  while (at < program.length) {
    if (program.length - at < 2) return false;
    double count = program.numbers[at + 1];
    at += 2;
    if (!(count >= 0 && count <= (double)(program.length - at))) return false;
    if (count != (double)(size_t)count) return false;
    size->steps++;
    size->arguments += (size_t)count;
    for (size_t end = at + (size_t)count; at < end; at++) {
      double argument = program.numbers[at];
      if (argument >= 0) {
        size->uses++;
      } else {
        double index = -1 - argument;
        if (!(index < index_count) || index != (double)(uint32_t)index) return false;
        size->patches++;
      }
    }
  }
  return true;
}

static void unlink_use(struct use *use)
{
  if (use->link == NULL) return;
  *use->link = use->next;
  if (use->next != NULL) use->next->link = use->link;
  use->link = NULL;
}

static void link_use(struct use *use, struct plan *plan, struct buffer *buffer)
{
  atomic_fetch_add(&buffer->references, 1);
  use->buffer = buffer;
  use->plan = plan;
  use->next = buffer->uses;
  use->link = &buffer->uses;
  if (use->next != NULL) use->next->link = &use->next;
  buffer->uses = use;
}

/* On the caller, or on the worker for a plan whose uses the caller has unlinked. */
static void free_plan(struct plan *plan)
{
  for (size_t i = 0; i < plan->use_count; i++) {
    if (plan->uses[i].buffer != NULL) drop_buffer(plan->uses[i].buffer);
  }
  for (size_t i = 0; i < plan->step_count; i++) drop_library(plan->steps[i].library);
  free(plan->steps);
  free(plan->patches);
  free(plan->uses);
  free(plan->arguments);
  free(plan);
}

static void unlink_plan(struct plan *plan)
{
  for (size_t i = 0; i < plan->use_count; i++) unlink_use(&plan->uses[i]);
}

static bool is_queued(const struct plan *plan)
{
  return plan->stream != NULL && tail_of(plan->stream) < plan->last_command;
}

static void *array_of(size_t count, size_t size)
{
  return calloc(count == 0 ? 1 : count, size);
}

static struct plan *empty_plan(const struct plan_size *size)
{
  struct plan *plan = calloc(1, sizeof *plan);
  if (plan == NULL) return NULL;
  plan->steps = array_of(size->steps, sizeof *plan->steps);
  plan->patches = array_of(size->patches, sizeof *plan->patches);
  plan->uses = array_of(size->uses, sizeof *plan->uses);
  plan->arguments = array_of(size->arguments, sizeof *plan->arguments);
  if (plan->steps != NULL && plan->patches != NULL && plan->uses != NULL &&
      plan->arguments != NULL) {
    return plan;
  }
  free_plan(plan);
  return NULL;
}

static bool add_step(struct call *call, struct plan *plan, double kernel_handle, void **arguments)
{
  struct kernel *kernel = find_object(call, KERNEL, kernel_handle);
  if (kernel == NULL) return false;
  struct step *step = &plan->steps[plan->step_count++];
  step->function = kernel->function;
  step->arguments = arguments;
  step->library = kernel->library;
  atomic_fetch_add(&kernel->library->references, 1);
  return true;
}

static bool add_argument(struct call *call, struct plan *plan, double number, void **argument)
{
  if (number < 0) {
    plan->patches[plan->patch_count++] = (struct patch){ argument, (uint32_t)(-1 - number) };
    return true;
  }
  struct buffer *buffer = find_object(call, BUFFER, number);
  if (buffer == NULL) return false;
  *argument = buffer->address;
  link_use(&plan->uses[plan->use_count++], plan, buffer);
  return true;
}

static bool fill_plan(struct call *call, struct plan *plan, struct program program)
{
  void **argument = plan->arguments;
  size_t at = 0;
  while (at < program.length) {
    size_t count = (size_t)program.numbers[at + 1];
    if (!add_step(call, plan, program.numbers[at], argument)) return false;
    at += 2;
    for (size_t i = 0; i < count; i++) {
      if (!add_argument(call, plan, program.numbers[at++], argument++)) return false;
    }
  }
  return true;
}

static bool read_program(struct call *call, size_t position, struct program *program)
{
  struct span span;
  napi_typedarray_type type;
  if (!read_typed_array(call, position, &type, &span)) return false;
  if (type != napi_float64_array) {
    throw_error(call->env, "argument %zu is not a Float64Array", position);
    return false;
  }
  program->numbers = span.address;
  program->length = span.bytes / sizeof(double);
  return true;
}

static struct plan *make_plan(struct call *call, struct program program, uint32_t index_count)
{
  struct plan_size size = { 0 };
  if (!measure_program(program, index_count, &size)) {
    return throw_error(call->env, "the plan is malformed");
  }
  struct plan *plan = empty_plan(&size);
  if (plan == NULL) return throw_no_memory(call->env, (double)program.length * sizeof(double));
  plan->index_count = index_count;
  if (fill_plan(call, plan, program)) return plan;
  unlink_plan(plan);
  free_plan(plan);
  return NULL;
}

/* createPlan(stream, indexCount, Float64Array): plan */
static napi_value js_create_plan(napi_env env, napi_callback_info info)
{
  struct call call;
  uint64_t index_count;
  struct program program;
  if (!read_call(&call, env, info, 3, 3)) return NULL;
  struct stream *stream = read_object(&call, 0, STREAM, NULL);
  if (stream == NULL || !read_natural(&call, 1, &index_count)) return NULL;
  if (index_count > MAX_INDICES) {
    return throw_error(env, "a plan takes at most %d indices, not %llu", MAX_INDICES,
                       (unsigned long long)index_count);
  }
  if (!read_program(&call, 2, &program)) return NULL;
  struct plan *plan = make_plan(&call, program, (uint32_t)index_count);
  if (plan == NULL) return NULL;
  plan->stream = stream;
  plan->handle = add_object(&call, PLAN, plan);
  return plan->handle == 0 ? NULL : make_number(env, plan->handle);
}

/* destroyPlan(plan): queued runs still execute */
static napi_value js_destroy_plan(napi_env env, napi_callback_info info)
{
  struct call call;
  if (!read_call(&call, env, info, 1, 1)) return NULL;
  struct plan *plan = read_object(&call, 0, PLAN, NULL);
  if (plan == NULL) return NULL;
  table_remove(&call.runtime->table, plan->handle);
  unlink_plan(plan);
  if (is_queued(plan)) queue_command(plan->stream, DROP_PLAN, plan, 0);
  else free_plan(plan);
  return NULL;
}

/* The plan cannot run any more; its reference is released when its queued runs are done. */
static void break_plan(struct use *use, struct buffer *buffer)
{
  struct plan *plan = use->plan;
  plan->broken = true;
  unlink_use(use);
  use->buffer = NULL;
  if (is_queued(plan)) queue_command(plan->stream, DROP_BUFFER, buffer, 0);
  else drop_buffer(buffer);
}

/* free(buffer): queued commands still see it */
static napi_value js_free(napi_env env, napi_callback_info info)
{
  struct call call;
  double handle;
  if (!read_call(&call, env, info, 1, 1)) return NULL;
  struct buffer *buffer = read_object(&call, 0, BUFFER, &handle);
  if (buffer == NULL) return NULL;
  table_remove(&call.runtime->table, handle);
  while (buffer->uses != NULL) break_plan(buffer->uses, buffer);
  drop_buffer(buffer);
  return NULL;
}
