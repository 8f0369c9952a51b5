/**
 * The time of `einc check` on a project of 200 files and 1200 templates, from start to end of the
 * process: with an empty cache, and with the cache of the previous run.
 *
 *   npm run build -- --types && npx einc run bench/check.ts     with the declarations of a published einc
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { median } from './measure.ts';

const [files, rounds] = [200, 5];
const command = fileURLToPath(new URL('../cli/einc.js', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'einc-bench-'));

/** Six templates, no two files alike; each file uses a function of the one before it. */
function fileText(n: number): string {
  const [layers, width] = [1 + (n % 3), 8 + n];
  const inner = Array.from({ length: layers }).reduce<string>(
    (x, _, i) => `relu({ b${i}; o = [${width + i}] } + { w${i} } * ${x})`,
    'x',
  );
  return `import { cd, op, symbol, tensor, type Tensor } from 'einc';
${n === 0 ? '' : `import { mlp${n - 1} } from './file${n - 1}.ts';\n`}
const batch = symbol('batch${n}', ${10 + n});
const points = tensor([[${n}, 2], [3, 4]], { label: 'points${n}' });

/** What the network makes of one batch: as wide as it is told to be, and no wider. */
export const mlp${n} = op\`
  mlp${n}(x) = { out } * ${inner}\`;
const h${n} = op\`h${n} = \${mlp${n === 0 ? 0 : n - 1}}(\${points}) *. ${n + 2} - 1\`;
const rate${n} = op\`rate${n} = 0.${n + 1} *. (2 *. \${${n + 1}} - !@\${batch}) /. 80\`;
export const loss${n} = op\`
  loss${n} = (relu(1 - \${h${n}} *. \${points}) ++ "...|... => 0") /. \${${n + 10}}\`;

export const step${n} = (p: Tensor, momentum: number) => cd\`
  ~~(\${p} "step ${n}";
     { delta } =: \${p}.grad + 0.${n + 1} *. \${p};
     if \${momentum > 0} then ({ velocity } =: \${momentum} *. velocity + delta; delta =: velocity);
     \${p} =- \${rate${n}} *. delta)\`;
export const update${n} = cd\`
  \${loss${n}}.forward; \${loss${n}}.zero_grads; \${loss${n}}.grad =: 1; \${loss${n}}.backprop\`;

export function describe${n}(count: number): string {
  const words = ['none', 'one', 'several'];
  const word = words[Math.min(count, 2)] ?? '';
  return [word, 'of', String(${n})].join(' ');
}

export const settings${n} = {
  width: ${width},
  layers: ${layers},
  names: Array.from({ length: ${layers} }, (_, i) => 'w' + String(i)),
};
`;
}

function seconds(cache: string): number {
  const before = performance.now();
  const env = { ...process.env, EINC_CACHE_DIR: join(folder, cache) };
  const output = execFileSync(process.execPath, [command, 'check', '--json'], {
    cwd: join(folder, 'project'),
    env,
    encoding: 'utf8',
  });
  const { errors, templates } = JSON.parse(output) as { errors: unknown[]; templates: number };
  if (errors.length > 0 || templates !== 6 * files) throw new Error(output);
  return (performance.now() - before) / 1000;
}

try {
  mkdirSync(join(folder, 'project', 'node_modules'), { recursive: true });
  symlinkSync(
    fileURLToPath(new URL('..', import.meta.url)),
    join(folder, 'project', 'node_modules', 'einc'),
  );
  for (let n = 0; n < files; n++)
    writeFileSync(join(folder, 'project', `file${n}.ts`), fileText(n));
  const first = Array.from({ length: rounds }, (_, i) => seconds(`cache-${i}`));
  const again = Array.from({ length: rounds }, () => seconds('cache-0'));
  const [load] = loadavg();
  const report = (name: string, times: readonly number[]): void => {
    const ms = Math.round(median(times) * 1e3);
    console.log(JSON.stringify({ name: 'check', case: `200 files, 1200 templates, ${name}`, ms }));
    console.error(
      `  ${times.map(t => t.toFixed(2)).join(' ')} s; load average ${load?.toFixed(1)}`,
    );
  };
  report('first time', first);
  report('again', again);
} finally {
  rmSync(folder, { recursive: true });
}
