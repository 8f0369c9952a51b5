import { cpus } from 'node:os';
import { BackendError } from '../compiler/index.ts';
import { checkToolchain, cppCompiler, cudaInventory } from '../backends/index.ts';
import { coloursFor } from './colour.ts';
import { version } from './version.ts';

interface Finding {
  readonly what: string;
  readonly ok: boolean;
  readonly found: string;
  /** Whether einc does without. */
  readonly isOptional?: true;
  /** What would mend it, a line each. */
  readonly fix?: readonly string[];
}

/** Prints what einc needs and what of it is here; exit code 1 when something is missing. */
export async function doctor(json: boolean): Promise<void> {
  const findings = [node(), machine(), ...(await toolchain()), emulator(), ...cuda()];
  if (json) console.log(JSON.stringify({ einc: version(), findings }, null, 2));
  else findings.forEach(show);
  if (findings.some(({ ok, isOptional }) => !ok && isOptional !== true)) process.exitCode = 1;
}

function node(): Finding {
  const { node: running } = process.versions;
  const [major = 0, minor = 0] = running.split('.').map(Number);
  const ok = major > 20 || (major === 20 && minor >= 19);
  return {
    what: 'Node',
    ok,
    found: running,
    ...(ok ? {} : { fix: ['install Node 20.19 or newer'] }),
  };
}

function machine(): Finding {
  const all = cpus();
  const model = all[0]?.model.trim() ?? 'unknown';
  return {
    what: 'processor',
    ok: true,
    found: `${model}, ${all.length} cores, ${process.arch}`,
  };
}

async function toolchain(): Promise<readonly Finding[]> {
  try {
    const { compiler, cache, threads, milliseconds } = await checkToolchain();
    return [
      { what: 'C compiler', ok: true, found: compiler },
      {
        what: 'compile, load, run',
        ok: true,
        found: `${Math.round(milliseconds)} ms`,
      },
      { what: 'compile cache', ok: true, found: cache },
      {
        what: 'threads',
        ok: true,
        found: `${threads} for the loops of a kernel`,
      },
    ];
  } catch (error) {
    if (!(error instanceof BackendError)) throw error;
    const { message, notes = [], help = [] } = error.diagnostic;
    return [
      {
        what: 'C compiler',
        ok: false,
        found: message,
        fix: [...notes, ...help],
      },
    ];
  }
}

/** Nothing else needs it, so it is not missing. */
function emulator(): Finding {
  const found = cppCompiler() ?? 'none: `--backend cuda-emulator` needs g++ or clang++';
  return { what: 'C++ compiler', ok: true, found };
}

/** Only backend `cuda` needs it. */
function cuda(): readonly Finding[] {
  return cudaInventory().map(({ isHere, ...item }) => ({ ...item, ok: isHere, isOptional: true }));
}

function show({ what, ok, isOptional, found, fix = [] }: Finding): void {
  const { green, red } = coloursFor(process.stdout);
  const absent = isOptional === true ? 'none   ' : red('missing');
  const mark = ok ? green('ok     ') : absent;
  console.log(`${mark}  ${what.padEnd(20)} ${found}`);
  for (const line of fix) console.log(`${' '.repeat(30)}${line}`);
}
