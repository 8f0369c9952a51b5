/*
 * A bell wakes the event loop of an env, which then answers; any thread may ring it.
 *
 * It is a handle of libuv's, since `uv_async_send` takes no lock. Node's threadsafe functions take one on both
 * sides: the thread of JavaScript, once woken, has to wait for the worker that has woken it and still holds the
 * lock. If it got the worker's processor, and other streams are busy there, this takes many milliseconds.
 *
 * The headers of Node-API lack libuv's functions; these have been the same in all versions of libuv 1.
 */
struct uv_handle_s;
extern size_t uv_handle_size(int type);
extern void uv_handle_set_data(struct uv_handle_s *handle, void *data);
extern void *uv_handle_get_data(const struct uv_handle_s *handle);
extern int uv_async_init(struct uv_loop_s *loop, struct uv_handle_s *handle,
                         void (*ring)(struct uv_handle_s *));
extern int uv_async_send(struct uv_handle_s *handle);
extern void uv_close(struct uv_handle_s *handle, void (*closed)(struct uv_handle_s *));
extern void uv_ref(struct uv_handle_s *handle);
extern void uv_unref(struct uv_handle_s *handle);

#define UV_ASYNC 1

struct bell {
  napi_env env;
  napi_async_context context;
  struct uv_handle_s *handle;
  void (*answer)(void *);
  void (*closed)(void *);
  void *data;
};

static void on_ring(struct uv_handle_s *handle)
{
  struct bell *bell = uv_handle_get_data(handle);
  napi_handle_scope scope;
  if (napi_open_handle_scope(bell->env, &scope) != napi_ok) return;
  bell->answer(bell->data);
  napi_close_handle_scope(bell->env, scope);
}

/*
 * While answering: does something with JavaScript's values, as a callback of its own. Microtasks that are due
 * because of it run before this returns.
 */
static void call_back(struct bell *bell, void (*act)(napi_env env, void *argument), void *argument)
{
  napi_callback_scope scope;
  if (napi_open_callback_scope(bell->env, NULL, bell->context, &scope) != napi_ok) return;
  act(bell->env, argument);
  napi_close_callback_scope(bell->env, scope);
}

static void free_bell(struct bell *bell)
{
  if (bell->context != NULL) napi_async_destroy(bell->env, bell->context);
  free(bell->handle);
  free(bell);
}

static bool hang_bell(struct bell *bell)
{
  napi_env env = bell->env;
  struct uv_loop_s *loop;
  napi_value name;
  bell->handle = malloc(uv_handle_size(UV_ASYNC));
  if (bell->handle == NULL ||
      napi_create_string_utf8(env, "einc", NAPI_AUTO_LENGTH, &name) != napi_ok ||
      napi_async_init(env, NULL, name, &bell->context) != napi_ok ||
      napi_get_uv_event_loop(env, &loop) != napi_ok) {
    return false;
  }
  uv_handle_set_data(bell->handle, bell);
  return uv_async_init(loop, bell->handle, on_ring) == 0;
}

/* By itself it does not keep the event loop alive. `answer` gets the data. */
static struct bell *make_bell(napi_env env, void (*answer)(void *), void *data)
{
  struct bell *bell = calloc(1, sizeof *bell);
  if (bell == NULL) return NULL;
  bell->env = env;
  bell->answer = answer;
  bell->data = data;
  if (hang_bell(bell)) {
    uv_unref(bell->handle);
    return bell;
  }
  free_bell(bell);
  return NULL;
}

static void ring_bell(struct bell *bell)
{
  uv_async_send(bell->handle);
}

static void keep_waiting(struct bell *bell)
{
  uv_ref(bell->handle);
}

static void stop_waiting(struct bell *bell)
{
  uv_unref(bell->handle);
}

static void on_closed(struct uv_handle_s *handle)
{
  struct bell *bell = uv_handle_get_data(handle);
  void (*closed)(void *) = bell->closed;
  void *data = bell->data;
  free_bell(bell);
  closed(data);
}

/* No thread may ring it any more. `closed` gets the data when the event loop has let go of it. */
static void close_bell(struct bell *bell, void (*closed)(void *))
{
  bell->closed = closed;
  uv_close(bell->handle, on_closed);
}
