/* Started lists on their way: what workers do at the beginning and the end of one. */

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
