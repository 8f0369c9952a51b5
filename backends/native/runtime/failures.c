/* Failed commands: which commands are skipped, and when commands run again. */

/* On the worker: the command after `tail` has failed. */
static void begin_failure(struct stream *stream, struct failure failure, uint64_t tail)
{
  failure.first = tail + 1;
  failure.last = NEVER;
  pthread_mutex_lock(&stream->mutex);
  stream->failure = failure;
  pthread_mutex_unlock(&stream->mutex);
  atomic_store(&stream->has_failed, true);
}

/*
 * On the worker, or on the caller of an idle stream: commands after position `last` run again, if
 * the failure lies before `limit`. Returns the failure; its code is 0 if there was none.
 */
static struct failure end_failure(struct stream *stream, uint64_t limit, uint64_t last)
{
  struct failure failure = stream->failure;
  if (failure.code == 0 || failure.first > limit) return (struct failure){ 0 };
  failure.last = last;
  pthread_mutex_lock(&stream->mutex);
  stream->past[stream->past_count++ % REMEMBERED_FAILURES] = failure;
  stream->failure.code = 0;
  pthread_mutex_unlock(&stream->mutex);
  return failure;
}

/* With the mutex held: why the command at that position, which the worker has passed, was not executed. */
static struct failure failure_at(const struct stream *stream, uint64_t position)
{
  if (stream->failure.code != 0 && stream->failure.first <= position) return stream->failure;
  for (uint32_t i = 0; i < REMEMBERED_FAILURES; i++) {
    struct failure past = stream->past[i];
    if (past.code != 0 && past.first <= position && position <= past.last) return past;
  }
  return (struct failure){ 0 };
}
