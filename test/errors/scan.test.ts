import { expect, test } from 'vitest';
import { messageOf } from '../support/user-program.ts';

const xs = "const xs = tensor([[1, 2], [3, 4], [5, 6]], { label: 'xs' });";

test('a step that gives a carry of another shape', async () => {
  const message = await messageOf(
    xs,
    "const h0 = tensor([0, 0, 0], { label: 'h0' });",
    'const step = op`step(h, x) = { w; o = [4] } * x + { u; o = [4] } * h`;',
    'op`ys = scan(${step}, ${h0}, ${xs})`;',
  );
  expect(message).toMatchInlineSnapshot(`
    "error[EINC0310]: the step of \`scan\` takes \`h\` of shape …, 3 but gives it back as …, 4
     --> program.js:4:9
      |
    4 | op\`ys = scan(\${step}, \${h0}, \${xs})\`;
      |         ^^^^^^^^^^^^^^^^^^^^^^^^^^^
      |                       |
      |                       starts here: …, 3
     --> program.js:3:30
      |
    3 | const step = op\`step(h, x) = { w; o = [4] } * x + { u; o = [4] } * h\`;
      |                              --------------------------------------- goes on as: …, 4
      |
      = help: what one turn hands to the next has one shape: start from it, or give it that shape"
  `);
});

test('a step in JavaScript that gives a carry of another shape', async () => {
  const message = await messageOf(
    xs,
    "const h0 = tensor([0, 0, 0], { label: 'h0' });",
    'scan(({ h }, x) => ({ carry: { h: op`{ w; o = [4] } * ${x}` }, y: h }), { init: { h: h0 }, xs });',
  );
  expect(message).toMatchInlineSnapshot(`
    "error[EINC0310]: the step of \`scan\` takes \`h\` of shape …, 3 but gives it back as …, 4
     --> program.js:3:1
      |
    3 | scan(({ h }, x) => ({ carry: { h: op\`{ w; o = [4] } * \${x}\` }, y: h }), { init: { h: h0 }, xs });
      | ^^^^                                 --------------------- goes on as: …, 4
     --> program.js:2:12
      |
    2 | const h0 = tensor([0, 0, 0], { label: 'h0' });
      |            ------ starts here: …, 3
      |
      = help: what one turn hands to the next has one shape: start from it, or give it that shape"
  `);
});

test('a carry that grows', async () => {
  const message = await messageOf(xs, 'op`step(h, x) = [h, h]; ys = scan(step, 0, ${xs})`;');
  expect(message).toMatchInlineSnapshot(`
    "error[EINC0310]: the step of \`scan\` takes \`h\` of shape … but gives it back as 2, …
     --> program.js:2:30
      |
    2 | op\`step(h, x) = [h, h]; ys = scan(step, 0, \${xs})\`;
      |                 ------       ^^^^^^^^^^^^^^^^^^^^
      |                 |                       |
      |                 |                       starts here: …
      |                 goes on as: 2, …
      |
      = help: what one turn hands to the next has one shape: start from it, or give it that shape"
  `);
});

test('what is wrong in the step itself', async () => {
  const message = await messageOf(
    xs,
    "const h0 = tensor([0, 0, 0], { label: 'h0' });",
    'op`step(h, x) = h + x; ys = scan(step, ${h0}, ${xs})`;',
  );
  expect(message).toMatchInlineSnapshot(`
    "error[EINC0301]: \`+\` needs the output axes of \`h\` and \`x\` to agree, but sizes 3 and 2 differ
     --> program.js:3:19
      |
    3 | op\`step(h, x) = h + x; ys = scan(step, \${h0}, \${xs})\`;
      |                 - ^ -       ------------------------ in this application of \`step\`
      |                 |   |
      |                 |   2
      |                 …, 3
      |
      = note: 3 because \`h0\` is made with this shape (program.js:2:12)
      = note: 2 because \`xs\` is made with this shape (program.js:1:12)"
  `);
});

test('no axis', async () => {
  const message = await messageOf('op`cumsum(1)`;');
  expect(message).toMatchInlineSnapshot(`
    "error[EINC0311]: \`cumsum\` runs along the last output axis, but \`1\` has no output axes
     --> program.js:1:4
      |
    1 | op\`cumsum(1)\`;
      |    ^^^^^^^^^"
  `);
});

