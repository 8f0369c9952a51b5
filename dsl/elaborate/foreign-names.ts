/** Names from other languages and libraries that `op` spells differently: what to write instead. */
const all = '"...|... => 0"';
const sum = `x ++ ${all}`;
/** Along the last output axis. */
const last = '"...|... i => ...|... 0"';
const belowGreatest = `d = x - (x @^^ ${last})`;
const deviation = (axes: string): string =>
  `c = x - (x ++ ${axes}) /. n; c /. sqrt((c *. c ++ ${axes}) /. n + 0.00001)`;

/** Functions, with equivalent expressions. */
const spellings: Readonly<Record<string, string>> = {
  sum,
  mean: `(${sum}) /. n`,
  matmul: 'w * x',
  dot: 'w * x',
  mm: 'w * x',
  einsum: 'a +* "i; j => i, j" b',
  square: 'x **. 2',
  prod: `x @** ${all}`,
  norm: `sqrt(x *. x ++ ${all})`,
  softmax: `${belowGreatest}; exp(d) /. (exp(d) ++ ${last})`,
  log_softmax: `${belowGreatest}; d - log(exp(d) ++ ${last})`,
  logsumexp: `e = x @^^ ${last}; e + log(exp(x - e) ++ ${last})`,
  layer_norm: deviation(last),
  batch_norm: deviation('"...|... => 0|..."'),
  outer: 'a +* "i; j => i, j" b',
  clip: 'min(max(x, a), b)',
  clamp: 'min(max(x, a), b)',
  leaky_relu: 'max(x, 0.01 *. x)',
  isnan: 'x != x',
  cat: 'concat(a, b)',
  concatenate: 'concat(a, b)',
  stack: '[a; b]',
  arange: 'range(4)',
  eye: 'one_hot(range(4), 4)',
  T: 'transpose(x)',
  unsqueeze: 'x[_, ...]',
  expand_dims: 'x[_, ...]',
  interleave: '(a ++ "i => 2*i") + (b ++ "i => 2*i+1")',
  deinterleave_even: 'x ++ "2*i => i"',
  deinterleave_odd: 'x ++ "2*i+1 => i"',
  einsum1: 'x ++ "i => i"',
  einmax1: `x @^^ ${all}`,
  outer_sum: 'a +++ "i; j => i, j" b',
  tropical: 'a @^+ "i; j => i, j" b',
  concat_sum: '(a, b) ++^ "i; j => i^j"',
  range_of_shape: 'offsets(x)',
};

/** Functions of two operands; in other libraries a reduction has the same name. */
const reductions: Readonly<Record<string, string>> = {
  max: `x @^^ ${all}`,
  min: `x @-- ${all}`,
};

const data = 'data comes from TypeScript, in a hole: `${tensor(values, { label, output: [n] })}`';
const bits = 'for numbers in [0, 1) from a key write `uniform(key)`';
const convolution =
  'a convolution is an einsum: `x +* "b | h=+i, v=+j, c; i, j, c -> o => b | h, v, o" w`';
const layer = 'a layer of weights is `{ w } * x + { b; o = [16] }`';
const values = 'write `{ w = ${values}; o = [n] }`';

/** OCANNL's functions that are not expressions here, and words of host languages. */
const elsewhere: Readonly<Record<string, string>> = {
  wrap: data,
  init: data,
  rebatch: data,
  wrap_padded: 'margins belong to the spec that needs them: `x +* "o=+k; k => o" w`',
  wrap_param: values,
  reshape_param: values,
  embed_symbol: 'for the value of a static symbol write `!@${symbol}`',
  embed_dim: 'for the size of an axis that a spec has captured write `dim d`',
  embed_self_id: 'tensors have no numbers: randomness goes by seed and name',
  uint4x32_to_prec_uniform: bits,
  uint4x32_to_prec_uniform1: bits,
  uniform1: bits,
  uniform_at: bits,
  uniform_at1: bits,
  conv1d: convolution,
  conv2d: convolution,
  conv3d: convolution,
  linear: layer,
  dense: layer,
  embedding: 'rows of a table by number are `take({ table; o = [50, 8] }, ids)`',
  dropout:
    'with a key of its own in each step: `x *. bernoulli(fold_in(key(1), !@${step}), 0.9) /. 0.9`',
  cross_entropy: `of logits \`x\` and probabilities \`p\`: \`${belowGreatest}; log(exp(d) ++ ${last}) - (p *. d ++ ${last})\``,
  permute: 'axes are put in another order by a spec: `x ++ "i j => j i"`',
  zeros: 'numbers broadcast: write `0`, or in the shape of x `0 *. x`',
  ones: 'numbers broadcast: write `1`, or in the shape of x `0 *. x + 1`',
  while: 'there are no loops in `op`: loop in TypeScript, or over an axis by `scan`',
  match: 'to choose when the template is made write `${condition ? x : y}`',
  open: "`open` is OCaml's; use what TypeScript imports through holes: `${f}(x)`",
};

const constants: Readonly<Record<string, string>> = {
  pi: '${Math.PI}',
  nan: '${NaN}',
  NaN: '${NaN}',
  inf: '${Infinity}',
  infinity: '${Infinity}',
  Infinity: '${Infinity}',
  neg_infinity: '${-Infinity}',
  true: '1',
  false: '0',
};

/** What to write instead of an unknown function; undefined if this table has nothing either. */
export function adviceOnFunction(name: string): readonly string[] {
  const spelling = entry(spellings, name);
  if (spelling !== undefined) return [`there is no function for it: write \`${spelling}\``];
  const advice = entry(elsewhere, name);
  return advice === undefined ? [] : [advice];
}

/** The same for a value. */
export function adviceOnValue(name: string): readonly string[] {
  const constant = entry(constants, name);
  return constant === undefined ? [] : [`there is no name for it: write \`${constant}\``];
}

/** The reduction that the user may have meant by applying `name` to one operand. */
export function reductionOf(name: string): string | undefined {
  return entry(reductions, name);
}

function entry(of: Readonly<Record<string, string>>, name: string): string | undefined {
  return Object.hasOwn(of, name) ? of[name] : undefined;
}

/** For a test: the names, and the expressions that are suggested. */
export const foreignNames: readonly string[] = [spellings, elsewhere, constants].flatMap(of =>
  Object.keys(of),
);
export const suggestedSpellings: readonly string[] = [
  ...new Set([spellings, reductions].flatMap(of => Object.values(of))),
];
