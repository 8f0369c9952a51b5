/** What is said when an axis, or an optimiser, cannot be divided among devices. */
import { describe, expect, test } from 'vitest';
import { messageOf } from '../support/user-program.ts';

const x = "const x = tensor([[1, 2], [3, 4], [5, 6]], { label: 'x', batch: [3], output: [2] });";
const divided =
  "await tensorParallel(forward(y), { axis: 'hidden', devices: 2, backend: 'interp' });";
/** Of a template that makes `y`, divided along `hidden`. */
const along = (template: string, call = divided): Promise<string> =>
  messageOf(x, `const y = op\`y = ${template}\`;`, call);

describe('an option of tensorParallel', () => {
  const options = (given: string): Promise<string> =>
    along('relu ${x}', `await tensorParallel(forward(y), ${given});`);

  test('that is not there, or of another kind', async () => {
    expect(await options('{ axes: 1 }')).toMatchInlineSnapshot(`
      "error[EINC0540]: \`tensorParallel\` has no option \`axes\`
       --> program.js:3:7
        |
      3 | await tensorParallel(forward(y), { axes: 1 });
        |       ^^^^^^^^^^^^^^
        |
        = help: did you mean \`axis\`?"
    `);
    expect(await options('{ axis: 1 }')).toMatchInlineSnapshot(`
      "error[EINC0540]: the option \`axis\` of \`tensorParallel\` is the name of an axis, not the number 1
       --> program.js:3:7
        |
      3 | await tensorParallel(forward(y), { axis: 1 });
        |       ^^^^^^^^^^^^^^
        |
        = help: write { axis: 'hidden', devices: 2 }"
    `);
    expect(await options("{ axis: 'hidden', world: 2 }")).toMatchInlineSnapshot(`
      "error[EINC0540]: the option \`world\` of \`tensorParallel\` is a world, not the number 2
       --> program.js:3:7
        |
      3 | await tensorParallel(forward(y), { axis: 'hidden', world: 2 });
        |       ^^^^^^^^^^^^^^
        |
        = help: write { world: await joinWorld() }"
    `);
  });

  test('that another one excludes', async () => {
    expect(await options("{ axis: 'hidden', devices: 2, world: await joinWorld() }"))
      .toMatchInlineSnapshot(`
      "error[EINC0540]: \`tensorParallel\` divides among \`devices\` or among the ranks of a \`world\`
       --> program.js:3:7
        |
      3 | await tensorParallel(forward(y), { axis: 'hidden', devices: 2, world: await joinWorld() });
        |       ^^^^^^^^^^^^^^
        |
        = help: leave one of the two out"
    `);
    expect(await options("{ axis: 'hidden', devices: await devices({ count: 1 }), backend: 'cc' }"))
      .toMatchInlineSnapshot(`
      "error[EINC0540]: \`tensorParallel\` has the backend of its devices
       --> program.js:3:7
        |
      3 | await tensorParallel(forward(y), { axis: 'hidden', devices: await devices({ count: 1 }), backend: 'cc' });
        |       ^^^^^^^^^^^^^^
        |
        = help: leave \`backend\` out"
    `);
  });

  test('code that is none', async () => {
    expect(await along('relu ${x}', "await tensorParallel(y, { axis: 'hidden' });"))
      .toMatchInlineSnapshot(`
      "error[EINC0217]: \`tensorParallel\` takes code, not a tensor
       --> program.js:3:7
        |
      3 | await tensorParallel(y, { axis: 'hidden' });
        |       ^^^^^^^^^^^^^^
        |
        = help: for the code that computes it: forward(tensor)"
    `);
  });
});

