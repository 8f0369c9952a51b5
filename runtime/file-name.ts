import { contentKey } from './cache.ts';

/** File systems take 255 bytes, endings included; compilers and people like fewer. */
const longest = 100;

/**
 * What the files of a routine are called: like the routine. A routine may be called like a long
 * sentence and a file may not; then it is the beginning and a hash of the whole.
 */
export function fileNameOf(routine: string): string {
  if (/^\w+$/.test(routine) && routine.length <= longest) return routine;
  const hash = contentKey([routine]).slice(0, 12);
  const beginning = routine.replaceAll(/\W/g, '_').slice(0, longest - hash.length - 1);
  return `${beginning}_${hash}`;
}
