/** `1,234,567`: as numbers are written for people, the same everywhere. */
export function grouped(count: number): string {
  return count.toLocaleString('en-US');
}

/** `1 read`, `2 reads`. */
export function several(count: number, noun: string): string {
  return `${grouped(count)} ${noun}${count === 1 ? '' : 's'}`;
}
