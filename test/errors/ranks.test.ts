/** What is said when ranks, and their checkpoints, are not as they should be. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { brokenBefore, noLibrary, otherWorld, tooLate } from '../../backends/mpi/failures.ts';
import { context, op, tensor } from '../../dsl/einc.ts';
import { gradUpdate, resumeFrom, saveCheckpoint, sgdUpdate } from '../../dsl/train/index.ts';
import { World } from '../../dsl/world/world.ts';
import { HostBuffer, inProcess } from '../../runtime/index.ts';
import { noMpirun } from '../support/ranks.ts';
import { messageOf } from '../runtime/support.ts';

const folder = mkdtempSync(join(tmpdir(), 'einc-test-'));
afterAll(() => rmSync(folder, { recursive: true }));

const saying = async (act: () => unknown): Promise<string> =>
  (await messageOf(act)).replaceAll(folder, '/run').replaceAll(/\n *--> .*/g, '');

const f32 = (...values: readonly number[]): HostBuffer =>
  new HostBuffer('f32', Float32Array.from(values));

describe('a call that cannot be right', () => {
  const [first] = inProcess(2);

  test('shares that do not fit', async () => {
    expect(
      await saying(() => first?.allGather(f32(1, 2), f32(1, 2, 3, 4, 5))),
    ).toMatchInlineSnapshot(
      `"UserError: error[EINC0956]: \`allGather\` of 5 cells leaves 3 for rank 0 of 2; its buffer has 2"`,
    );
    expect(await saying(() => first?.reduceScatter(f32(1, 2), f32(1, 2)))).toMatchInlineSnapshot(
      `"UserError: error[EINC0956]: \`reduceScatter\` of 2 cells leaves 1 for rank 0 of 2; its buffer has 2"`,
    );
  });

  test('dtypes that differ', async () => {
    const f64 = new HostBuffer('f64', new Float64Array(2));
    expect(
      await saying(() => first?.sendRecv(f32(1, 2), f64, { to: 1, from: 1 })),
    ).toMatchInlineSnapshot(
      `"UserError: error[EINC0956]: \`sendRecv\` was given buffers of f32 and of f64"`,
    );
  });

  test('no such rank', async () => {
    expect(await saying(() => first?.broadcast(f32(1), 2))).toMatchInlineSnapshot(
      `"UserError: error[EINC0956]: \`root\` of \`broadcast\` is 2; the ranks are 0 to 1"`,
    );
    expect(await saying(() => inProcess(1)[0]?.broadcast(f32(1), 0.5))).toMatchInlineSnapshot(
      `"UserError: error[EINC0956]: \`root\` of \`broadcast\` is 0.5; the only rank is 0"`,
    );
  });
});

describe('a rank that does not come', () => {
  const heard = {
    sequence: 4,
    terms: { call: 'allReduce', dtype: 'f32', cells: 9 },
    routine: 'step',
    times: 7,
  } as const;
  const attempt = { rank: 0, sequence: 5, seconds: 180, about: 'w1.grad, w2.grad', heard: [] };

  test('one, which had come before', async () => {
    expect(
      await saying(() => {
        throw tooLate({ ...attempt, terms: heard.terms, others: [1], heard: [heard, heard] });
      }),
    ).toMatchInlineSnapshot(`
      "BackendError: error[EINC0951]: rank 1 has not come to collective 5, \`allReduce\` of 9 f32 (w1.grad, w2.grad), within 180 s
        = note: rank 1 came to collective 4 last, \`allReduce\` of 9 f32, after run 7 of \`step\`
        = help: a rank that failed says why in its own log; one that hangs can be looked at with a debugger
        = help: if it only takes long: EINC_TIMEOUT=600 waits for 600 s"
    `);
  });

  test('several, which have not', async () => {
    expect(
      await saying(() => {
        const terms = { call: 'broadcast', dtype: 'f32', cells: 9, root: 1 } as const;
        throw tooLate({ ...attempt, terms, others: [1, 2], about: undefined });
      }),
    ).toMatchInlineSnapshot(`
      "BackendError: error[EINC0951]: ranks 1, 2 have not come to collective 5, \`broadcast\` of 9 f32, from rank 1, within 180 s
        = note: rank 1 has come to none before
        = note: rank 2 has come to none before
        = help: a rank that failed says why in its own log; one that hangs can be looked at with a debugger
        = help: if it only takes long: EINC_TIMEOUT=600 waits for 600 s"
    `);
  });

  test('and what is called afterwards', async () => {
    expect(
      await saying(() => {
        throw brokenBefore(new Error('rank 1 has not come\nnotes'));
      }),
    ).toMatchInlineSnapshot(`
      "BackendError: error[EINC0953]: the ranks have lost each other in an earlier collective
        = note: rank 1 has not come
        = help: end the program and start all ranks again, from the last checkpoint"
    `);
  });
});

