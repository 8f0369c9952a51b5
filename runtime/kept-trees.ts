/**
 * The trees of a program's templates, all in one file, which is read when the first is asked for:
 *
 *   <cache>/trees/v1/ab/abcd….bin     named by the program, by this build of einc and by Node's version
 *
 * A tree is found by the whole text that it is of. What this process parsed is added at its end, or
 * after some seconds; what it had no use for stays, while there is room.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { deserialize, serialize } from 'node:v8';
import { build as thisBuild } from './build.ts';
import { cacheFolder, contentKey } from './cache-folder.ts';
import { openStore } from './cache-store.ts';
import { soonOrAtExit } from './soon-or-at-exit.ts';
import { isOn } from './switches.ts';

export interface KeptTreesOptions {
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly build?: string | undefined;
  /** The program to which the templates belong; by default the script of the process. */
  readonly program?: string | undefined;
}

/** Undefined if nothing is kept, as for einc's sources, whose build is unknown. */
export function openKeptTrees({
  env = process.env,
  build = thisBuild,
  program,
}: KeptTreesOptions = {}): KeptTrees | undefined {
  if (build === undefined || !isOn('EINC_CACHE', env)) return undefined;
  return new KeptTrees(join(cacheFolder(env), 'trees'), build, program);
}

/** A limit, because a program may create templates endlessly. */
const mostTrees = 1000;

export class KeptTrees {
  readonly #root: string;
  readonly #build: string;
  #program: string | undefined;
  /** Undefined until the file has been read. */
  #kept: ReadonlyMap<string, unknown> | undefined;
  readonly #used = new Map<string, unknown>();
  #willSave = false;

  constructor(root: string, build: string, program?: string) {
    this.#root = root;
    this.#build = build;
    this.#program = program;
  }

  find(language: string, text: string): unknown {
    const name = nameOf(language, text);
    const known = this.#used.get(name) ?? this.#all().get(name);
    if (known !== undefined) this.#use(name, known);
    return known;
  }

  add(language: string, text: string, tree: unknown): void {
    this.#use(nameOf(language, text), tree);
    if (this.#willSave) return;
    this.#willSave = true;
    soonOrAtExit(() => {
      this.#save();
      this.#willSave = false;
      return true;
    });
  }

  #use(name: string, tree: unknown): void {
    if (this.#used.size < mostTrees) this.#used.set(name, tree);
  }

  #all(): ReadonlyMap<string, unknown> {
    return (this.#kept ??= this.#read());
  }

  #read(): ReadonlyMap<string, unknown> {
    try {
      const store = existsSync(this.#root) ? openStore(this.#root, 'bin') : undefined;
      const content = store?.read(this.#key());
      const trees: unknown = content && deserialize(content);
      return trees instanceof Map ? trees : new Map();
    } catch {
      return new Map();
    }
  }

  #save(): void {
    try {
      const trees = [...new Map([...this.#used, ...this.#all()])];
      const content = serialize(new Map(trees.slice(0, mostTrees)));
      openStore(this.#root, 'bin')?.write(this.#key(), content, { program: this.#name() });
    } catch {
      // The next start takes as long as this one.
    }
  }

  #key(): string {
    return contentKey(['trees', this.#build, process.version, this.#name()]);
  }

  /** `einc run` puts the program in its own place, so it is asked late, and once. */
  #name(): string {
    return (this.#program ??= process.argv[1] ?? '');
  }
}

function nameOf(language: string, text: string): string {
  return `${language} ${text}`;
}
