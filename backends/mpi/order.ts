/** The structs that the host and `collective.c` share, by offset. */
import { dtypes } from '../../compiler/index.ts';
import { lastRun, type ReduceOp, reduceOps, type Terms } from '../../runtime/index.ts';

/** Mirrors `enum outcome`. */
export const outcomes = [
  'done',
  'no library',
  'late',
  'disagreed',
  'no memory',
  'broken',
  'refused',
] as const;
export type Outcome = (typeof outcomes)[number];

/** Mirrors `enum kind`. */
const kinds: readonly Terms['call'][] = [
  'barrier',
  'allReduce',
  'allGather',
  'reduceScatter',
  'broadcast',
  'sendRecv',
  'end',
];

/** A greeting is seven doubles and a text; an order has three more doubles after it. */
const textOffset = 7 * 8;
const textBytes = 72;
export const greetingBytes = textOffset + textBytes;
export const orderBytes = greetingBytes + 3 * 8;

export interface Order {
  readonly terms: Terms;
  readonly seconds: number;
  readonly to?: number;
  readonly from?: number;
}

export function encode({ terms, seconds, to = 0, from = 0 }: Order): Uint8Array {
  const bytes = new Uint8Array(orderBytes);
  const view = new DataView(bytes.buffer);
  const { call, dtype, cells, op = 'sum', root = 0 } = terms;
  const run = lastRun();
  const numbers = [
    kinds.indexOf(call),
    dtypes.findIndex(name => name === dtype),
    reduceOps.indexOf(op),
    root,
    cells,
    run?.times ?? 0,
  ];
  numbers.forEach((number, i) => view.setFloat64(i * 8, number, true));
  [seconds, to, from].forEach((number, i) => {
    view.setFloat64(greetingBytes + i * 8, number, true);
  });
  // The last byte stays zero, and a truncated character is dropped.
  new TextEncoder().encodeInto(run?.routine ?? '', bytes.subarray(textOffset, greetingBytes - 1));
  return bytes;
}

export interface Greeting {
  /** The sequence number of the collective, from 1 on; 0 if no greeting has arrived. */
  readonly sequence: number;
  readonly terms: Terms;
  readonly routine: string;
  readonly times: number;
}

export function decode(bytes: Uint8Array): Greeting {
  const view = new DataView(bytes.buffer, bytes.byteOffset, greetingBytes);
  const at = (i: number): number => view.getFloat64(i * 8, true);
  const call = kinds[at(0)] ?? 'barrier';
  const op: ReduceOp | undefined = reduceOps[at(2)];
  const text = bytes.subarray(textOffset, greetingBytes);
  return {
    sequence: at(6),
    terms: {
      call,
      dtype: dtypes[at(1)] ?? '',
      cells: at(4),
      ...(/reduce/i.test(call) ? { op } : {}),
      ...(call === 'broadcast' ? { root: at(3) } : {}),
    },
    routine: new TextDecoder().decode(text.subarray(0, text.indexOf(0))),
    times: at(5),
  };
}