describe('the library', () => {
  const launch = { rank: 1, size: 4, localRank: 1, localSize: 4, by: 'Open MPI' } as const;

  test('there is none', async () => {
    expect(
      await saying(() => {
        throw noLibrary(launch, ['libmpi.so.40: cannot open shared object file']);
      }),
    ).toMatchInlineSnapshot(`
      "BackendError: error[EINC0950]: there are 4 ranks, launched by Open MPI, and no MPI library through which they could speak
        = note: libmpi.so.40: cannot open shared object file
        = help: Debian/Ubuntu: sudo apt-get install --no-install-recommends openmpi-bin
        = help: elsewhere: set EINC_MPI to the path of the libmpi.so that belongs to the launcher"
    `);
  });

  test('it is not that of the launcher', async () => {
    expect(
      await saying(() => {
        const library = { path: 'libmpi.so.40', about: 'Open MPI v4.1.4', rank: 0, size: 1 };
        throw otherWorld({ ...launch, by: 'Slurm' }, library);
      }),
    ).toMatchInlineSnapshot(`
      "BackendError: error[EINC0955]: Slurm says this is rank 1 of 4, and libmpi.so.40 says rank 0 of 1
        = note: the library is Open MPI v4.1.4
        = help: launcher and library are to be of one MPI: set EINC_MPI to the path of its libmpi.so
        = help: \`srun --mpi=list\` names what srun can speak: srun --mpi=pmix …"
    `);
  });

  const joining = (env: Record<string, string>): string => {
    const program = `import { joinWorld } from 'einc'; await joinWorld().catch(e => console.log(e.message));`;
    const file = join(folder, 'join.mjs');
    writeFileSync(file, program);
    return spawnSync(process.execPath, ['cli/einc.js', 'run', file], {
      encoding: 'utf8',
      env: { ...process.env, EINC_RANK: '0', EINC_WORLD: '2', ...env },
    }).stdout;
  };

  test('a path that names none', () => {
    expect(joining({ EINC_MPI: '/nowhere/libmpi.so' })).toMatchInlineSnapshot(`
      "error[EINC0950]: there are 2 ranks, numbered by EINC_RANK, and no MPI library through which they could speak
        = note: /nowhere/libmpi.so: /nowhere/libmpi.so: cannot open shared object file: No such file or directory
        = help: Debian/Ubuntu: sudo apt-get install --no-install-recommends openmpi-bin
        = help: elsewhere: set EINC_MPI to the path of the libmpi.so that belongs to the launcher
      "
    `);
  });

  test.skipIf(noMpirun !== undefined)('ranks that nobody has launched', () => {
    expect(joining({}).replaceAll(/library is .*/g, 'library is …')).toMatchInlineSnapshot(`
      "error[EINC0955]: EINC_RANK says this is rank 0 of 2, and libmpi.so.40 says rank 0 of 1
        = note: the library is …
        = help: launcher and library are to be of one MPI: set EINC_MPI to the path of its libmpi.so
        = help: EINC_RANK only numbers ranks; mpirun or srun connects them
      "
    `);
  });
});

