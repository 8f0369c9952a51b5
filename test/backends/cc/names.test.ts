/** Programs called like whole sentences. */
import { describe, expect, test } from 'vitest';
import { openBackend } from '../../../backends/index.ts';
import { parseProgram } from '../../../compiler/loop/parse.ts';
import { fileNameOf } from '../../../runtime/index.ts';

const long = 'then_'.repeat(60);

describe('the files of a routine are called like it, if they can be', () => {
  test.each([
    ['relu', 'relu'],
    ['W_1', 'W_1'],
    ['x'.repeat(100), 'x'.repeat(100)],
  ])('%s', (name, file) => {
    expect(fileNameOf(name)).toBe(file);
  });

  test.each([
    ['one character too many', 'x'.repeat(101)],
    ['a sentence', long],
    ['another end', `${long}x`],
    ['a path', '../../etc/passwd'],
    ['a dot', 'a.b'],
    ['the dot written out', 'a_b '],
    ['nothing', ''],
    ['other letters', 'Ünïcödé'.repeat(30)],
  ])('otherwise it is the beginning and a hash: %s', (_, name) => {
    const file = fileNameOf(name);
    expect(file).toMatch(/^[A-Za-z0-9_]{13,100}$/);
    expect(file.slice(0, -13)).toBe(name.replaceAll(/\W/g, '_').slice(0, file.length - 13));
    expect(fileNameOf(name)).toBe(file);
    expect(fileNameOf(`${name}!`)).not.toBe(file);
  });
});

test.each(['x'.repeat(100), 'x'.repeat(101), long, 'y'.repeat(5000)])(
  'a program compiles and runs whatever its length (%#)',
  async name => {
    using backend = await openBackend('cc');
    using kernel = await backend.compile(parseProgram(`${name}(): device x: f32; x := 7;`));
    using x = backend.allocate('f32', 1);
    using stream = backend.openStream();
    using plan = stream.plan([{ kernel: kernel.bind([x]), symbols: [] }]);
    stream.run(plan, []);
    expect(x.at(0)).toBe(7);
  },
);
