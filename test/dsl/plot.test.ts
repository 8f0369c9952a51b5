import { expect, test } from 'vitest';
import { halfMoons, pointsOf } from '../../dsl/data/index.ts';
import { cellCentres, linePlot, scatterPlot, significant } from '../../dsl/plot/index.ts';
import { concise } from '../../dsl/plot/number.ts';

const golden = (name: string) => `../golden/plot/${name}.txt`;

/** What C's `printf("%.*g", digits, value)` prints. */
const printed: readonly (readonly [value: number, digits: number, text: string])[] = [
  [0, 4, '0'],
  [0.2, 4, '0.2'],
  [19.45, 4, '19.45'],
  [8.998, 4, '8.998'],
  [0.04869, 4, '0.04869'],
  [43.2, 4, '43.2'],
  [0.9534, 4, '0.9534'],
  [1, 4, '1'],
  [10, 4, '10'],
  [100, 4, '100'],
  [1000, 4, '1000'],
  [9999, 4, '9999'],
  [9999.4, 4, '9999'],
  [9999.6, 4, '1e+04'],
  [10000, 4, '1e+04'],
  [12345, 4, '1.234e+04'],
  [123456789, 4, '1.235e+08'],
  [0.0001, 4, '0.0001'],
  [9.999e-5, 4, '9.999e-05'],
  [9.9996e-5, 4, '0.0001'],
  [0.00012345, 4, '0.0001234'],
  [1e-5, 4, '1e-05'],
  [1e-7, 4, '1e-07'],
  [1e100, 4, '1e+100'],
  [1.7976931348623157e308, 4, '1.798e+308'],
  [5e-324, 4, '4.941e-324'],
  [5e-324, 4, '4.941e-324'],
  [2.2250738585072014e-308, 4, '2.225e-308'],
  [-0.2, 4, '-0.2'],
  [-19.446, 4, '-19.45'],
  [-1e-9, 4, '-1e-09'],
  [0.30000000000000004, 4, '0.3'],
  [0.3333333333333333, 4, '0.3333'],
  [0.6666666666666666, 4, '0.6667'],
  [0.125, 4, '0.125'],
  [0.375, 4, '0.375'],
  [2.5, 4, '2.5'],
  [3.5, 4, '3.5'],
  [1.03125, 4, '1.031'],
  [1.09375, 4, '1.094'],
  [1000.5, 4, '1000'],
  [1001.5, 4, '1002'],
  [10000.5, 4, '1e+04'],
  [0.125, 1, '0.1'],
  [0.125, 2, '0.12'],
  [0.375, 1, '0.4'],
  [0.375, 2, '0.38'],
  [2.5, 1, '2'],
  [2.5, 2, '2.5'],
  [3.5, 1, '4'],
  [3.5, 2, '3.5'],
  [99.5, 1, '1e+02'],
  [99.5, 2, '1e+02'],
  [0.5, 1, '0.5'],
  [0.5, 2, '0.5'],
  [3.14159265358979, 1, '3'],
  [0.1, 1, '0.1'],
  [1048576.5, 1, '1e+06'],
  [3.14159265358979, 2, '3.1'],
  [0.1, 2, '0.1'],
  [1048576.5, 2, '1e+06'],
  [3.14159265358979, 3, '3.14'],
  [0.1, 3, '0.1'],
  [1048576.5, 3, '1.05e+06'],
  [3.14159265358979, 6, '3.14159'],
  [0.1, 6, '0.1'],
  [1048576.5, 6, '1.04858e+06'],
  [3.14159265358979, 10, '3.141592654'],
  [0.1, 10, '0.1'],
  [1048576.5, 10, '1048576.5'],
  [3.14159265358979, 15, '3.14159265358979'],
  [0.1, 15, '0.1'],
  [1048576.5, 15, '1048576.5'],
  [3.14159265358979, 16, '3.14159265358979'],
  [0.1, 16, '0.1'],
  [1048576.5, 16, '1048576.5'],
  [3.14159265358979, 17, '3.14159265358979'],
  [0.1, 17, '0.10000000000000001'],
  [1048576.5, 17, '1048576.5'],
  [-0.00017616723516683763, 7, '-0.0001761672'],
  [1.5093447303985376e-6, 9, '1.50934473e-06'],
  [-4.0586995806031745e-7, 9, '-4.05869958e-07'],
  [-2.853018191643383e-6, 7, '-2.853018e-06'],
  [-0.08182784862924053, 2, '-0.082'],
  [5.1047253791385746e-8, 2, '5.1e-08'],
  [4.4744970070748747e-7, 7, '4.474497e-07'],
  [-0.45041068661022854, 1, '-0.5'],
  [5.666489793709262e-5, 5, '5.6665e-05'],
  [-8.086095642853475e-6, 5, '-8.0861e-06'],
  [0.000602572770128127, 2, '0.0006'],
  [0.008160016366246626, 6, '0.00816002'],
  [-4.0256942400526665e-6, 1, '-4e-06'],
  [11900959.317355387, 9, '11900959.3'],
  [-72.40769433059712, 8, '-72.407694'],
  [855618.6350763872, 6, '855619'],
  [-0.0020023300313631765, 4, '-0.002002'],
  [-41.81449892042301, 9, '-41.8144989'],
  [-4.88364044474443, 8, '-4.8836404'],
  [-2.120622351098135e-6, 2, '-2.1e-06'],
  [0.00011932830647549131, 6, '0.000119328'],
  [-34801546.533949524, 7, '-3.480155e+07'],
  [-4.607927429525624e-6, 9, '-4.60792743e-06'],
  [73.02594027738397, 6, '73.0259'],
  [19529536.62736593, 8, '19529537'],
  [-4.3123705059313945e-6, 5, '-4.3124e-06'],
  [-2.5901662580355537e-7, 1, '-3e-07'],
  [23.115933464089046, 8, '23.115933'],
  [-21540.446790585076, 6, '-21540.4'],
  [-4774370.719444115, 6, '-4.77437e+06'],
  [-3.319516210934554e-5, 8, '-3.3195162e-05'],
  [-44.10455806686896, 3, '-44.1'],
  [23836.337959479413, 7, '23836.34'],
  [41681622.61800614, 2, '4.2e+07'],
  [-33363.37175280794, 9, '-33363.3718'],
  [-0.00022216086921554934, 7, '-0.0002221609'],
  [3.6398446969851515, 7, '3.639845'],
  [48646.70810011861, 4, '4.865e+04'],
  [-0.0034907909420889105, 3, '-0.00349'],
  [-0.26804313318046424, 1, '-0.3'],
];