test('no axis of that row', async () => {
  const message = await messageOf(
    xs,
    "scan((h, x) => op`${h} + ${x}`, { init: 0, xs, axis: 'batch' });",
  );
  expect(message).toMatchInlineSnapshot(`
    "error[EINC0311]: \`scan\` runs along the first batch axis, but \`xs\` has no batch axes
     --> program.js:2:1
      |
    2 | scan((h, x) => op\`\${h} + \${x}\`, { init: 0, xs, axis: 'batch' });
      | ^^^^
     --> program.js:1:12
      |
    1 | const xs = tensor([[1, 2], [3, 4], [5, 6]], { label: 'xs' });
      |            ------
      |
      = help: say which: scan(step, { init, xs, axis: 'batch' }), or 'input', 'output', 'last' (output axis)"
  `);
});

test('axes of two sizes', async () => {
  const message = await messageOf(
    xs,
    "const us = tensor([1, 2], { label: 'us' });",
    'scan((h, { x, u }) => op`${h} + ${x} *. ${u}`, { init: 0, xs: { x: xs, u: us } });',
  );
  expect(message).toMatchInlineSnapshot(`
    "error[EINC0311]: \`scan\` runs along the first output axis of all it scans, but \`xs\` has 3 cells and \`us\` 2
     --> program.js:3:1
      |
    3 | scan((h, { x, u }) => op\`\${h} + \${x} *. \${u}\`, { init: 0, xs: { x: xs, u: us } });
      | ^^^^
     --> program.js:1:12
      |
    1 | const xs = tensor([[1, 2], [3, 4], [5, 6]], { label: 'xs' });
      |            ------
     --> program.js:2:12
      |
    2 | const us = tensor([1, 2], { label: 'us' });
      |            ------"
  `);
});

test('another length than the axis has', async () => {
  const message = await messageOf(
    xs,
    'scan((h, x) => op`${h} + ${x}`, { init: 0, xs, length: 4 });',
  );
  expect(message).toMatchInlineSnapshot(`
    "error[EINC0311]: \`scan\` is to take 4 turns, but \`xs\` has 3 cells
     --> program.js:2:1
      |
    2 | scan((h, x) => op\`\${h} + \${x}\`, { init: 0, xs, length: 4 });
      | ^^^^
     --> program.js:1:12
      |
    1 | const xs = tensor([[1, 2], [3, 4], [5, 6]], { label: 'xs' });
      |            ------"
  `);
});

test('nothing to run along', async () => {
  const message = await messageOf('scan(h => op`2 *. ${h}`, { init: 1 });');
  expect(message).toMatchInlineSnapshot(`
    "error[EINC0311]: \`scan\` has nothing to run along
     --> program.js:1:1
      |
    1 | scan(h => op\`2 *. \${h}\`, { init: 1 });
      | ^^^^
      |
      = help: give it \`xs\`, or a \`length\`"
  `);
});

test('a length that is none', async () => {
  const message = await messageOf('scan(h => op`2 *. ${h}`, { init: 1, length: 2.5 });');
  expect(message).toMatchInlineSnapshot(`
    "error[EINC0311]: the length of a \`scan\` is an integer, 0 or more, not 2.5
     --> program.js:1:1
      |
    1 | scan(h => op\`2 *. \${h}\`, { init: 1, length: 2.5 });
      | ^^^^"
  `);
});

test('an axis that does not exist', async () => {
  const message = await messageOf(xs, "scan((h, x) => x, { init: 1, xs, axis: 'rows' });");
  expect(message).toMatchInlineSnapshot(`
    "error[EINC0311]: \`rows\` is no axis of \`scan\`
     --> program.js:2:1
      |
    2 | scan((h, x) => x, { init: 1, xs, axis: 'rows' });
      | ^^^^
      |
      = help: say which: scan(step, { init, xs, axis: 'batch' }), or 'input', 'output', 'last' (output axis)"
  `);
});

test('an axis whose size nothing says', async () => {
  const message = await messageOf('await run(op`y = cumsum({ p })`);');
  expect(message).toMatchInlineSnapshot(`
    "error[EINC0311]: nothing says how long the axis is that is scanned here
     --> program.js:1:18
      |
    1 | await run(op\`y = cumsum({ p })\`);
      |                  ^^^^^^^^^^^^^
      |
      = help: give the size where the tensor is made: { x; b = [10]; o = [2] }"
  `);
});

