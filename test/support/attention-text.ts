/** Attention and its gradients as a loop program, each sum in a scalar, all matrices of scores in memory. */

export interface AttentionShape {
  readonly heads: number;
  /** How many queries there are, how many keys, and the cells of each. */
  readonly rows: number;
  readonly columns: number;
  readonly width: number;
  /** What is stored; 16 bits are summed in f32. */
  readonly dtype?: 'f32' | 'f64' | 'bf16' | 'f16';
  /** Whether a query sees no later key. */
  readonly isCausal?: boolean;
  readonly hasGradients?: boolean;
}

export function attentionText(shape: AttentionShape): string {
  const { heads, rows, columns, width, dtype = 'f32', isCausal, hasGradients } = shape;
  const isNarrow = dtype === 'bf16' || dtype === 'f16';
  const computed = isNarrow ? 'f32' : dtype;
  const of = (cell: string): string => (isNarrow ? `f32(${cell})` : cell);
  const to = (value: string): string => (isNarrow ? `${dtype}(${value})` : value);
  const matrix = `${dtype}[${heads}, ${rows}, ${columns}]`;
  const row = `${computed}[${heads}, ${rows}, 1]`;
  const ofRows = `${dtype}[${rows}, ${heads}, ${width}]`;
  const ofColumns = `${dtype}[${columns}, ${heads}, ${width}]`;
  const [h, s] = [`h < ${heads}`, `s < ${rows}`] as const;
  const [t, d] = [`t < ${columns}`, `d < ${width}`] as const;
  const nest = (loops: readonly string[], body: string): string =>
    loops.reduceRight((inner, loop) => `for ${loop} { ${inner} }`, body);
  const sum = (
    loops: readonly string[],
    [over, term]: readonly [string, string],
    store: string,
    [op, start]: readonly [string, string] = ['+=', '0'],
  ): string =>
    nest(loops, `local one: ${computed} := ${start}; for ${over} { one ${op} ${term}; } ${store};`);
  const seen = `where(lt(${computed}(s), ${computed}(t)), -1e9, one * 0.25)`;
  const [p, e, dp] = ['p', 'e', 'dp'].map(node => of(`${node}[h, s, t]`)) as [
    string,
    string,
    string,
  ];
  const [q, dy] = ['q', 'dy'].map(node => of(`${node}[s, h, d]`)) as [string, string];
  const [k, v] = ['k', 'v'].map(node => of(`${node}[t, h, d]`)) as [string, string];
  const [score, ds] = [of('scores[h, s, t]'), of('ds[h, s, t]')];
  const one = to('one');
  const forward = [
    sum([h, s, t], [d, `${q} * ${k}`], `scores[h, s, t] := ${to(isCausal ? seen : 'one * 0.25')}`),
    sum([h, s], [t, score], 'most[h, s, 0] := one', ['max=', '-Infinity']),
    nest([h, s, t], `e[h, s, t] := ${to(`exp(${score} - most[h, s, 0])`)};`),
    sum([h, s], [t, e], 'total[h, s, 0] := one'),
    nest([h, s, t], `p[h, s, t] := ${to(`${e} / total[h, s, 0]`)};`),
    sum([s, h, d], [t, `${p} * ${v}`], `y[s, h, d] := ${one}`),
  ];
  const backward = [
    sum([h, s, t], [d, `${dy} * ${v}`], `dp[h, s, t] := ${one}`),
    sum([h, s], [t, `${dp} * ${p}`], 'mean[h, s, 0] := one'),
    nest([h, s, t], `ds[h, s, t] := ${to(`(${dp} - mean[h, s, 0]) * ${p} * 0.25`)};`),
    sum([s, h, d], [t, `${ds} * ${k}`], `dq[s, h, d] := ${one}`),
    sum([t, h, d], [s, `${ds} * ${q}`], `dk[t, h, d] := ${one}`),
    sum([t, h, d], [s, `${dy} * ${p}`], `dv[t, h, d] := ${one}`),
  ];
  const inputs = `q: ${ofRows}, k: ${ofColumns}, v: ${ofColumns}, y: ${ofRows}`;
  const gradients = `, dy: ${ofRows}, dq: ${ofRows}, dk: ${ofColumns}, dv: ${ofColumns}`;
  return `
    attention(): device ${inputs}${hasGradients ? gradients : ''};
      local scores: ${matrix}; local most: ${row}; local e: ${matrix}; local total: ${row}; local p: ${matrix};
      ${hasGradients ? `local dp: ${matrix}; local mean: ${row}; local ds: ${matrix};` : ''}
      ${distinct([...forward, ...(hasGradients ? backward : [])]).join('\n')}`;
}

/** The scalar of each statement has a name of its own. */
function distinct(statements: readonly string[]): readonly string[] {
  return statements.map((s, i) => s.replaceAll(/\bone\b/g, `one${i}`));
}
