/** `einc explain`: explains an error code, or why the tensors of a program have their shapes. */
import { type Explainable, suggest, UserError } from '../compiler/index.ts';
import { configure } from '../runtime/index.ts';
import { codesOf, entryOf, errorEntries, printEntry } from './error-page.ts';
import { runSilently } from './silent-run.ts';

export interface ExplainOptions {
  readonly json?: boolean;
  readonly run?: boolean;
}

/** `what` is a code, a program, or nothing: then the codes are listed. */
export async function explain(
  what: string | undefined,
  name: string | undefined,
  options: ExplainOptions,
): Promise<void> {
  if (what === undefined) listCodes(options);
  else if (/^EINC\w*$/i.test(what)) explainCode(what.toUpperCase(), options);
  else await explainTensors(what, name, options);
}

function listCodes({ json = false }: ExplainOptions): void {
  const entries = errorEntries().map(entry => ({
    code: codesOf(entry),
    about: entry.about,
  }));
  if (json) console.log(JSON.stringify(entries, null, 2));
  else entries.forEach(({ code, about }) => console.log(`${code}  ${about}`));
}

function explainCode(code: string, { json = false }: ExplainOptions): void {
  const entry = entryOf(code);
  if (!entry) throw unknownCode(code);
  const { about, text } = entry;
  console.log(json ? JSON.stringify({ code, about, text }, null, 2) : printEntry(entry));
}

function unknownCode(code: string): UserError {
  const similar = suggest(
    code,
    errorEntries().map(({ first }) => first),
  );
  return new UserError({
    code: 'EINC0804',
    message: `there is no error ${code}`,
    help: [
      ...(similar === undefined ? [] : [`did you mean ${similar}?`]),
      '`einc explain` lists them all',
    ],
  });
}

/** Those with a label that the routines of the program are about, each once. */
async function explainTensors(
  file: string,
  name: string | undefined,
  { json = false, run = false }: ExplainOptions,
): Promise<void> {
  const found = new Set<Explainable>();
  configure({
    executes: run,
    onRoutine: ({ tensors }) => tensors.forEach(tensor => found.add(tensor)),
  });
  await runSilently(file, [], { executes: run }, () => {
    const tensors = [...found].filter(({ label }) => label !== undefined);
    const chosen = tensors.filter(({ label }) => name === undefined || label === name);
    if (chosen.length === 0) throw nothingFound(file, name, tensors);
    if (json)
      console.log(
        JSON.stringify(
          chosen.map(tensor => tensor.explanation()),
          null,
          2,
        ),
      );
    else console.log(chosen.map(tensor => tensor.explain()).join('\n\n'));
  });
}

function nothingFound(
  file: string,
  name: string | undefined,
  tensors: readonly Explainable[],
): UserError {
  const labels = [...new Set(tensors.flatMap(({ label }) => label ?? []))].toSorted();
  if (name === undefined || labels.length === 0) {
    const message = `${file} compiles no routine with a named tensor`;
    const help = ['shapes are settled when code is compiled: await ctx.compile(code)'];
    return new UserError({ code: 'EINC0805', message, help });
  }
  const similar = suggest(name, labels);
  return new UserError({
    code: 'EINC0805',
    message: `no routine of ${file} is about a tensor called ${name}`,
    help: [
      similar === undefined ? `its tensors are ${labels.join(', ')}` : `did you mean ${similar}?`,
    ],
  });
}
