/* The command ring between the caller and the worker of a stream, and waiting for positions in it. */

static uint64_t head_of(struct stream *stream)
{
  return atomic_load_explicit(&stream->head, memory_order_relaxed);
}

static uint64_t tail_of(struct stream *stream)
{
  return atomic_load_explicit(&stream->tail, memory_order_acquire);
}

static bool is_idle(struct stream *stream)
{
  return tail_of(stream) == head_of(stream);
}

/*
 * Sleeping and waking, in both directions, rely on sequential consistency: one side stores its counter and
 * then loads the other's request to be woken, the other stores its request and then loads the counter.
 * At least one of them sees the other's store. The gap between that check and the wait is closed by the mutex,
 * or by the system, which lets a worker sleep only while `sleeping` is 1.
 */

/* Sleeps until the stream's worker has done `target` commands. */
static void wait_for_tail(struct stream *stream, uint64_t target)
{
  for (int spin = 0; spin < SPINS; spin++) {
    if (tail_of(stream) >= target) return;
    relax();
  }
  pthread_mutex_lock(&stream->mutex);
  for (;;) {
    if (target < atomic_load(&stream->awaited)) atomic_store(&stream->awaited, target);
    if (atomic_load(&stream->tail) >= target) break;
    pthread_cond_wait(&stream->progress, &stream->mutex);
  }
  pthread_mutex_unlock(&stream->mutex);
}

/* On a worker: waits for another worker, which is often done soon, as it works on a part of the same job. */
static void spin_for_tail(struct stream *stream, uint64_t target)
{
  uint64_t end = now() + SPIN_NANOSECONDS;
  do {
    for (int i = 0; i < 16; i++) {
      if (tail_of(stream) >= target) return;
      relax();
    }
    sched_yield();
  } while (now() < end);
}

static bool settle_promises(struct stream *stream, uint64_t tail);
static void announce(struct runtime *runtime);

/*
 * Waiters that need more register again. The system may give this processor at once to whoever is woken,
 * who would then have to wait for what this thread still holds; so nobody is woken before the mutex is released.
 */
static void advance_tail(struct stream *stream, uint64_t tail)
{
  atomic_store(&stream->tail, tail);
  if (tail < atomic_load(&stream->awaited)) return;
  pthread_mutex_lock(&stream->mutex);
  bool has_settled = settle_promises(stream, tail);
  atomic_store(&stream->awaited, stream->promises == NULL ? NEVER : stream->promises->target);
  pthread_mutex_unlock(&stream->mutex);
  if (has_settled) announce(stream->runtime);
  pthread_cond_broadcast(&stream->progress);
}

/*
 * The worker sleeps until there is more than `tail`; returns the new head. It spins for a while first, since a
 * training program has its next step ready soon, and waking takes longer.
 */
static uint64_t wait_for_work(struct stream *stream, uint64_t tail)
{
  uint64_t head = atomic_load_explicit(&stream->head, memory_order_acquire);
  uint64_t end = now() + IDLE_SPIN_NANOSECONDS;
  do {
    for (int spin = 0; spin < SPINS && head == tail; spin++) {
      relax();
      head = atomic_load_explicit(&stream->head, memory_order_acquire);
    }
    if (head != tail) return head;
    sched_yield();
  } while (now() < end);
  for (;;) {
    atomic_store(&stream->sleeping, 1);
    head = atomic_load(&stream->head);
    if (head != tail) break;
    syscall(SYS_futex, &stream->sleeping, FUTEX_WAIT_PRIVATE, 1, NULL);
  }
  atomic_store(&stream->sleeping, 0);
  return head;
}

static void wake(struct stream *stream)
{
  if (!atomic_load(&stream->sleeping) || atomic_exchange(&stream->sleeping, 0) == 0) return;
  syscall(SYS_futex, &stream->sleeping, FUTEX_WAKE_PRIVATE, 1);
}

static bool may_run_on(const struct stream *stream, int processor)
{
  if (stream->device == NULL) return false;
  const struct cores *cores = &stream->device->pool.cores;
  return processor >= 0 && (uint32_t)processor < cores->count && cores->of[processor] != NO_CORE;
}

static void wake_held(struct runtime *runtime)
{
  for (; runtime->held != NULL; runtime->held = runtime->held->next_held) {
    runtime->held->is_held = false;
    wake(runtime->held);
  }
}

/* The next free command; if the ring is full, waits until a quarter of it is free instead of for single entries. */
static struct command *next_command(struct stream *stream)
{
  uint64_t head = head_of(stream);
  if (head - stream->seen_tail == RING_LENGTH) {
    stream->seen_tail = tail_of(stream);
    if (head - stream->seen_tail == RING_LENGTH) {
      wake_held(stream->runtime);
      wait_for_tail(stream, stream->seen_tail + RING_LENGTH / 4);
      stream->seen_tail = tail_of(stream);
    }
  }
  return &stream->ring[head % RING_LENGTH];
}

static void publish_command(struct stream *stream)
{
  struct runtime *runtime = stream->runtime;
  atomic_store(&stream->head, head_of(stream) + 1);
  if (!runtime->is_holding || !may_run_on(stream, sched_getcpu())) {
    wake(stream);
  } else if (!stream->is_held) {
    stream->is_held = true;
    stream->next_held = runtime->held;
    runtime->held = stream;
  }
}

static void queue_command(struct stream *stream, enum command_kind kind, void *object,
                          uint64_t count)
{
  struct command *command = next_command(stream);
  command->kind = kind;
  command->object = object;
  command->count = count;
  publish_command(stream);
}