test.each(printed)('%d with %d digits is %s', (value, digits, text) => {
  expect(significant(value, digits)).toBe(text);
});

test.each([
  [NaN, 'nan'],
  [Infinity, 'inf'],
  [-Infinity, '-inf'],
  [-0, '-0'],
])('%d is written %s', (value, text) => expect(significant(value)).toBe(text));

test('no digits count as one, as in C', () => expect(significant(0.26, 0)).toBe('0.3'));

test.each([
  [2.96, '2.96'],
  [0, '0.00'],
  [-0, '0.00'],
  [-0.1, '-1.00e-1'],
  [-10, '-1.00e+1'],
  [6389, '6.39e+3'],
  [9.996, '1.00e+1'],
  [1e-7, '1.00e-7'],
  [-2.5e100, '-2.50e+100'],
])('the end of an axis at %d is written %s', (value, text) => expect(concise(value)).toBe(text));

const slope = (count: number) => Array.from({ length: count }, (_, i) => i);

test('a falling learning rate', async () => {
  const steps = 6390;
  const y = slope(steps).map(step => (0.1 * (step - 2 * steps)) / steps);
  const plot = linePlot({ title: 'Learning rate:', y, xLabel: 'step', yLabel: 'learning rate' });
  await expect(plot).toMatchFileSnapshot(golden('learning-rate'));
});

test('two series, the later one on top, with gaps where a value is not finite', async () => {
  const train = [3, 2, 1.5, NaN, 1.2, 1, 0.8, Infinity, 0.6];
  const check = [3, 2.5, 2.1, 1.9, 1.8, 1.75, 1.75, 1.8, 1.9];
  const plot = linePlot({
    title: 'Loss:',
    series: [
      { y: train, label: 'train' },
      { y: check, mark: 'o', label: 'check' },
    ],
    xLabel: 'epoch',
    yLabel: 'loss',
    width: 41,
    height: 10,
  });
  await expect(plot).toMatchFileSnapshot(golden('two-series'));
});