describe('an axis that cannot be divided', () => {
  test('there is none of that name', async () => {
    expect(await along('{ w; o = [hiden:4] } * ${x}')).toMatchInlineSnapshot(`
      "error[EINC0541]: no parameter and no data of this code has an axis \`hidden\`
       --> program.js:3:7
        |
      3 | await tensorParallel(forward(y), { axis: 'hidden', devices: 2, backend: 'interp' });
        |       ^^^^^^^^^^^^^^
        |
        = help: did you mean \`hiden\`?"
    `);
    expect(await along('{ w; o = [4] } * ${x}')).toMatchInlineSnapshot(`
      "error[EINC0541]: no parameter and no data of this code has an axis \`hidden\`
       --> program.js:3:7
        |
      3 | await tensorParallel(forward(y), { axis: 'hidden', devices: 2, backend: 'interp' });
        |       ^^^^^^^^^^^^^^
        |
        = help: say which axis it is where a parameter is made: { b; o = [hidden:512] }"
    `);
    expect(await along('{ w; o = [rgb:4] } * ${x}')).toMatchInlineSnapshot(`
      "error[EINC0541]: no parameter and no data of this code has an axis \`hidden\`
       --> program.js:3:7
        |
      3 | await tensorParallel(forward(y), { axis: 'hidden', devices: 2, backend: 'interp' });
        |       ^^^^^^^^^^^^^^
        |
        = help: its axes are \`rgb\`
        = help: say which axis it is where a parameter is made: { b; o = [hidden:512] }"
    `);
  });

  test('devices cannot share it evenly', async () => {
    expect(await along('{ w2; o = [1] } * relu({ w1; o = [hidden:5] } * ${x})'))
      .toMatchInlineSnapshot(`
      "error[EINC0542]: the axis \`hidden\` of \`w1\` has 5 cells, which 2 devices cannot share evenly
       --> program.js:3:7
        |
      3 | await tensorParallel(forward(y), { axis: 'hidden', devices: 2, backend: 'interp' });
        |       ^^^^^^^^^^^^^^
       --> program.js:2:41
        |
      2 | const y = op\`y = { w2; o = [1] } * relu({ w1; o = [hidden:5] } * \${x})\`;
        |                                         ---------------------- it has this axis
        |
        = help: give it a multiple of 2 cells, or take another number of devices"
    `);
  });

  test('a parameter has it twice', async () => {
    expect(await along('{ w2; o = [hidden:4] } * relu({ w1; o = [hidden:4] } * ${x})'))
      .toMatchInlineSnapshot(`
      "error[EINC0543]: two axes of \`w2\` are \`hidden\`, and a device would have a part of each
       --> program.js:2:18
        |
      2 | const y = op\`y = { w2; o = [hidden:4] } * relu({ w1; o = [hidden:4] } * \${x})\`;
        |                  ^^^^^^^^^^^^^^^^^^^^^^
        |
        = help: measure one of the two in something else: every second hidden axis is divided"
    `);
  });

  test('two axes of a result have it', async () => {
    const both = 'const y = op`h = 2 *. { v; o = [hidden:4] }; y = h +* "h; k => h, k" h`.y;';
    expect(await messageOf(both, divided)).toMatchInlineSnapshot(`
      "error[EINC0543]: two axes of \`y\` are \`hidden\`, and a device would have a part of each
       --> program.js:1:50
        |
      1 | const y = op\`h = 2 *. { v; o = [hidden:4] }; y = h +* "h; k => h, k" h\`.y;
        |                                                  ^^^^^^^^^^^^^^^^^^^^^
        |
        = help: measure one of the two in something else: every second hidden axis is divided"
    `);
  });

  test('there is more than a sum over it', async () => {
    expect(await along('({ w; o = [hidden:4] } * ${x}) @^^ "...|h => ...|0"'))
      .toMatchInlineSnapshot(`
      "error[EINC0543]: \`max\` over \`hidden\` is not a sum, and each device has a part of it
       --> program.js:2:18
        |
      2 | const y = op\`y = ({ w; o = [hidden:4] } * \${x}) @^^ "...|h => ...|0"\`;
        |                  ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
        |
        = help: along a divided axis there are sums, and operations cell by cell; leave the others whole"
    `);
  });

  test('some of its cells are taken', async () => {
    expect(await along('relu({ w; o = [hidden:4] })[1:3]')).toMatchInlineSnapshot(`
      "error[EINC0543]: \`relu\` is divided along \`hidden\`, and this does not take its cells there one by one
       --> program.js:2:18
        |
      2 | const y = op\`y = relu({ w; o = [hidden:4] })[1:3]\`;
        |                  ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
        |
        = help: along a divided axis there are sums, and operations cell by cell; leave the others whole"
    `);
    expect(await along('{ w; o = [hidden:4] }[0]')).toMatchInlineSnapshot(`
      "error[EINC0543]: \`w\` is divided along \`hidden\`, and this does not take its cells there one by one
       --> program.js:2:18
        |
      2 | const y = op\`y = { w; o = [hidden:4] }[0]\`;
        |                  ^^^^^^^^^^^^^^^^^^^^^^^^
        |
        = help: along a divided axis there are sums, and operations cell by cell; leave the others whole"
    `);
    expect(await along('flip({ w; o = [hidden:4] })')).toMatchInlineSnapshot(`
      "error[EINC0543]: \`w\` is divided along \`hidden\`, and this does not take its cells there one by one
       --> program.js:2:18
        |
      2 | const y = op\`y = flip({ w; o = [hidden:4] })\`;
        |                  ^^^^^^^^^^^^^^^^^^^^^^^^^^^
        |
        = help: along a divided axis there are sums, and operations cell by cell; leave the others whole"
    `);
  });

  test('its cells are numbered', async () => {
    expect(await along('argmax({ w; o = [hidden:4] })')).toMatchInlineSnapshot(`
      "error[EINC0543]: cells are numbered along \`hidden\`, of which each device has a part
       --> program.js:2:18
        |
      2 | const y = op\`y = argmax({ w; o = [hidden:4] })\`;
        |                  ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
        |
        = help: along a divided axis there are sums, and operations cell by cell; leave the others whole"
    `);
  });

  test('its cells are put where numbers say', async () => {
    const template = 'scatter_add(0. + { z; o = [3] }, ${ids}, { w; o = [hidden:2] })';
    expect(
      await messageOf(
        "const ids = tensor([0, 2], { label: 'ids', output: ['hidden:2'] });",
        `const y = op\`y = ${template}\`;`,
        divided,
      ),
    ).toMatchInlineSnapshot(`
      "error[EINC0543]: cells along \`hidden\` are put where numbers say, and each device has a part of them
       --> program.js:2:18
        |
      2 | const y = op\`y = scatter_add(0. + { z; o = [3] }, \${ids}, { w; o = [hidden:2] })\`;
        |                  ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
        |
        = help: along a divided axis there are sums, and operations cell by cell; leave the others whole"
    `);
  });

  test('it is summed in a loop', async () => {
    expect(
      await messageOf(
        "const n = symbol('n', 3);",
        "const v = tensor([1, 2], { label: 'v', output: ['hidden:2'] });",
        "const total = tensor([0], { label: 'total' });",
        'const code = cd`for i in ${n} (${total} =+ ${v} ~logic:"i => 0")`;',
        "await tensorParallel(code, { axis: 'hidden', devices: 2, backend: 'interp' });",
      ),
    ).toMatchInlineSnapshot(`
      "error[EINC0543]: a sum over \`hidden\` is in the loop over \`n\`, where devices cannot meet
       --> program.js:4:32
        |
      4 | const code = cd\`for i in \${n} (\${total} =+ \${v} ~logic:"i => 0")\`;
        |                                ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
        |
        = help: run the turns of the loop one by one"
    `);
  });
});

