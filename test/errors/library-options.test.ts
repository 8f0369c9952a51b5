/** Options of functions beside the language, for callers who have no types. */
import { expect, test } from 'vitest';
import { halfMoons } from '../../dsl/data/index.ts';
import { cellCentres, linePlot, scatterPlot } from '../../dsl/plot/index.ts';
import { messageOf } from '../support/user-program.ts';

const [x, y] = [[1], [1]];
const all = 'title, xLabel, yLabel, width, height, columns';

test.each<[string, (options: never) => unknown, unknown, string]>([
  [
    'linePlot',
    linePlot,
    { y, titel: '' },
    `has no option titel: its options are x, y, mark, label, ${all}`,
  ],
  [
    'linePlot',
    linePlot,
    {},
    'y of linePlot is a list of numbers; of values that were read, .data is',
  ],
  [
    'linePlot',
    linePlot,
    { series: y },
    'the options of linePlot are an object: its options are x, y, mark, label',
  ],
  ['linePlot', linePlot, { series: 3 }, 'series of linePlot is a list: [{ y }]'],
  [
    'linePlot',
    linePlot,
    { series: [{ z: y }] },
    'linePlot has no option z: its options are x, y, mark, label',
  ],
  [
    'linePlot',
    linePlot,
    { series: [], y },
    `linePlot has no option y: its options are series, ${all}`,
  ],
  [
    'scatterPlot',
    scatterPlot,
    { x, y },
    'scatterPlot has no option x: its options are points, boundary, background',
  ],
  ['scatterPlot', scatterPlot, {}, 'points of scatterPlot is a list: [{ x, y }]'],
  ['cellCentres', cellCentres, { points: [{ y }] }, 'x of cellCentres is a list of numbers'],
])('%s of what it does not know (%#)', (_, call, options, message) => {
  expect(() => call(options as never)).toThrow(message);
});

test('halfMoons', () => {
  expect(() => halfMoons({ point: 3 } as never)).toThrow(
    `error[EINC0607]: \`halfMoons\` has no option \`point\`
  = help: did you mean \`points\`?`,
  );
});

test('progressBar, with the place and what is meant', async () => {
  const line = 'progressBar({ steps: 100, strem: process.stdout });';
  expect(await messageOf(line)).toMatchInlineSnapshot(`
    "error[EINC0607]: \`progressBar\` has no option \`strem\`
     --> program.js:1:1
      |
    1 | progressBar({ steps: 100, strem: process.stdout });
      | ^^^^^^^^^^^
      |
      = help: did you mean \`stream\`?"
  `);
  expect(await messageOf('progressBar({});')).toMatchInlineSnapshot(`
    "error[EINC0607]: the option \`steps\` of \`progressBar\` is a number of steps, not undefined
     --> program.js:1:1
      |
    1 | progressBar({});
      | ^^^^^^^^^^^
      |
      = help: write progressBar({ steps: 1000 })"
  `);
});