const waves = (x: number, y: number) => y > 0.25 + 0.4 * Math.cos(2 * x);
const moons = halfMoons({ points: 100 });
const scatter = {
  title: 'Half-moons scatterplot and decision boundary:',
  points: [pointsOf(moons, 1), pointsOf(moons, -1)],
  width: 60,
  height: 16,
};

test('points over a decision boundary', async () => {
  const plot = scatterPlot({ ...scatter, boundary: waves });
  await expect(plot).toMatchFileSnapshot(golden('half-moons'));
});

test('a boundary answered beforehand is the boundary asked cell by cell', () => {
  const centres = cellCentres(scatter);
  const answers = Array.from({ length: centres.length / 2 }, (_, i) =>
    waves(centres[2 * i] ?? NaN, centres[2 * i + 1] ?? NaN),
  );
  const asked = scatterPlot({ ...scatter, boundary: waves });
  expect(scatterPlot({ ...scatter, boundary: answers })).toBe(asked);
  const scores = Float32Array.from(answers, inside => (inside ? 0.1 : -0.1));
  expect(scatterPlot({ ...scatter, boundary: scores })).toBe(asked);
});

test('cell centres run from the top left, row by row', () => {
  const centres = cellCentres({ points: [{ x: [0, 16], y: [0, 8] }], width: 8, height: 3 });
  expect([...centres.slice(0, 4)]).toEqual([1, 10, 3, 10]);
  expect([...centres.slice(-2)]).toEqual([15, 2]);
  expect(cellCentres({ points: [] })).toHaveLength(0);
});

const corners = { x: [0, 10], y: [0, 10] };

test('groups with axes, a legend, and a background of scores with NaN left blank', async () => {
  const plot = scatterPlot({
    points: [
      { ...corners, label: 'corners' },
      { x: [5, NaN, 5], y: [5, 5, Infinity], mark: '@', label: 'middle' },
    ],
    boundary: Array.from({ length: 20 * 5 }, (_, i) => (i % 20 < 3 ? NaN : (i % 20) - 10)),
    background: ['+', '-'],
    xLabel: 'x',
    yLabel: 'y',
    width: 20,
    height: 5,
  });
  await expect(plot).toMatchFileSnapshot(golden('groups-with-axes'));
});

test('a boundary for other cells is refused', () => {
  const plot = { points: [corners], boundary: [1, 2, 3], width: 20, height: 5 };
  expect(() => scatterPlot(plot)).toThrow(
    'the boundary has 3 answers for 20 x 5 cells: ask cellCentres, with the same points and size',
  );
});

test.each([
  ['nothing', []],
  ['nothing finite', [NaN, Infinity, -Infinity]],
])('%s gives a plot that says so', async (_, y) => {
  const plot = linePlot({ title: 'Loss:', y, yLabel: 'loss', width: 20, height: 4 });
  expect(plot).toContain('no data');
  expect(scatterPlot({ points: [{ x: y, y }], boundary: waves })).toContain('no data');
  if (y.length === 0) await expect(plot).toMatchFileSnapshot(golden('no-data'));
});

test('x and y that are never finite together are no data', () => {
  expect(linePlot({ x: [NaN, 1], y: [1, NaN] })).toContain('no data');
});

/** The rows inside the frame, without the numbers beside them. */
const picture = (plot: string) =>
  plot
    .split('\n')
    .filter(line => line.startsWith('│'))
    .map(line => line.split('│').at(-2) ?? '');

test.each([
  ['0', [0, 0], '1.00', '-1.00'],
  ['8', [8, 8, 8], '1.20e+1', '4.00'],
  ['one value', [-0.1], '-5.00e-2', '-1.50e-1'],
])('a constant lies in the middle: %s', (_, y, top, bottom) => {
  const plot = linePlot({ y, width: 10, height: 4 });
  expect(picture(plot).findIndex(row => row.includes('-'))).toBe(2);
  expect(plot).toContain(top);
  expect(plot).toContain(bottom);
});

test('ends that look alike get more digits', () => {
  const plot = linePlot({ y: [1.00012, 1.00011], width: 10, height: 2 });
  expect(plot).toContain('1.00012');
  expect(plot).toContain('1.00011');
});

test('a value at a whole cell lands in that cell, whatever the rounding', () => {
  for (const count of [8, 29, 50, 98, 100])
    for (const scale of [1, 0.1, 1e-300, 1 / 3]) {
      const y = slope(count).map(i => i * scale);
      const rows = picture(linePlot({ y, width: count, height: count })).slice(0, count);
      expect(rows[0]?.indexOf('-')).toBe(count - 1);
      expect(rows.at(-1)?.startsWith('-')).toBe(true);
      if (scale === 1) expect(rows.map(row => row.indexOf('-'))).toEqual(slope(count).reverse());
    }
});