describe('checkpoints', () => {
  const trained = async (width = 2, seed = 1) => {
    const x = tensor([1, 2], { label: 'x' });
    const loss = op`loss = ({ w; o = [${width}] } * ${x}) ++ "i => 0"`;
    const ctx = await context({ backend: 'interp', seed });
    await ctx.compile(gradUpdate(loss), { keep: [loss] });
    await ctx.compile(sgdUpdate(loss, { learningRate: 0.1 }));
    return { ctx, loss };
  };
  const file = join(folder, 'a.safetensors');

  test('of another program', async () => {
    using ctx = (await trained()).ctx;
    await saveCheckpoint(ctx, file, { step: 1 });
    using other = (await trained(3, 2)).ctx;
    expect(await saying(() => resumeFrom(other, file))).toMatchInlineSnapshot(`
      "UserError: error[EINC0958]: \`/run/a.safetensors\` is a checkpoint of another program
        = note: its seed is 1, and that of this context 2
        = note: \`w\` is f32 2×2 there and f32 3×2 here
        = help: run the program that wrote it, or name another file"
    `);
    using another = (await trained(2, 3)).ctx;
    expect(await saying(() => resumeFrom(another, file))).toMatchInlineSnapshot(`
      "UserError: error[EINC0958]: \`/run/a.safetensors\` is a checkpoint of a run with another seed
        = note: its seed is 1, and that of this context 3
        = help: give the context or the training the seed it was started with: { seed: 1 }"
    `);
    using more = await context({ backend: 'interp', seed: 1 });
    const y = op`y = ({ v; o = [2] } + 1) ++ "i => 0"`;
    await more.compile(gradUpdate(y));
    await more.compile(sgdUpdate(y, { learningRate: 0.1 }));
    expect(await saying(() => resumeFrom(more, file))).toMatchInlineSnapshot(`
      "UserError: error[EINC0958]: \`/run/a.safetensors\` is a checkpoint of another program
        = note: it has no \`v\`
        = note: it has \`w\`, which is not here
        = help: run the program that wrote it, or name another file"
    `);
  });

  test('that are torn', async () => {
    using ctx = (await trained()).ctx;
    writeFileSync(file, 'short');
    expect(await saying(() => resumeFrom(ctx, file))).toMatchInlineSnapshot(`
      "UserError: error[EINC0957]: \`/run/a.safetensors\` is no whole checkpoint: it has 5 bytes of 8 or more
        = help: it was changed or cut after it was written; take an older copy, or remove it to start anew"
    `);
    writeFileSync(file, Buffer.concat([Buffer.of(2, 0, 0, 0, 0, 0, 0, 0), Buffer.from('{}')]));
    expect(await saying(() => resumeFrom(ctx, file))).toMatchInlineSnapshot(`
      "UserError: error[EINC0957]: \`/run/a.safetensors\` is no whole checkpoint: it is no einc-checkpoint-1
        = help: it was changed or cut after it was written; take an older copy, or remove it to start anew"
    `);
  });

  test('that cannot be written or read', async () => {
    using ctx = (await trained()).ctx;
    const nowhere = join(folder, 'nowhere', 'a');
    expect(await saying(() => saveCheckpoint(ctx, nowhere, { step: 1 }))).toMatchInlineSnapshot(`
      "UserError: error[EINC0959]: the checkpoint \`/run/nowhere/a\` cannot be written
        = note: ENOENT: no such file or directory, open '/run/nowhere/a'
        = help: make its folder first"
    `);
    expect(await saying(() => resumeFrom(ctx, folder))).toMatchInlineSnapshot(`
      "UserError: error[EINC0959]: the checkpoint \`/run\` cannot be read
        = note: EISDIR: illegal operation on a directory, read
        = help: name a file: this is a folder"
    `);
  });

  test('without a step, or with another option', async () => {
    using ctx = (await trained()).ctx;
    const said = async (options: unknown): Promise<string> => {
      const text = await saying(() => saveCheckpoint(ctx, file, options as { step: number }));
      return text
        .split('\n')
        .filter(line => /error|help/.test(line))
        .join('\n');
    };
    expect(await said({ step: 0.5 })).toMatchInlineSnapshot(
      `"UserError: error[EINC0960]: the option \`step\` of \`saveCheckpoint\` is how many steps were done, not the number 0.5"`,
    );
    expect(await said({ step: 1, wolrd: 2 })).toMatchInlineSnapshot(`
      "UserError: error[EINC0960]: \`saveCheckpoint\` has no option \`wolrd\`
          = help: did you mean \`world\`?"
    `);
    expect(await said(3)).toMatchInlineSnapshot(`
      "UserError: error[EINC0960]: the options of \`saveCheckpoint\` are an object, not the number 3
          = help: write { step: n }"
    `);
  });

  test('of a context that trains nothing', async () => {
    using ctx = await context({ backend: 'interp' });
    expect(await saying(() => saveCheckpoint(ctx, file, { step: 1 }))).toMatchInlineSnapshot(`
      "UserError: error[EINC0962]: \`saveCheckpoint\` finds nothing that routines of this context carry from run to run
        = help: compile the routine that updates the parameters first"
    `);
  });

  test('calls while another is at work', async () => {
    const { ctx, loss } = await trained();
    const saved = saveCheckpoint(ctx, file, { step: 1 });
    expect(await saying(() => ctx.item(loss))).toMatchInlineSnapshot(`
      "UserError: error[EINC0961]: \`saveCheckpoint\` is still at work on arrays of this context
        = help: await \`saveCheckpoint\` before the next call"
    `);
    await saved;
    ctx[Symbol.dispose]();
  });
});

test('a world of one computes what its context has', async () => {
  const x = tensor([1, 2], { label: 'x' });
  const [alone] = inProcess(1);
  using ctx = await context({ backend: 'interp' });
  if (!alone) throw new Error('unreachable');
  const world = new World(alone, { localRank: 0 });
  await world.allReduce(ctx, [x]);
  expect(await world.allReduceValues([3])).toEqual([3]);
  expect(world.share(5)).toEqual({ first: 0, count: 5 });
});
