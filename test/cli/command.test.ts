import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openStub } from '../backends/cuda/support.ts';
import { placeWith } from './support.ts';

const { folder, einc, files } = placeWith({});
const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };

describe.concurrent('the command line', () => {
  test('--version', async () => {
    for (const flag of ['--version', '-V']) {
      expect(await einc([flag])).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' });
    }
  });

  test('--help', async ({ expect }) => {
    const { code, stdout, stderr } = await einc(['--help']);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatchInlineSnapshot(`
      "Usage: einc [options] [command]

      An array compiler for TypeScript.

      Options:
        -V, --version                    output the version number
        -h, --help                       display help for command

      Commands:
        run [options] <file> [args...]   run a TypeScript program that imports einc,
                                         with no build step
        dump [options] <file> [args...]  write what the compiler makes of each routine
                                         of a program
        check [options] [paths...]       find what is wrong with the templates of a
                                         project, without running it
        types [options] [paths...]       write down what the templates of a project
                                         make, for TypeScript: op<…>
        explain [options] [what] [name]  say what an error is about and how to mend
                                         it, or why tensors have their shapes
        bench [options] [names...]       time what einc makes of its benchmarks,
                                         beside PyTorch and numpy if they are here
        tune [options] <file> [name]     try other tiles for the loops of a program,
                                         and keep what is faster on this machine
        doctor [options]                 say what einc finds on this machine, and what
                                         is missing
        help [command]                   display help for command
      "
    `);
    expect(await einc(['help'])).toMatchObject({ code: 0, stdout });
  });

  test.each(['run', 'dump', 'check', 'types', 'bench', 'tune', 'doctor'])(
    '%s --help',
    async command => {
      const { code, stdout, stderr } = await einc([command, '--help']);
      expect([code, stderr]).toEqual([0, '']);
      expect(stdout).toMatch(new RegExp(`^Usage: einc ${command} \\[options\\]`));
    },
  );

  const ofProgram = '(options of the program go after --; see einc --help)';
  test.each([
    [
      'an unknown backend',
      ['run', '--backend', 'gpu', 'program.ts'],
      "error: option '--backend <name>' argument 'gpu' is invalid. It is one of cc, interp, cuda-emulator, cuda.\n(options of the program go after --; see einc --help)\n",
    ],
    ['an unknown option', ['--fast'], "error: unknown option '--fast'\n(see einc --help)\n"],
    [
      'an unknown command',
      ['rum'],
      "error: unknown command 'rum'\n(Did you mean run?)\n(see einc --help)\n",
    ],
    ['no file', ['run'], `error: missing required argument 'file'\n${ofProgram}\n`],
    [
      'no folder',
      ['dump', 'p.ts', '--out'],
      `error: option '--out <dir>' argument missing\n${ofProgram}\n`,
    ],
  ])('%s is 2', async (_, args, stderr) => {
    expect(await einc(args)).toEqual({ code: 2, stdout: '', stderr });
  });

  test('nothing at all shows the help, and is 2', async () => {
    const { code, stdout, stderr } = await einc([]);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(/^Usage: einc \[options\] \[command\]\n/);
  });
});

interface Found {
  readonly einc: string;
  readonly findings: readonly unknown[];
}

