/** `1,234,567`: as numbers are written for people, the same everywhere. */
export function grouped(count: number): string {
  // Loading Node's data on languages would take longer than compiling most programs.
  if (Number.isSafeInteger(count)) return String(count).replaceAll(/\B(?=(?:\d{3})+$)/g, ',');
  return count.toLocaleString('en-US');
}

/** `1 read`, `2 reads`. */
export function several(count: number, noun: string): string {
  return `${grouped(count)} ${noun}${count === 1 ? '' : 's'}`;
}
