/** What NCCL is asked for, by a library that writes it down. No GPU is needed, and none is used. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { openLibrary, textAt } from '../../../backends/foreign/library.ts';
import { findCompiler } from '../../../backends/native/compiler.ts';
import { joinNccl, type NcclDevice } from '../../../backends/nccl/collective.ts';
import { openNccl } from '../../../backends/nccl/library.ts';
import type { DType } from '../../../compiler/index.ts';
import type { DeviceBuffer } from '../../../runtime/backend.ts';
import { type Collective, HostBuffer, inProcess } from '../../../runtime/index.ts';
import { messageOf } from '../../runtime/support.ts';

const folder = mkdtempSync(join(tmpdir(), 'einc-test-'));
afterAll(() => rmSync(folder, { recursive: true }));

const library = join(folder, 'libnccl.so');
const source = fileURLToPath(new URL('stub.c', import.meta.url));
execFileSync(findCompiler().path, ['-shared', '-fPIC', '-o', library, source]);
const nccl = openNccl(library);
const stub = openLibrary([library], {
  recorded: ['pointer'],
  forget: ['void'],
  enter: ['void', 'i32'],
  fail_with: ['void', 'i32'],
}).calls;

const recorded = (): string => textAt(stub.recorded()).trimEnd();
beforeEach(() => {
  stub.fail_with(0);
  stub.enter(0);
  stub.forget();
});

/** Device memory at addresses that are easy to read: 1000, 2000, … */
const places = new Map<DeviceBuffer, number>();
function buffer(place: number, dtype: DType, cells: number): DeviceBuffer {
  const bytes = new HostBuffer(
    dtype,
    dtype === 'f64' ? new Float64Array(cells) : new Float32Array(cells),
  );
  places.set(bytes, place);
  return bytes;
}

const device: NcclDevice = {
  addressOf: b => places.get(b) ?? NaN,
  enter: () => stub.enter(7),
  stream: 77,
  idle: () => Promise.resolve(),
};

/** Rank 1 of 3; the others only take part in what MPI would do. */
async function joined(own: NcclDevice = device, seconds = 60): Promise<Collective> {
  const all = await Promise.all(inProcess(3).map(ranks => joinNccl(nccl, ranks, own, seconds)));
  stub.forget();
  return all[1] ?? expect.fail('there is no rank 1');
}

test('the first rank names the group, and all join under that name', async () => {
  await Promise.all(inProcess(3).map(ranks => joinNccl(nccl, ranks, device, 60)));
  expect(recorded()).toMatchInlineSnapshot(`
    "ncclGetUniqueId
    ncclCommInitRank 0 of 3, id 8128, GPU 7
    ncclCommInitRank 1 of 3, id 8128, GPU 7
    ncclCommInitRank 2 of 3, id 8128, GPU 7"
  `);
});

describe('rank 1 of 3', () => {
  test('allReduce, in place', async () => {
    const world = await joined();
    await world.allReduce(buffer(1000, 'f32', 10));
    await world.allReduce(buffer(2000, 'bf16', 3), { op: 'max' });
    expect(recorded()).toMatchInlineSnapshot(`
      "(
      ncclAllReduce 1000 1000 count 10 dtype 7 op 0 comm 4097 stream 77
      )
      (
      ncclAllReduce 2000 2000 count 3 dtype 9 op 2 comm 4097 stream 77
      )"
    `);
  });

  test('reduceScatter and allGather of shares that differ', async () => {
    const world = await joined();
    await world.reduceScatter(buffer(1000, 'f64', 8), buffer(2000, 'f64', 3), { op: 'min' });
    await world.allGather(buffer(3000, 'f32', 3), buffer(4000, 'f32', 8));
    expect(recorded()).toMatchInlineSnapshot(`
      "(
      ncclReduce 1000 2000 count 3 dtype 8 op 3 root 0 comm 4097 stream 77
      ncclReduce 1024 2000 count 3 dtype 8 op 3 root 1 comm 4097 stream 77
      ncclReduce 1048 2000 count 2 dtype 8 op 3 root 2 comm 4097 stream 77
      )
      (
      ncclBroadcast 3000 4000 count 12 dtype 1 root 0 comm 4097 stream 77
      ncclBroadcast 3000 4012 count 12 dtype 1 root 1 comm 4097 stream 77
      ncclBroadcast 3000 4024 count 8 dtype 1 root 2 comm 4097 stream 77
      )"
    `);
  });

  test('broadcast and sendRecv move bytes', async () => {
    const world = await joined();
    await world.broadcast(buffer(1000, 'f64', 4), 2);
    await world.sendRecv(buffer(2000, 'f32', 4), buffer(3000, 'f32', 4), { to: 2, from: 0 });
    expect(recorded()).toMatchInlineSnapshot(`
      "(
      ncclBroadcast 1000 1000 count 32 dtype 1 root 2 comm 4097 stream 77
      )
      (
      ncclSend 2000 count 16 dtype 1 to 2 comm 4097 stream 77
      ncclRecv 3000 count 16 dtype 1 from 0 comm 4097 stream 77
      )"
    `);
  });

  test('is left once', async () => {
    const world = await joined();
    world[Symbol.dispose]();
    world[Symbol.dispose]();
    expect(recorded()).toMatchInlineSnapshot(`"ncclCommDestroy 4097"`);
  });

  test('what NCCL refuses is said in its words', async () => {
    const world = await joined();
    stub.fail_with(5);
    expect(await messageOf(() => world.allReduce(buffer(1000, 'f32', 1)))).toMatchInlineSnapshot(`
      "BackendError: error[EINC0963]: NCCL could not do \`ncclAllReduce\`
        = note: invalid usage
        = help: NCCL_DEBUG=INFO has it say more"
    `);
    // The group is closed all the same.
    expect(recorded().endsWith(')')).toBe(true);
    stub.fail_with(99);
    expect(await messageOf(() => world.broadcast(buffer(1000, 'f32', 1), 0))).toContain('error 99');
  });

  test('a dtype that it does not have', async () => {
    const world = await joined();
    expect(await messageOf(() => world.allReduce(buffer(1000, 'i16', 1)))).toMatchInlineSnapshot(`
      "BackendError: error[EINC0964]: NCCL cannot combine arrays of i16
        = help: it knows i8 u8 i32 u32 i64 u64 f16 f32 f64 bf16 f8e4m3 f8e5m2"
    `);
  });

  test('a call that does not end is aborted', async () => {
    const never = { ...device, idle: () => new Promise<void>(() => undefined) };
    const all = await Promise.all(inProcess(2).map(ranks => joinNccl(nccl, ranks, never, 0.05)));
    stub.forget();
    const said = await Promise.all(
      all.map(world => messageOf(() => world.allReduce(buffer(1000, 'f32', 1)))),
    );
    expect(said[0]).toMatchInlineSnapshot(`
      "BackendError: error[EINC0963]: \`allReduce\` of the GPUs has not ended within 0.05 s, and no rank is missing
        = help: NCCL_DEBUG=INFO has NCCL say more"
    `);
    expect(recorded()).toContain('ncclCommAbort');
  });
});

test('no library', async () => {
  const said = await messageOf(() => openNccl(join(folder, 'none.so')));
  expect(said.replaceAll(folder, '/here')).toMatchInlineSnapshot(`
    "BackendError: error[EINC0965]: there is no NCCL library through which GPUs could speak
      = note: /here/none.so: Failed to load shared library: cannot open shared object file: No such file or directory
      = help: install libnccl2, or set EINC_NCCL to the path of libnccl.so.2"
  `);
});
