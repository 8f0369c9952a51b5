/*
 * Handles: numbers that stand for objects in JavaScript.
 *
 * generation * 2^24 + index, exact in a double. A slot whose generations are exhausted is retired,
 * so no handle is ever valid twice.
 */

#define INDEX_BITS 24
#define MAX_OBJECTS (1u << INDEX_BITS)
#define MAX_GENERATION ((1u << 28) - 1)
#define NO_SLOT UINT32_MAX

enum kind { NOTHING, BUFFER, LIBRARY, KERNEL, PLAN, STREAM, DEVICE, LIST };

static const char *const kind_names[] = {
  "nothing", "buffer", "library", "kernel", "plan", "stream", "device", "list",
};

struct slot {
  void *object;
  enum kind kind;
  uint32_t generation;
  uint32_t next_free;
};

struct table {
  struct slot *slots;
  uint32_t length;
  uint32_t capacity;
  uint32_t first_free;
};

static bool table_grow(struct table *table)
{
  uint32_t capacity = table->capacity == 0 ? 64 : table->capacity * 2;
  if (capacity > MAX_OBJECTS) return false;
  struct slot *slots = realloc(table->slots, capacity * sizeof *slots);
  if (slots == NULL) return false;
  table->slots = slots;
  table->capacity = capacity;
  return true;
}

/* The new handle, or 0, which is no valid handle, if there is no room. */
static double table_add(struct table *table, enum kind kind, void *object)
{
  uint32_t index = table->first_free;
  if (index != NO_SLOT) {
    table->first_free = table->slots[index].next_free;
  } else {
    if (table->length == table->capacity && !table_grow(table)) return 0;
    index = table->length++;
    table->slots[index].generation = 0;
  }
  struct slot *slot = &table->slots[index];
  slot->object = object;
  slot->kind = kind;
  slot->generation++;
  return (double)(((uint64_t)slot->generation << INDEX_BITS) | index);
}

static struct slot *table_slot(const struct table *table, double handle)
{
  if (!(handle >= 0 && handle < 9007199254740992.0)) return NULL;
  uint64_t bits = (uint64_t)handle;
  if ((double)bits != handle) return NULL;
  uint64_t index = bits & (MAX_OBJECTS - 1);
  if (index >= table->length) return NULL;
  struct slot *slot = &table->slots[index];
  return slot->generation == bits >> INDEX_BITS ? slot : NULL;
}

static void *table_find(const struct table *table, enum kind kind, double handle)
{
  struct slot *slot = table_slot(table, handle);
  return slot != NULL && slot->kind == kind ? slot->object : NULL;
}

static void table_remove(struct table *table, double handle)
{
  struct slot *slot = table_slot(table, handle);
  if (slot == NULL) return;
  slot->object = NULL;
  slot->kind = NOTHING;
  if (slot->generation == MAX_GENERATION) return;
  slot->next_free = table->first_free;
  table->first_free = (uint32_t)(slot - table->slots);
}
