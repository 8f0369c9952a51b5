/** Compares the type argument of `op<T>` with what the template makes. */
import { ts } from 'ts-morph';
import type { Diagnostic } from '../../compiler/index.ts';
import type { Made, TemplateSource } from '../../dsl/dry-run/index.ts';
import type { KnownTypes } from './known-types.ts';

type Context = Pick<KnownTypes, 'checker' | 'einc'>;

/** TypeScript cannot see into a template, so it relies on the type argument. */
export function wrongTypeArgument(
  node: ts.TaggedTemplateExpression,
  made: Made,
  source: TemplateSource,
  context: Context,
): readonly Diagnostic[] {
  const [written] = node.typeArguments ?? [];
  const file = source.known?.places.file;
  if (!written || !file) return [];
  const span = { source: file, start: written.getStart(), end: written.end };
  const fault = (message: string, help: readonly string[] = []): readonly Diagnostic[] => [
    { code: 'EINC0704', message, labels: [{ span }], help },
  ];
  const { checker } = context;
  const named = checker.getTypeAtLocation(written);
  const type = checker.getTypeAtLocation(node);
  if (named.isStringLiteral()) {
    const missing = named.value.split(' ').find(name => !defines(source.text, name));
    if (missing !== undefined) return fault(`this template does not define \`${missing}\``);
    const isKnown = type !== named;
    if (!isKnown) return fault(`no template \`${named.value}\` is declared`, ['run `einc types`']);
  }
  const complaint = complaintAbout(type, made, context);
  if (complaint === undefined) return [];
  return fault(`this template makes ${described(made)}, ${complaint}`);
}

/** Whether the text has `name = …` or `name(…) = …`. */
function defines(text: string, name: string): boolean {
  return /^\w+$/.test(name) && new RegExp(String.raw`\b${name}\s*(?:=|\()`).test(text);
}

function complaintAbout(type: ts.Type, made: Made, { checker, einc }: Context): string | undefined {
  if (type.flags & (ts.TypeFlags.Any | ts.TypeFlags.Unknown | ts.TypeFlags.Instantiable)) {
    return undefined;
  }
  const said = (['Tensor', 'TensorFunction', 'Layer'] as const).filter(name =>
    einc.isA(type, name),
  );
  if (made.kind !== 'several') {
    const own = {
      tensor: 'Tensor',
      function: 'TensorFunction',
      layer: 'Layer',
    } as const;
    // A declared layer takes only the settings that it has.
    const isLayer = made.kind === 'layer' && type.getCallSignatures().length > 0;
    return said.includes(own[made.kind]) || (isLayer && said.length === 0)
      ? undefined
      : `not \`${checker.typeToString(type)}\``;
  }
  const fields = checker.getPropertiesOfType(type);
  const missing = fields.find(field => !Object.hasOwn(made.named, field.name));
  if (said.length > 0) return `not \`${checker.typeToString(type)}\``;
  if (missing) return `without \`${missing.name}\``;
  for (const field of fields) {
    const one = made.named[field.name];
    const inner = one && complaintAbout(checker.getTypeOfSymbol(field), one, { checker, einc });
    if (one && inner !== undefined) return `where \`${field.name}\` is ${described(one)}, ${inner}`;
  }
  return undefined;
}

function described(made: Made): string {
  switch (made.kind) {
    case 'tensor':
      return 'a tensor';
    case 'function':
      return 'a tensor function';
    case 'layer':
      return 'a layer';
    case 'several':
      return `an object of ${Object.keys(made.named)
        .map(name => `\`${name}\``)
        .join(', ')}`;
  }
}
