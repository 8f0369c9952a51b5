import {
  dtypes,
  givenArrays,
  LoopNames,
  localsOf,
  type LoopVar,
  loopVar,
  Names,
  type Op,
  ops,
  type Program,
  type TensorNode,
} from '../../compiler/index.ts';
import { namesIn } from '../../compiler/loop/facts.ts';
import type { Dialect } from './dialect.ts';

/** Keywords of C, C++ or CUDA, and identifiers that every kernel uses. */
const reserved = `alignas alignof asm auto bool break case catch char class const constexpr continue
  default delete do double else enum explicit extern false float for friend goto if inline int long
  main mutable namespace new nullptr operator private protected public register restrict return short
  signed sizeof static struct switch template this throw true try typedef typeof union unsigned using
  virtual void volatile while args k`.split(/\s+/);

/** Functions that compilers call implicitly. */
const calledUnasked = ['memcmp', 'memcpy', 'memmove', 'memset', 'sincos', 'sincosf'];

/**
 * C identifiers for the names of a program: `w1.grad` becomes `w1_grad`, made unique where needed.
 * Whatever the name, its C identifier has no other meaning.
 */
export class Identifiers {
  /** Of the function that holds the program. */
  readonly program: string;
  /** The prefix of functions that do parts of it. */
  readonly part: string;
  /** Of the memory that holds all scratch arrays. */
  readonly arena: string;
  readonly #known = new Map<TensorNode | LoopVar, string>();
  readonly #loops: LoopNames;
  /** Loops whose own names are not valid in C. */
  readonly #renamed = new Map<LoopVar, LoopVar>();
  /** All identifiers in use. */
  readonly #given: Set<string>;

  constructor(program: Program, dialect: Dialect, taken: readonly string[]) {
    const words = [...reserved, ...calledUnasked, ...functionsOf(dialect), ...taken];
    const names = new Names(words);
    this.program = names.fresh(identifier(program.name));
    this.part = beginningOf(this.program);
    for (const node of [...givenArrays(program), ...localsOf(program)]) {
      this.#known.set(node, names.fresh(identifier(node.name)));
    }
    for (const { loop } of program.symbols) this.#known.set(loop, names.fresh(identifier(loop)));
    this.arena = names.fresh('arena');
    this.#given = new Set(this.#known.values());
    this.#loops = new LoopNames([...words, this.program, this.arena, ...this.#known.values()]);
    const all = namesIn(program);
    const fresh = new Names(all);
    for (const name of all.filter(n => n !== identifier(n))) {
      this.#renamed.set(loopVar(name), loopVar(fresh.fresh(identifier(name))));
    }
  }

  ofNode(node: TensorNode): string {
    return this.#known.get(node) ?? node.name;
  }

  ofLoop(loop: LoopVar): string {
    return this.#known.get(loop) ?? this.#loops.nameOf(this.#renamed.get(loop) ?? loop);
  }

  /** For a variable that exists only in C. */
  fresh(hint: string): string {
    const name = this.#loops.fresh(hint);
    this.#given.add(name);
    return name;
  }

  /** The loop has its name while `body` runs. */
  within(loop: LoopVar, body: (name: string) => void): void {
    this.#loops.within(this.#renamed.get(loop) ?? loop, name => {
      this.#given.add(name);
      body(name);
    });
  }

  /** Reserves the name for a function; texts that call different functions differ. */
  define(name: string): void {
    this.#given.delete(name);
  }

  /** The same for texts that are equal except for these names and line breaks. */
  anonymous(text: string): string {
    const numbers = new Map<string, string>();
    return text.replaceAll(/\b[a-z_]\w*|\s+/gi, word => {
      if (word.trim() === '') return ' ';
      if (!this.#given.has(word)) return word;
      const number = numbers.get(word) ?? `#${numbers.size}`;
      numbers.set(word, number);
      return number;
    });
  }
}

/** C reserves names that begin with `_`. */
function identifier(name: string): string {
  const word = name.replaceAll(/\W/g, '_');
  // Names that end like `f32x16` are vector types, or functions on them.
  const isOwn = /^[a-z]/i.test(word) && !/(^|_)(bool|[a-z]\d+)x\d+$/.test(word);
  return isOwn ? word : `v${word}`;
}

/**
 * A program of many sections is named after all of them, and has functions for each, and calls of these. With the whole
 * name in every one of them, the source would grow quadratically.
 */
function beginningOf(name: string): string {
  return name.length <= longest ? name : name.slice(0, longest).replace(/_[^_]*$/, '');
}

const longest = 60;

const known = new WeakMap<Dialect, readonly string[]>();

/** Every function the dialect may call, declare or define. */
function functionsOf(dialect: Dialect): readonly string[] {
  const names = known.get(dialect) ?? [...new Set(namesFrom(dialect))];
  known.set(dialect, names);
  return names;
}

function namesFrom(dialect: Dialect): readonly string[] {
  const texts = (Object.keys(ops) as Op[]).flatMap(op => dtypes.map(d => dialect.op[op](d)));
  const conversions = dtypes.flatMap(from => dtypes.flatMap(to => dialect.conversion(from, to)));
  const positions = dtypes.map(d => dialect.position(d));
  const chosen = texts.flatMap(text => (text.kind === 'select' ? [text.strict] : []));
  const others = [...texts, ...conversions].filter(text => text.kind === 'call');
  const shared = dialect.parallel ? [dialect.parallel.share] : [];
  const calls = [...positions, ...chosen, ...others, ...shared];
  // Many need the same lines.
  const lines = new Set(calls.flatMap(({ needs }) => needs));
  return [...calls.map(({ name }) => name), ...[...lines].flatMap(functionsIn)];
}

function functionsIn(line: string): readonly string[] {
  return [...line.matchAll(/([a-z_]\w*)\(/gi)].map(([, name = '']) => name);
}
