/** The `einc` command: its command line. Each command is in a file of its own. */
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { allBackendNames } from '../backends/index.ts';
import { configure } from '../runtime/index.ts';
import { bench, type BenchOptions } from './bench.ts';
import type { CheckOptions } from './check.ts';
import { doctor } from './doctor.ts';
import { dump } from './dump.ts';
import { explain } from './explain.ts';
import { report } from './report.ts';
import { type ImportModule, importWith, runFile } from './run.ts';
import { type TuneOptions, tuneProgram } from './tune.ts';
import type { TypesOptions } from './types.ts';
import { version } from './version.ts';

/** Stack frames that an error keeps: more than Node's 10, since what einc calls by itself may stand before the program's own call. */
const framesKept = 40;

/** Exit codes: 0 done, 1 the program is wrong, 2 the command line is, 70 einc is. */
export async function main(args: readonly string[], importModule: ImportModule): Promise<void> {
  importWith(importModule);
  Error.stackTraceLimit = framesKept;
  try {
    await commands().parseAsync(args, { from: 'user' });
  } catch (error) {
    if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : 2;
    else report(error);
  }
}

interface RunOptions {
  readonly backend?: string;
  readonly arch?: string;
}

interface ExplainOptions extends RunOptions {
  readonly run?: boolean;
  readonly json?: boolean;
}

interface DumpOptions extends RunOptions {
  readonly out: string;
  readonly after?: string;
  readonly why?: string | true;
  readonly stage?: 'schedule';
  readonly target?: string;
  readonly run?: boolean;
  readonly json?: boolean;
}

function commands(): Command {
  const einc = new Command('einc')
    .description('An array compiler for TypeScript.')
    .version(version())
    .enablePositionalOptions()
    .exitOverride()
    .showHelpAfterError('(see einc --help)');
  withProgram(einc.command('run'))
    .description('run a TypeScript program that imports einc, with no build step')
    .option('--arch <name>', 'the GPU that CUDA is compiled for, sm_90; this one if not given')
    .action(async (file: string, args: string[], { backend, arch }: RunOptions) => {
      configure(backend === undefined ? {} : { backend });
      configure(arch === undefined ? {} : { architecture: arch });
      await runFile(file, args);
    });
  withProgram(einc.command('dump'))
    .description('write what the compiler makes of each routine of a program')
    .option('--arch <name>', 'the GPU that CUDA is for: sm_90a has tensor cores of its own')
    .option('--out <dir>', 'where to', 'build_files')
    .option('--after <pass>', 'also write the loops as they are after this pass')
    .option(
      '--target <name>',
      'the processor: avx512, avx2, sse, neon, scalar; this one if not given',
    )
    .option('--why [array]', 'instead: say where an array lives and why, or each of them')
    .addOption(
      new Option('--stage <name>', 'instead: print what was done to each nest').choices([
        'schedule',
      ]),
    )
    .option('--run', 'run the routines too; without it every array reads as zeros')
    .option('--json', 'list the files, or what is said, as JSON')
    .action(async (file: string, args: string[], options: DumpOptions) => {
      configure(options.backend === undefined ? {} : { backend: options.backend });
      configure(options.arch === undefined ? {} : { architecture: options.arch });
      configure(options.target === undefined ? {} : { target: options.target });
      await dump(file, args, options);
    });
  einc
    .command('check')
    .description('find what is wrong with the templates of a project, without running it')
    .argument('[paths...]', 'files and folders; all files of the project when there are none')
    .option('--project <file>', 'its tsconfig.json, when it is not that of this folder')
    .option('--json', 'as JSON')
    .action(async (paths: string[], options: CheckOptions) => {
      // TypeScript is large: only the commands that read programs load it.
      const { check } = await import('./check.ts');
      await check(paths, options);
    });
  einc
    .command('types')
    .description('write down what the templates of a project make, for TypeScript: op<…>')
    .argument('[paths...]', 'files and folders; all files of the project when there are none')
    .option('--project <file>', 'its tsconfig.json, when it is not that of this folder')
    .option('--out <file>', 'where to', 'einc-templates.d.ts')
    .action(async (paths: string[], options: TypesOptions) => {
      const { types } = await import('./types.ts');
      types(paths, options);
    });
  einc
    .command('explain')
    .description('say what an error is about and how to mend it, or why tensors have their shapes')
    .argument('[what]', 'the code of an error, or a program; without it, the codes are listed')
    .argument('[name]', 'the label of a tensor of the program; without it, all are explained')
    .addOption(backendOption())
    .option('--run', 'run the routines too; without it every array reads as zeros')
    .option('--json', 'as JSON')
    .action(async (what: string | undefined, name: string | undefined, options: ExplainOptions) => {
      configure(options.backend === undefined ? {} : { backend: options.backend });
      await explain(what, name, options);
    });
  einc
    .command('bench')
    .description(
      'time what einc makes of its benchmarks, beside PyTorch and numpy if they are here',
    )
    .argument('[names...]', 'benchmarks, or cases: gemm, gemm/1024; all when there are none')
    .option('--backend <name>', 'what runs them: on `cuda` they have sizes for a GPU')
    .option('--threads <n>', 'of einc and of its peers', '1')
    .option('--json', 'a line of JSON for each case')
    .option('--no-peers', 'einc alone')
    .option('--quick', 'the smallest case of each, without peers: does it work?')
    .option('--other-shapes', 'in place of its cases, shapes that each was not made for')
    .option('--list', 'say what there is')
    .action(async (names: string[], options: BenchOptions) => bench(names, options));
  einc
    .command('tune')
    .description(
      'try other tiles for the loops of a program, and keep what is faster on this machine',
    )
    .argument('<file>', 'the program; it is run without running its routines')
    .argument('[name]', 'one of its routines; all when there is none')
    .option('--k <n>', 'how many to try for each nest', positive, 4)
    .option('--forget', 'instead: forget what was found')
    .option('--json', 'as JSON')
    .action(async (file: string, name: string | undefined, options: TuneOptions) =>
      tuneProgram(file, name, options),
    );
  einc
    .command('doctor')
    .description('say what einc finds on this machine, and what is missing')
    .option('--json', 'as JSON')
    .action(async ({ json = false }: { readonly json?: boolean }) => doctor(json));
  return einc;
}

function positive(text: string): number {
  const count = Number(text);
  if (Number.isSafeInteger(count) && count > 0) return count;
  throw new InvalidArgumentError('It is a whole number from 1 up.');
}

function backendOption(): Option {
  const names = allBackendNames.join(', ');
  return new Option('--backend <name>', `one of ${names}`).argParser((name: string) => {
    // Of several GPUs, cuda:1 is the second.
    const [known] = name.split(/:\d+$/);
    if (allBackendNames.some(other => other === name || (other === known && known === 'cuda')))
      return name;
    throw new InvalidArgumentError(`It is one of ${names}.`);
  });
}

function withProgram(command: Command): Command {
  return command
    .argument('<file>', 'the program')
    .argument('[args...]', 'its own arguments, after --')
    .addOption(backendOption())
    .showHelpAfterError('(options of the program go after --; see einc --help)')
    .exitOverride();
}
