/*
 * Promises for positions of a stream.
 *
 * They keep the env's event loop alive while some are pending, and no longer.
 */

static void settle_promise(napi_env env, napi_deferred deferred, struct failure failure)
{
  napi_value value;
  if (failure.code != 0) {
    value = failure_error(env, failure);
    if (value != NULL) napi_reject_deferred(env, deferred, value);
  } else if (napi_get_undefined(env, &value) == napi_ok) {
    napi_resolve_deferred(env, deferred, value);
  }
}

static bool results_array(napi_env env, napi_value arrays, const struct flight *flight,
                          void **address)
{
  napi_value array;
  napi_typedarray_type type;
  size_t length;
  return napi_get_element(env, arrays, 0, &array) == napi_ok &&
         napi_get_typedarray_info(env, array, &type, &length, address, NULL, NULL) == napi_ok &&
         type == napi_float64_array && length == flight->result_count;
}

/* Copies results to the caller's array. */
static void hand_back(napi_env env, struct flight *flight)
{
  napi_value arrays;
  void *address;
  if (napi_get_reference_value(env, flight->arrays, &arrays) == napi_ok &&
      results_array(env, arrays, flight, &address)) {
    memcpy(address, flight->results, flight->result_count * sizeof *flight->results);
  }
  napi_delete_reference(env, flight->arrays);
}

/* On any thread. `announce` has to follow, once nothing is held that the thread of JavaScript may need. */
static void note_settled(struct promise *promise)
{
  _Atomic(struct promise *) *settled = &promise->runtime->settled;
  promise->next = atomic_load(settled);
  while (!atomic_compare_exchange_weak(settled, &promise->next, promise)) continue;
}

/* Either this sees that nobody is completing promises, or whoever is sees what has been noted. */
static void announce(struct runtime *runtime)
{
  if (!atomic_load(&runtime->is_completing)) ring_bell(runtime->bell);
}

/* The first one first. */
static struct promise *take_settled(struct runtime *runtime)
{
  struct promise *last = atomic_exchange(&runtime->settled, NULL);
  struct promise *first = NULL;
  while (last != NULL) {
    struct promise *before = last->next;
    last->next = first;
    first = last;
    last = before;
  }
  return first;
}

static void complete(napi_env env, void *settled)
{
  struct promise *promise = settled;
  if (promise->flight != NULL) hand_back(env, promise->flight);
  settle_promise(env, promise->deferred, promise->failure);
}

/* The first one that has not been completed yet; NULL if there is none. */
static struct promise *next_settled(struct runtime *runtime)
{
  if (runtime->due == NULL) runtime->due = take_settled(runtime);
  struct promise *promise = runtime->due;
  if (promise != NULL) runtime->due = promise->next;
  return promise;
}

/*
 * From the event loop: completes promises, each with what waits for it, since the next one may hand back its results in
 * the same place. It stops after a while, and goes on when the event loop has been to timers and all else.
 */
static void complete_settled(void *data)
{
  struct runtime *runtime = data;
  struct promise *promise;
  uint64_t end = now() + ANSWER_NANOSECONDS;
  atomic_store(&runtime->is_completing, true);
  do {
    promise = next_settled(runtime);
    if (promise == NULL) break;
    call_back(runtime->bell, complete, promise);
    runtime->pending_promises--;
    free(promise);
  } while (now() < end);
  atomic_store(&runtime->is_completing, false);
  if (runtime->due != NULL || atomic_load(&runtime->settled) != NULL) ring_bell(runtime->bell);
  if (runtime->pending_promises == 0) stop_waiting(runtime->bell);
}

/* Without an event loop nobody waits for them. */
static void forget_settled(struct runtime *runtime)
{
  struct promise *promise;
  while ((promise = next_settled(runtime)) != NULL) free(promise);
}

/* With the stream's mutex held: settles the promises that wait for at most `tail`. Whether there are any. */
static bool settle_promises(struct stream *stream, uint64_t tail)
{
  bool has_settled = false;
  while (stream->promises != NULL && stream->promises->target <= tail) {
    struct promise *promise = stream->promises;
    stream->promises = promise->next;
    promise->failure = failure_at(stream, promise->target);
    note_settled(promise);
    has_settled = true;
  }
  return has_settled;
}

static void expect_completion(struct runtime *runtime)
{
  if (runtime->pending_promises == 0) keep_waiting(runtime->bell);
  runtime->pending_promises++;
}

static bool add_promise(struct stream *stream, napi_deferred deferred, uint64_t target)
{
  struct runtime *runtime = stream->runtime;
  struct promise *promise = malloc(sizeof *promise);
  if (promise == NULL) return false;
  *promise = (struct promise){ .runtime = runtime, .deferred = deferred, .target = target };
  expect_completion(runtime);
  pthread_mutex_lock(&stream->mutex);
  struct promise **link = &stream->promises;
  while (*link != NULL && (*link)->target <= target) link = &(*link)->next;
  promise->next = *link;
  *link = promise;
  if (target < atomic_load(&stream->awaited)) atomic_store(&stream->awaited, target);
  bool has_settled = settle_promises(stream, atomic_load(&stream->tail));
  pthread_mutex_unlock(&stream->mutex);
  if (has_settled) announce(runtime);
  return true;
}

/* Ends a failure before `limit`: commands queued from now on run. */
static void queue_end_of_failure(struct stream *stream, uint64_t limit)
{
  if (is_idle(stream)) end_failure(stream, limit, head_of(stream));
  else queue_command(stream, END_FAILURE, NULL, limit);
}

/* finished(stream, position): Promise; rejects with the error that prevented a command up to there */
static napi_value js_finished(napi_env env, napi_callback_info info)
{
  struct call call;
  uint64_t position;
  napi_deferred deferred;
  napi_value result;
  if (!read_call(&call, env, info, 2, 2)) return NULL;
  struct stream *stream = read_object(&call, 0, STREAM, NULL);
  if (stream == NULL || !read_position(&call, 1, stream, &position)) return NULL;
  if (napi_create_promise(env, &deferred, &result) != napi_ok) {
    return throw_error(env, "no promise can be made");
  }
  queue_end_of_failure(stream, position);
  if (!add_promise(stream, deferred, position)) return throw_no_memory(env, sizeof(struct promise));
  return result;
}

/* idle(stream): Promise; rejects with a failure that has not been reported yet */
static napi_value js_idle(napi_env env, napi_callback_info info)
{
  struct call call;
  napi_deferred deferred;
  napi_value result;
  if (!read_call(&call, env, info, 1, 1)) return NULL;
  struct stream *stream = read_object(&call, 0, STREAM, NULL);
  if (stream == NULL) return NULL;
  if (napi_create_promise(env, &deferred, &result) != napi_ok) {
    return throw_error(env, "no promise can be made");
  }
  if (is_idle(stream)) {
    settle_promise(env, deferred, end_failure(stream, NEVER, head_of(stream)));
    return result;
  }
  queue_command(stream, END_FAILURE, NULL, NEVER);
  if (!add_promise(stream, deferred, head_of(stream))) {
    return throw_no_memory(env, sizeof(struct promise));
  }
  return result;
}
