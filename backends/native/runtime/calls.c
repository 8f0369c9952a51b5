/* Arguments and results of the functions called from JavaScript. */

#define MAX_ARGUMENTS (2 + 2 * MAX_INDICES)

struct call {
  napi_env env;
  struct runtime *runtime;
  size_t count;
  napi_value values[MAX_ARGUMENTS];
};

static bool read_call(struct call *call, napi_env env, napi_callback_info info, size_t fewest,
                      size_t most)
{
  void *data = NULL;
  call->env = env;
  call->count = most;
  if (napi_get_cb_info(env, info, &call->count, call->values, NULL, &data) != napi_ok) {
    throw_error(env, "the call cannot be read");
    return false;
  }
  call->runtime = data;
  if (call->count >= fewest && call->count <= most) return true;
  throw_error(env, "%zu arguments given, %zu to %zu taken", call->count, fewest, most);
  return false;
}

static bool read_integer(struct call *call, size_t position, int64_t *integer)
{
  double number;
  if (napi_get_value_double(call->env, call->values[position], &number) == napi_ok &&
      number >= -9007199254740991.0 && number <= 9007199254740991.0) {
    *integer = (int64_t)number;
    if ((double)*integer == number) return true;
  }
  throw_error(call->env, "argument %zu is not a safe integer", position);
  return false;
}

static bool read_natural(struct call *call, size_t position, uint64_t *natural)
{
  int64_t integer;
  if (!read_integer(call, position, &integer)) return false;
  *natural = (uint64_t)integer;
  if (integer >= 0) return true;
  throw_error(call->env, "argument %zu is negative", position);
  return false;
}

static void *find_object(struct call *call, enum kind kind, double handle)
{
  void *object = table_find(&call->runtime->table, kind, handle);
  if (object == NULL) throw_error(call->env, "%.17g is no live %s", handle, kind_names[kind]);
  return object;
}

static void *read_object(struct call *call, size_t position, enum kind kind, double *handle)
{
  double number;
  if (napi_get_value_double(call->env, call->values[position], &number) != napi_ok) {
    return throw_error(call->env, "argument %zu is not a %s", position, kind_names[kind]);
  }
  if (handle != NULL) *handle = number;
  return find_object(call, kind, number);
}

/* The caller frees the result. */
static char *read_text(struct call *call, size_t position)
{
  napi_value value = call->values[position];
  size_t length;
  if (napi_get_value_string_utf8(call->env, value, NULL, 0, &length) != napi_ok) {
    return throw_error(call->env, "argument %zu is not a string", position);
  }
  char *text = malloc(length + 1);
  if (text == NULL) return throw_no_memory(call->env, (double)length + 1);
  napi_get_value_string_utf8(call->env, value, text, length + 1, &length);
  if (strlen(text) == length) return text;
  free(text);
  return throw_error(call->env, "argument %zu has a NUL in it", position);
}

struct span {
  void *address;
  size_t bytes;
};

static bool read_typed_array(struct call *call, size_t position, napi_typedarray_type *type,
                             struct span *span)
{
  static const uint8_t cell_bytes[] = {
    [napi_int8_array] = 1,    [napi_uint8_array] = 1,   [napi_uint8_clamped_array] = 1,
    [napi_int16_array] = 2,   [napi_uint16_array] = 2,  [napi_int32_array] = 4,
    [napi_uint32_array] = 4,  [napi_float32_array] = 4, [napi_float64_array] = 8,
    [napi_bigint64_array] = 8, [napi_biguint64_array] = 8,
  };
  size_t length;
  napi_status status = napi_get_typedarray_info(call->env, call->values[position], type, &length,
                                                &span->address, NULL, NULL);
  if (status != napi_ok || (size_t)*type >= sizeof cell_bytes) {
    throw_error(call->env, "argument %zu is not a typed array", position);
    return false;
  }
  span->bytes = length * cell_bytes[*type];
  return true;
}

static napi_value make_number(napi_env env, double number)
{
  napi_value value;
  return napi_create_double(env, number, &value) == napi_ok ? value : NULL;
}

static void end_object(struct runtime *runtime, enum kind kind, void *object);

/* The handle of a new object, or 0 after destroying the object and throwing. */
static double add_object(struct call *call, enum kind kind, void *object)
{
  double handle = table_add(&call->runtime->table, kind, object);
  if (handle != 0) return handle;
  end_object(call->runtime, kind, object);
  throw_error(call->env, "there are too many objects");
  return 0;
}

static napi_value hand_over(struct call *call, enum kind kind, void *object)
{
  double handle = add_object(call, kind, object);
  return handle == 0 ? NULL : make_number(call->env, handle);
}