describe.concurrent('doctor', () => {
  const env = (name: string): Record<string, string> => ({ EINC_CACHE_DIR: join(folder, name) });

  test('finds what is here', async () => {
    const { code, stdout, stderr } = await einc(['doctor'], env('cache-1'));
    expect([code, stderr]).toEqual([0, '']);
    const lines = stdout.trimEnd().split('\n');
    expect(lines.slice(0, 7).map(line => line.slice(0, 29).trimEnd())).toEqual([
      'ok       Node',
      'ok       processor',
      'ok       C compiler',
      'ok       compile, load, run',
      'ok       compile cache',
      'ok       threads',
      'ok       C++ compiler',
    ]);
    expect(lines[0]?.slice(30)).toBe(process.versions.node);
    expect(lines[2]?.slice(30)).toMatch(/^\/.*(cc|clang)$/);
    expect(lines[3]?.slice(30)).toMatch(/^\d+ ms$/);
    expect(lines[4]?.slice(30)).toBe(join(folder, 'cache-1'));
    expect(lines[5]?.slice(30)).toMatch(/^\d+ for the loops of a kernel$/);
    // The kernel of one line, and the native runtime if it was not prepared.
    const isPrepared = existsSync(new URL('../../dist/prepared', import.meta.url));
    const libraries = files('cache-1').filter(name => name.endsWith('.so'));
    expect(libraries).toHaveLength(isPrepared ? 1 : 2);
  });

  test('as JSON', async () => {
    const { code, stdout } = await einc(['doctor', '--json'], env('cache-4'));
    expect(code).toBe(0);
    const found = JSON.parse(stdout) as Found;
    expect(found.einc).toBe(version);
    expect(found.findings.slice(0, 7)).toMatchObject([
      { what: 'Node', ok: true, found: process.versions.node },
      { what: 'processor', ok: true },
      { what: 'C compiler', ok: true },
      { what: 'compile, load, run', ok: true },
      { what: 'compile cache', ok: true, found: join(folder, 'cache-4') },
      { what: 'threads', ok: true },
      { what: 'C++ compiler', ok: true },
    ]);
  });

  test('says what of CUDA is here, and does without', async () => {
    const settings = { EINC_NVRTC: '/nowhere/libnvrtc.so', EINC_NVCC: join(folder, 'p.ts') };
    const { path } = await openStub();
    const found = async (library: string): Promise<readonly unknown[]> => {
      const all = { EINC_LIBCUDA: library, ...settings, ...env('cache-5') };
      const { code, stdout } = await einc(['doctor', '--json'], all);
      expect(code).toBe(0);
      return (JSON.parse(stdout) as Found).findings.slice(7);
    };
    const compilers = [
      {
        what: 'NVRTC',
        ok: false,
        found: 'no CUDA compiler found for backend `cuda`',
        isOptional: true,
        fix: ['set EINC_NVRTC to …/libnvrtc.so.13, or unset it'],
      },
      {
        what: 'nvcc',
        ok: false,
        found: 'no CUDA compiler found for backend `cuda`',
        isOptional: true,
        fix: ['set EINC_NVCC to …/bin/nvcc, or unset it'],
      },
    ];
    expect(await found('/nowhere/libcuda.so')).toEqual([
      {
        what: 'CUDA driver',
        ok: false,
        found: 'no CUDA driver found for backend `cuda`',
        isOptional: true,
        fix: [
          "it comes with NVIDIA's driver, 470 or newer; `nvidia-smi` works where it is installed",
          'in a container: start that with `--gpus all`',
          'without a GPU: `einc dump --backend cuda` writes the CUDA code of a program on any machine',
        ],
      },
      ...compilers,
    ]);
    const gpu = 'GiB, sm_90a, 132 multiprocessors';
    expect(await found(path)).toEqual([
      { what: 'CUDA driver', ok: true, found: 'CUDA 12.4', isOptional: true },
      { what: 'GPU 0', ok: true, found: `Stub GPU 0, 1.0 ${gpu}`, isOptional: true },
      { what: 'GPU 1', ok: true, found: `Stub GPU 1, 1.0 ${gpu}`, isOptional: true },
      ...compilers,
    ]);
  });

  test('says what is missing and what would mend it, as 1', async () => {
    const { code, stdout, stderr } = await einc(['doctor'], {
      PATH: '/nowhere',
      ...env('cache-2'),
    });
    expect([code, stderr]).toEqual([1, '']);
    expect(stdout.split('\n').slice(2, 8)).toEqual([
      'missing  C compiler           no C compiler found for backend `cc`',
      `${' '.repeat(30)}tried $EINC_CC (unset), cc, gcc, clang on PATH=/nowhere`,
      `${' '.repeat(30)}Debian/Ubuntu: sudo apt-get install --no-install-recommends gcc libc6-dev`,
      `${' '.repeat(30)}elsewhere: set EINC_CC=/path/to/cc`,
      `${' '.repeat(30)}without a compiler: run with EINC_BACKEND=interp (slow, pure TypeScript)`,
      `${' '.repeat(30)}\`einc doctor\` shows what was found`,
    ]);
    expect(files()).not.toContain('cache-2/');
  });

  test('as JSON too', async () => {
    const { code, stdout } = await einc(['doctor', '--json'], {
      EINC_CC: '/bin/false',
      ...env('cache-3'),
    });
    expect(code).toBe(1);
    expect((JSON.parse(stdout) as Found).findings.slice(0, 3)).toMatchObject([
      { ok: true },
      { ok: true },
      { what: 'C compiler', ok: false, found: 'the C compiler rejected `runtime`' },
    ]);
  });
});