test('the largest value is in the last row, whatever the rounding', () => {
  // (0.003 * 49) / 0.003 is less than 49.
  const rows = picture(linePlot({ y: [0, 0.003], width: 10, height: 50 }));
  expect(rows[0]).toBe('         -');
});

test('the largest doubles have room', () => {
  const rows = picture(
    linePlot({ y: [-Number.MAX_VALUE, 0, Number.MAX_VALUE], width: 9, height: 3 }),
  );
  expect(rows.slice(0, 3)).toEqual(['        -', '    ---- ', '----     ']);
});

test('neighbours far apart are joined, in either direction of x', () => {
  const forward = linePlot({ x: [0, 8], y: [0, 8], width: 9, height: 9 });
  expect(picture(forward).slice(0, 9).join('').match(/-/g)).toHaveLength(9);
  expect(linePlot({ x: [8, 0], y: [8, 0], width: 9, height: 9 })).toBe(forward);
});

test('a run that ends in NaN goes on without values', () => {
  const rows = picture(linePlot({ y: [1, 2, NaN, NaN], width: 8, height: 2 }));
  expect(rows.slice(0, 2)).toEqual(['  -     ', '--      ']);
});

test('ends that do not fit side by side stand one below the other', () => {
  const ends = (x: number[], width: number) =>
    picture(linePlot({ x, y: [1, 2], width, height: 2 })).slice(2);
  expect(ends([0, 7], 9)).toEqual(['0.00 7.00']);
  expect(ends([0, 7], 8)).toEqual(['0.00    ', '    7.00']);
  expect(ends([-1.5e-100, 2e100], 12)).toEqual(['-1.50e-100  ', '   2.00e+100']);
});

const widest = (plot: string) => Math.max(...plot.split('\n').map(line => line.length));

test('the caller says how wide and high', () => {
  const line = { y: slope(10), yLabel: 'a label longer than the plot is high', xLabel: 'x' };
  expect(widest(linePlot(line))).toBe(100 + 3 + 1 + '9.00'.length);
  expect(widest(linePlot({ ...line, columns: 60 }))).toBe(60);
  expect(widest(linePlot({ ...line, columns: 500 }))).toBe(108);
  expect(widest(linePlot({ ...line, columns: undefined }))).toBe(108);
  expect(widest(linePlot({ ...line, columns: 0 }))).toBe(108);
  expect(widest(scatterPlot({ points: [corners], columns: 60 }))).toBe(60);
  expect(picture(linePlot({ ...line, height: 6 }))).toHaveLength(6 + 2);
  expect(picture(scatterPlot({ points: [corners] }))).toHaveLength(40);
});

test('a label that is too long keeps its beginning', () => {
  const plot = linePlot({
    y: [1, 2],
    yLabel: 'downwards',
    xLabel: 'to the right',
    width: 8,
    height: 4,
  });
  const gutter = plot.split('\n').map(line => line.charAt(1));
  expect(gutter.slice(1, 5).join('')).toBe('down');
  expect(picture(plot).at(-1)).toBe('to the r');
});

test('either label brings the axes of a scatter plot', () => {
  for (const label of [{ xLabel: 'x' }, { yLabel: 'y' }])
    expect(scatterPlot({ points: [corners], ...label, height: 4 })).toContain('1.00e+1');
  expect(scatterPlot({ points: [corners], height: 4 })).not.toContain('1.00e+1');
});

test('the smallest plot is still a rectangle', () => {
  const y = [-1.5e-100, 2e100];
  const lines = linePlot({ y, xLabel: 'a long label', width: 1, height: 0 }).split('\n');
  expect(new Set(lines.map(line => line.length)).size).toBe(1);
});

test('a list of values as any kind of array', () => {
  const y = [1, 4, 9];
  expect(linePlot({ y: Float32Array.from(y) })).toBe(linePlot({ y }));
});

test('mistakes of the caller', () => {
  expect(() => linePlot({ x: [1], y: [1, 2] })).toThrow('x has 1 values and y has 2');
  expect(() => linePlot({ y: [1], mark: '--' })).toThrow('a mark is one character, not "--"');
});
