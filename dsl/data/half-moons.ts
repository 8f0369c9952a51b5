import { keyOf, suggest, uniformAt, UserError } from '../../compiler/index.ts';
import { permutation } from './permutation.ts';

/** Points on a plane, each of one of two classes. */
export interface LabelledPoints {
  /** x and y of each point. */
  readonly coordinates: Float32Array;
  /** +1 or -1 for each point. */
  readonly labels: Float32Array;
  readonly count: number;
}

export interface HalfMoons {
  /** Points on each moon, 400 unless told. */
  readonly points?: number;
  /** How far noise moves a coordinate at most, 0.1 unless told. */
  readonly noise?: number;
  readonly seed?: number;
  /** Whether the points come in a random order, true unless told; otherwise the moons take turns. */
  readonly shuffle?: boolean;
}

/**
 * Two half circles that reach into each other: the upper one is class +1, the lower one -1. The
 * same seed gives the same points and order on every machine, so that consecutive batches are a
 * fixed but random partition.
 */
export function halfMoons(options: HalfMoons = {}): LabelledPoints {
  checkNames(options);
  const { points = 400, noise = 0.1, seed = 0, shuffle = true } = options;
  if (!Number.isInteger(points) || points < 0)
    throw new RangeError(`points on each moon must be a whole number, not ${points}`);
  const count = 2 * points;
  const noiseKey = keyOf(seed, 'half-moons.noise');
  const noiseAt = (i: number) => noise * (2 * uniformAt(noiseKey, i) - 1);
  const order = shuffle ? permutation(keyOf(seed, 'half-moons.order'), count) : undefined;
  const coordinates = new Float32Array(2 * count);
  const labels = new Float32Array(count);
  for (let place = 0; place < count; place++) {
    const point = order?.[place] ?? place;
    const isUpper = point % 2 === 0;
    const [cosine, sine] = onCircle((Math.floor(point / 2) * Math.PI) / points);
    const [x, y] = isUpper ? [cosine, sine] : [1 - cosine, 0.5 - sine];
    coordinates[2 * place] = x + noiseAt(2 * point);
    coordinates[2 * place + 1] = y + noiseAt(2 * point + 1);
    labels[place] = isUpper ? 1 : -1;
  }
  return { coordinates, labels, count };
}

const names = ['points', 'noise', 'seed', 'shuffle'];

/** For callers in JavaScript: a misspelt option would just be missing. */
function checkNames(options: object): void {
  const odd = Object.keys(options).find(name => !names.includes(name));
  if (odd === undefined) return;
  const similar = suggest(odd, names);
  throw new UserError({
    code: 'EINC0607',
    message: `\`halfMoons\` has no option \`${odd}\``,
    help: [
      similar === undefined
        ? `its options are ${names.join(', ')}`
        : `did you mean \`${similar}\`?`,
    ],
  });
}

/**
 * Cosine and sine of an angle from 0 to π, by their series. `Math.cos` may differ in its last bit
 * from one engine to another; sums and products may not.
 */
function onCircle(angle: number): readonly [cosine: number, sine: number] {
  let [cosine, sine, term] = [0, 0, 1];
  for (let power = 0; power < 32; power += 2) {
    cosine += term;
    term *= angle / (power + 1);
    sine += term;
    term *= -angle / (power + 2);
  }
  return [cosine, sine];
}