test('a cell of an array that nobody has all of', async () => {
  expect(
    await messageOf(
      x,
      'const y = op`y = { w; o = [hidden:4] } * ${x}`;',
      "const training = await tensorParallel(forward(y), { axis: 'hidden', devices: 2, backend: 'interp' });",
      'training.item(y.params.w);',
    ),
  ).toMatchInlineSnapshot(`
    "error[EINC0545]: \`w\` is divided among devices, each of which has other cells of it
      = help: read all of it: await training.read(…)"
  `);
});

const training = (changed: string): string =>
  `const mlp = op\`mlp(x) = { w2; o = [1] } * relu({ w1; o = [4] } * x)\`;
await dataParallel({
  ...{ backend: 'interp', devices: 2, batch: 3, shard: { x: { output: [2] } }, shardOptimizer: true },
  loss: ({ x }) => op\`\${mlp}(\${x}) ++ "...|... => 0"\`,
  ${changed}
})`;

describe('an optimiser that cannot be divided', () => {
  test('an option that is none', async () => {
    const update = 'update: p => sgdOne(p, { learningRate: 0.1 })';
    expect(await messageOf(training(`${update}, shardOptimizer: 2`))).toMatchInlineSnapshot(`
      "error[EINC0530]: the option \`shardOptimizer\` of \`dataParallel\` is true or false, not the number 2
       --> program.js:2:7
        |
      2 | await dataParallel({
        |       ^^^^^^^^^^^^"
    `);
  });

  test('ranks and devices at once', async () => {
    const update = 'update: p => sgdOne(p, { learningRate: 0.1 })';
    const two = 'const own = new World({ rank: 0, size: 2 }, { localRank: 0 });';
    expect(await messageOf(two, training(`${update}, world: own`))).toMatchInlineSnapshot(`
      "error[EINC0530]: with \`shardOptimizer\` devices of one process divide what the optimiser keeps, and \`world\` has several processes
       --> program.js:3:7
        |
      3 | await dataParallel({
        |       ^^^^^^^^^^^^
        |
        = help: leave \`shardOptimizer\` out, or divide among processes: shardOptimizer(ctx, loss, { world, update })"
    `);
  });

  test('updates change one array together', async () => {
    expect(
      await messageOf(
        "const count = tensor([0], { label: 'count' });",
        training('update: p => cd`${count} =+ 1; ${p} =- 0.1 *. ${p}.grad /. ${count}[0]`'),
      ),
    ).toMatchInlineSnapshot(`
      "error[EINC0544]: the update of \`w1\` uses \`count\`, which only the device that updates another parameter has
       --> program.js:3:7
        |
      3 | await dataParallel({
        |       ^^^^^^^^^^^^
        |
        = help: leave \`shardOptimizer\` out, or have each update use its own parameter alone"
    `);
  });

  test('an update changes another parameter', async () => {
    expect(
      await messageOf(
        training('update: p => cd`${p} =- ${p}.grad; ${mlp.params.w2} =- ${mlp.params.w2}.grad`'),
      ),
    ).toMatchInlineSnapshot(`
      "error[EINC0544]: the update of \`w1\` uses \`w2.grad\`, which only the device that updates another parameter has
       --> program.js:2:7
        |
      2 | await dataParallel({
        |       ^^^^^^^^^^^^
        |
        = help: leave \`shardOptimizer\` out, or have each update use its own parameter alone"
    `);
  });

  test('options of shardOptimizer', async () => {
    const loss = ['const loss = op`loss = { w; o = [2] } ++ "i => 0"`;'];
    expect(await messageOf(...loss, 'await shardOptimizer(ctx, loss, { world: 1 });'))
      .toMatchInlineSnapshot(`
      "error[EINC0540]: the option \`world\` of \`shardOptimizer\` is a world, not the number 1
       --> program.js:2:7
        |
      2 | await shardOptimizer(ctx, loss, { world: 1 });
        |       ^^^^^^^^^^^^^^
        |
        = help: write { world: await joinWorld(), update: p => … }"
    `);
    expect(
      await messageOf(...loss, 'await shardOptimizer(ctx, loss, { world: await joinWorld() });'),
    ).toMatchInlineSnapshot(`
      "error[EINC0540]: the option \`update\` of \`shardOptimizer\` is a function of a parameter, not undefined
       --> program.js:2:7
        |
      2 | await shardOptimizer(ctx, loss, { world: await joinWorld() });
        |       ^^^^^^^^^^^^^^"
    `);
  });
});
