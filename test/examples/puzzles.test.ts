import { expect, test } from 'vitest';
import { resolve } from 'node:path';
import { placeWith } from '../cli/support.ts';

const { einc } = placeWith({});

test.each(['cc', 'interp', 'cuda-emulator'])(
  'the tensor puzzles are solved, through %s',
  async backend => {
    const { code, stdout, stderr } = await einc([
      ...['run', '--backend', backend],
      resolve('examples/puzzles.ts'),
    ]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const lines = stdout.trimEnd().split('\n');
    expect(lines).toHaveLength(21);
    expect(lines.filter(line => !line.startsWith('✓ '))).toEqual([]);
  },
);
