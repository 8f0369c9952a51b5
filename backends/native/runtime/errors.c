/* Throwing JavaScript errors. */

static void set_number(napi_env env, napi_value object, const char *name, double number)
{
  napi_value value;
  if (napi_create_double(env, number, &value) != napi_ok) return;
  napi_set_named_property(env, object, name, value);
}

static napi_value make_error(napi_env env, const char *message)
{
  napi_value text;
  napi_value error;
  if (napi_create_string_utf8(env, message, NAPI_AUTO_LENGTH, &text) != napi_ok) return NULL;
  if (napi_create_error(env, NULL, text, &error) != napi_ok) return NULL;
  return error;
}

/* These return NULL, as every function does (or false) after it has thrown. */

__attribute__((format(printf, 2, 3)))
static void *throw_error(napi_env env, const char *format, ...)
{
  char message[4096];
  va_list values;
  va_start(values, format);
  vsnprintf(message, sizeof message, format, values);
  va_end(values);
  napi_throw_error(env, NULL, message);
  return NULL;
}

static void *throw_no_memory(napi_env env, double bytes)
{
  int64_t live = atomic_load(&live_bytes);
  char message[128];
  snprintf(message, sizeof message, "no memory for %.0f bytes beside %lld live ones", bytes,
           (long long)live);
  napi_value error = make_error(env, message);
  if (error == NULL) return NULL;
  set_number(env, error, "bytesAsked", bytes);
  set_number(env, error, "bytesLive", (double)live);
  napi_throw(env, error);
  return NULL;
}

static napi_value failure_error(napi_env env, struct failure failure)
{
  char message[128];
  snprintf(message, sizeof message, "step %u of a plan failed with code %d", failure.step,
           failure.code);
  napi_value error = make_error(env, message);
  if (error == NULL) return NULL;
  set_number(env, error, "plan", failure.plan);
  set_number(env, error, "step", failure.step);
  set_number(env, error, "code", failure.code);
  return error;
}

static void *throw_failure(napi_env env, struct failure failure)
{
  napi_value error = failure_error(env, failure);
  if (error != NULL) napi_throw(env, error);
  return NULL;
}