test('a tensor for a step', async () => {
  const message = await messageOf(xs, 'op`scan(${xs}, 0, ${xs})`;');
  expect(message).toMatchInlineSnapshot(`
    "error[EINC0312]: \`scan\` takes a step, which is a function
     --> program.js:2:9
      |
    2 | op\`scan(\${xs}, 0, \${xs})\`;
      |         ^^^^^
      |
      = help: define one: step(h, x) = tanh({ w } * x + { u } * h)"
  `);
});

test('a step of three arguments', async () => {
  const message = await messageOf(xs, 'op`step(a, b, c) = a + b + c; ys = scan(step, 0, ${xs})`;');
  expect(message).toMatchInlineSnapshot(`
    "error[EINC0207]: \`step\` takes 3 arguments, not 2
     --> program.js:2:36
      |
    2 | op\`step(a, b, c) = a + b + c; ys = scan(step, 0, \${xs})\`;
      |                                    ^^^^^^^^^^^^^^^^^^^^"
  `);
});

test('a scan without init', async () => {
  const message = await messageOf(xs, 'op`step(h, x) = h + x; ys = scan(step, ${xs})`;');
  expect(message).toMatchInlineSnapshot(`
    "error[EINC0207]: \`scan\` takes 3 arguments, not 2
     --> program.js:2:29
      |
    2 | op\`step(h, x) = h + x; ys = scan(step, \${xs})\`;
      |                             ^^^^^^^^^^^^^^^^^"
  `);
});

test('something else for a step in JavaScript', async () => {
  const message = await messageOf(xs, 'scan(xs, { init: 0, xs });');
  expect(message).toMatchInlineSnapshot(`
    "error[EINC0312]: \`scan\` takes a step, which is a function, not a tensor
     --> program.js:2:1
      |
    2 | scan(xs, { init: 0, xs });
      | ^^^^"
  `);
});

test('a step that gives neither a tensor nor a carry', async () => {
  const message = await messageOf(xs, 'scan((h, x) => [h, x], { init: 0, xs });');
  expect(message).toMatchInlineSnapshot(`
    "error[EINC0312]: the step of \`scan\` gives an array of 2, not \`{ carry, y }\`
     --> program.js:2:1
      |
    2 | scan((h, x) => [h, x], { init: 0, xs });
      | ^^^^"
  `);
});

test('a step that forgets one of its carries', async () => {
  const message = await messageOf(
    xs,
    'scan(({ h, c }, x) => ({ carry: { h: x }, y: h }), { init: { h: 0, c: 0 }, xs });',
  );
  expect(message).toMatchInlineSnapshot(`
    "error[EINC0312]: the step of \`scan\` takes a carry { h, c } but gives a carry { h }
     --> program.js:2:1
      |
    2 | scan(({ h, c }, x) => ({ carry: { h: x }, y: h }), { init: { h: 0, c: 0 }, xs });
      | ^^^^"
  `);
});

test('something else among the tensors', async () => {
  const message = await messageOf(xs, "scan((h, x) => h, { init: { h: 'zero' }, xs });");
  expect(message).toMatchInlineSnapshot(`
    "error[EINC0312]: \`init.h\` must be a tensor, or an object of tensors, not the string "zero"
     --> program.js:2:1
      |
    2 | scan((h, x) => h, { init: { h: 'zero' }, xs });
      | ^^^^"
  `);
});

test('a carry used outside of the step', async () => {
  const message = await messageOf(
    xs,
    'let seen;',
    'scan((h, x) => { seen = h; return op`${h} + ${x}`; }, { init: 0, xs });',
    'await run(op`y = ${seen} *. 2`);',
  );
  expect(message).toMatchInlineSnapshot(`
    "error[EINC0312]: \`carry\` is what the step of a \`scan\` is given: it has no value outside of the step
     --> program.js:4:18
      |
    4 | await run(op\`y = \${seen} *. 2\`);
      |                  ^^^^^^^^^^^^ used here
     --> program.js:3:1
      |
    3 | scan((h, x) => { seen = h; return op\`\${h} + \${x}\`; }, { init: 0, xs });
      | ---- given to the step here
      |
      = help: give it out of the step: scan((h, x) => ({ carry, y: h }), …)"
  `);
});

test('a wrong number of arguments for cumsum', async () => {
  const message = await messageOf(xs, 'op`cumsum(${xs}, 1)`;');
  expect(message).toMatchInlineSnapshot(`
    "error[EINC0207]: \`cumsum\` takes 1 argument, not 2
     --> program.js:2:4
      |
    2 | op\`cumsum(\${xs}, 1)\`;
      |    ^^^^^^^^^^^^^^^^"
  `);
});
