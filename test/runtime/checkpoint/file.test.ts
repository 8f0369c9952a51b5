/** Checkpoint files: what is read is what was written, or it is refused. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { type Contents, readCheckpoint, writeCheckpoint } from '../../../runtime/index.ts';

const folder = mkdtempSync(join(tmpdir(), 'einc-test-'));
afterAll(() => rmSync(folder, { recursive: true }));

const contents: Contents = {
  step: 7,
  seed: -3,
  arrays: [
    { name: 'b', dtype: 'bf16', dims: [] },
    { name: 'empty', dtype: 'i64', dims: [0, 4] },
    { name: 'w', dtype: 'f32', dims: [2, 3] },
  ],
};
const ordered = [2, 0, 24].map((length, i) => new Uint8Array(length).fill(i + 1));

async function written(): Promise<{ readonly path: string; readonly bytes: Buffer }> {
  const path = join(folder, 'run.safetensors');
  await writeCheckpoint(path, contents, ordered);
  return { path, bytes: readFileSync(path) };
}

test('comes back as it was, and nothing else is left', async () => {
  const { path } = await written();
  expect(await readCheckpoint(path)).toMatchObject({ ...contents, cells: ordered });
  expect(readdirSync(folder)).toEqual(['run.safetensors']);
});

test('is a safetensors file', async () => {
  const { bytes } = await written();
  const length = Number(bytes.readBigUInt64LE());
  expect(length % 8).toBe(0);
  const { __metadata__: about, ...arrays } = JSON.parse(
    bytes.subarray(8, 8 + length).toString(),
  ) as Record<string, unknown>;
  expect(about).toMatchObject({ format: 'einc-checkpoint-1', step: '7', seed: '-3' });
  expect(arrays).toEqual({
    b: { dtype: 'BF16', shape: [], data_offsets: [0, 2] },
    empty: { dtype: 'I64', shape: [0, 4], data_offsets: [2, 2] },
    w: { dtype: 'F32', shape: [2, 3], data_offsets: [2, 26] },
  });
});

test('none is no error', async () => {
  expect(await readCheckpoint(join(folder, 'none'))).toBeUndefined();
});

test('cut anywhere, it is refused', async () => {
  const { bytes } = await written();
  const path = join(folder, 'cut');
  for (let length = 0; length < bytes.length; length++) {
    writeFileSync(path, bytes.subarray(0, length));
    await expect(readCheckpoint(path), `${length} bytes`).rejects.toThrow('EINC0957');
  }
  writeFileSync(path, Buffer.concat([bytes, Buffer.of(0)]));
  await expect(readCheckpoint(path)).rejects.toThrow('it has 1 bytes too many');
});

test('with any bit changed, it is refused', async () => {
  const { bytes } = await written();
  const path = join(folder, 'changed');
  // JSON has room for changes without a meaning: in spaces, and how it is written.
  const isMeant = (at: number): boolean => bytes[at] !== 0x20;
  for (let at = 0; at < bytes.length; at++) {
    const changed = Buffer.from(bytes);
    changed[at] = (changed[at] ?? 0) ^ (1 << (at % 8));
    writeFileSync(path, changed);
    if (isMeant(at)) await expect(readCheckpoint(path), `byte ${at}`).rejects.toThrow('EINC0957');
  }
});

test('a writer that is killed leaves the one before', async () => {
  const { path, bytes } = await written();
  const killed = spawnSync('true').pid;
  const [left, elsewhere, anew] = [
    `${path}.${hostname()}-${killed}-0.tmp`,
    `${path}.another-machine-1-0.tmp`,
    `${path}.another-machine-2-0.tmp`,
  ];
  for (const file of [left, elsewhere, anew]) writeFileSync(file, bytes.subarray(0, 50));
  const hours = Date.now() / 1000 - 7200;
  utimesSync(elsewhere, hours, hours);
  expect(await readCheckpoint(path)).toMatchObject(contents);
  await writeCheckpoint(path, { ...contents, step: 8 }, ordered);
  expect(await readCheckpoint(path)).toMatchObject({ step: 8 });
  expect(readdirSync(folder).filter(name => name.endsWith('.tmp'))).toEqual([basename(anew)]);
  rmSync(anew);
});

test('of several writers at once the last one is there, whole', async () => {
  const { path } = await written();
  const steps = [11, 12, 13, 14, 15];
  await Promise.all(steps.map(step => writeCheckpoint(path, { ...contents, step }, ordered)));
  expect(steps).toContain((await readCheckpoint(path))?.step);
  expect(readdirSync(folder).filter(name => name.endsWith('.tmp'))).toEqual([]);
});

test('where it cannot be written, the message says what to do', async () => {
  const { path } = await written();
  const words = async (at: string): Promise<string> =>
    writeCheckpoint(at, contents, ordered).then(
      () => '',
      (error: unknown) => (error instanceof Error ? error.message.replaceAll(folder, '…') : ''),
    );
  expect(await words(join(folder, 'none', 'run'))).toBe(
    `error[EINC0959]: the checkpoint \`…/none/run\` cannot be written
  = note: ENOENT: no such file or directory, open '…/none/run'
  = help: make its folder first`,
  );
  expect(await words(join(path, 'run'))).toContain('help: a part of the path is a file');
  expect(await words(folder)).toContain('help: name a file: this is a folder');
});
