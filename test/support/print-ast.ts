/** Trees as text that parses back to them, with a parenthesis around every operation. */
import { unreachable } from '../../compiler/index.ts';
import type { Assign, CdProgram, Let, LogicLit, Statement } from '../../dsl/language/ast-cd.ts';
import type {
  AxisAffine,
  AxisLabel,
  AxisSpec,
  RowSpec,
  ShapeSpec,
  Spec,
} from '../../dsl/language/ast-einsum.ts';
import type {
  Bound,
  Configure,
  Einsum,
  Expr,
  Hole,
  Inline,
  InlineDim,
  PickItem,
  Picking,
  StringLit,
  TensorLit,
} from '../../dsl/language/ast.ts';
import type { Definition, OpProgram } from '../../dsl/language/ast-op.ts';

export function printOp({ definitions }: OpProgram): string {
  return definitions.map(printDefinition).join('; ');
}

export function printCd({ body }: CdProgram): string {
  return printBody(body);
}

export function printExpr(e: Expr): string {
  switch (e.kind) {
    case 'number':
      return String(e.value);
    case 'hole':
      return printHole(e);
    case 'name':
      return e.name;
    case 'field':
      return `${grouped(e.object, ['name', 'hole', 'apply', 'field', 'inline', 'tensor', 'pick'])}.${e.field.text}`;
    case 'inline':
      return printInline(e);
    case 'prefix':
      return `(${e.op} ${grouped(e.operand, ['name', 'hole', 'number', 'inline', 'tensor'])})`;
    case 'infix':
      return `(${printExpr(e.left)} ${e.op} ${printExpr(e.right)})`;
    case 'apply':
      return `${grouped(e.callee, ['name', 'hole', 'apply'])}(${e.args.map(printExpr).join(', ')}${printRows(e.rows)})`;
    case 'pick':
      return printPicking(e);
    case 'einsum':
      return printEinsum(e);
    case 'tensor':
      return printTensor(e);
    case 'configure':
      return printConfigure(e);
    default:
      return unreachable(e);
  }
}

function printPicking({ object, batch, input, output }: Picking): string {
  const bare = ['name', 'hole', 'apply', 'field', 'inline', 'tensor', 'pick'] as const;
  const row = (items: readonly PickItem[]): string => items.map(printPick).join(', ');
  const head = (items: readonly PickItem[], mark: string): string =>
    items.length === 0 ? '' : `${row(items)} ${mark} `;
  return `${grouped(object, bare)}[${head(batch, '|')}${head(input, '->')}${row(output)}]`;
}

function printPick(item: PickItem): string {
  if (item.kind === 'rest') return '...';
  if (item.kind === 'at') return printExpr(item.at);
  const bound = (b: Bound | undefined): string =>
    b ? `${b.isNegative ? '-' : ''}${printExpr(b.size)}` : '';
  const step = item.step ? `:${bound(item.step)}` : '';
  return `${bound(item.start)}:${bound(item.stop)}${step}`;
}

function printConfigure({ callee, settings }: Configure): string {
  const given = settings.map(({ name, value }) => {
    return `~${name.text}: ${value.kind === 'string' ? printString(value) : printExpr(value)}`;
  });
  return `${grouped(callee, ['name', 'hole', 'apply', 'configure'])}(${given.join(', ')})`;
}

function printTensor({ row, items, basis }: TensorLit): string {
  const [open, close] = { batch: ['[|', '|]'], output: ['[', ']'], input: ['(', ')'] }[row];
  const literal = `${open ?? ''}${items.map(printExpr).join(', ')}${close ?? ''}`;
  return basis ? `(${literal} : ${basis.text})` : literal;
}

function printEinsum({ op, operands, spec, captures }: Einsum): string {
  const written = printSpecified({ text: spec, captures });
  const [left = '', right = '', ...others] = operands.map(printExpr);
  if (others.length > 0 || (op === '++^' && right !== '')) {
    return `((${[left, right, ...others].join(', ')}) ${op} ${written})`;
  }
  const [first] = operands;
  const only = first?.kind === 'tensor' && first.row === 'input' ? `(${left})` : left;
  return `(${only} ${op} ${written} ${right})`.replace(/ \)$/, ')');
}

/** In parentheses unless it is of one of these kinds, or prints its own. */
function grouped(e: Expr, bare: readonly Expr['kind'][]): string {
  const isBare = [...bare, 'prefix', 'infix', 'einsum'].includes(e.kind);
  return isBare ? printExpr(e) : `(${printExpr(e)})`;
}

function printHole({ index }: Hole): string {
  return `\${${index}}`;
}

function printInline({ name, init, rows, dtypes }: Inline): string {
  const value = init ? ` = ${printExpr(init)}` : '';
  const types = dtypes.map(dtype => `; dtype = ${printExpr(dtype)}`);
  return `{ ${name.text}${value}${printRows(rows)}${types.join('')} }`;
}

function printRows(rows: Inline['rows']): string {
  const printDim = ({ basis, size }: InlineDim): string =>
    `${basis ? `${basis.text}:` : ''}${printExpr(size)}`;
  return rows.map(({ row, dims }) => `; ${row.text} = [${dims.map(printDim).join(', ')}]`).join('');
}

function printString({ parts }: StringLit): string {
  return `"${parts.map(part => ('text' in part ? part.text : printHole(part))).join('')}"`;
}

function printDefinition({ name, settings, params, body }: Definition): string {
  if (!name) return printExpr(body);
  const list = params ? `(${params.map(({ text }) => text).join(', ')})` : '';
  const given = settings ? `(${settings.map(({ text }) => `~${text}`).join(', ')})` : '';
  return `${name.text}${given}${list} = ${printExpr(body)}`;
}

function printBody(body: readonly Statement[]): string {
  return body.map(printStatement).join('; ');
}

export function printStatement(s: Statement): string {
  switch (s.kind) {
    case 'assign':
      return `${printExpr(s.target)} ${s.operator.text} ${printExpr(s.value)}${printLogic(s)}`;
    case 'let':
      return `let ${s.name.text} = ${printExpr(s.value)}${printLogic(s)}`;
    case 'section': {
      const title = s.title.map(part =>
        part.kind === 'string' ? printString(part) : printExpr(part),
      );
      return `~~(${title.join(' ')}; ${printBody(s.body)})`;
    }
    case 'if': {
      const otherwise = s.else.length === 0 ? '' : ` else (${printBody(s.else)})`;
      return `if ${printHole(s.condition)} then (${printBody(s.then)})${otherwise}`;
    }
    case 'for':
      return `for ${s.name.text} in ${printHole(s.symbol)} (${printBody(s.body)})`;
    case 'run':
      return printExpr(s.code);
    default:
      return unreachable(s);
  }
}

function printLogic({ logic }: Assign | Let): string {
  return logic ? ` ~logic:${printSpecified(logic)}` : '';
}

function printSpecified({ text, captures }: Pick<LogicLit, 'text' | 'captures'>): string {
  const names = captures.length > 0 ? ` [${captures.map(printString).join('; ')}]` : '';
  return `${printString(text)}${names}`;
}

/** With commas when an axis needs more than a letter, or when asked to. */
export function printSpec({ operands, result }: Spec, withCommas = false): string {
  const axes = [...operands, result]
    .flatMap(({ batch, input, output }) => [batch, input, output])
    .flatMap(({ lead, trail }) => [...lead, ...trail]);
  const isList =
    withCommas || axes.some(axis => printAxis(axis).length > 1 && axis.kind !== 'fixed');
  const shape = (s: ShapeSpec): string => printShape(s, isList ? ',' : '');
  return `${operands.map(shape).join('; ')} => ${shape(result)}`;
}

function printShape({ batch, input, output }: ShapeSpec, comma: string): string {
  const head = (row: string, mark: string): string => (row === '' ? '' : `${row} ${mark} `);
  return (
    head(printRow(batch, 'batch', comma), '|') +
    head(printRow(input, 'input', comma), '->') +
    printRow(output, 'output', comma)
  );
}

function printRow({ lead, rowVar, trail }: RowSpec, kind: string, comma: string): string {
  const print = (axis: AxisSpec): string => `${printAxis(axis)}${comma}`;
  const variable = rowVar?.text === kind ? '...' : `..${rowVar?.text ?? ''}..`;
  return [...lead.map(print), ...(rowVar ? [variable] : []), ...trail.map(print)].join(' ');
}

function printAffine({ over, stride, kernel, dilation, offset, isPadded }: AxisAffine): string {
  const times = (factor: number, label: AxisLabel): string =>
    `${factor === 1 ? '' : `${factor}*`}${printAxis(label)}`;
  const padding = isPadded ? '=' : kernel ? '<' : '';
  const inner = kernel ? `+${times(dilation, kernel)}` : '';
  return `${times(stride, over)}${padding}${inner}${offset === 0 ? '' : `+${offset}`}`;
}

function printAxis(axis: AxisSpec): string {
  switch (axis.kind) {
    case 'label':
      return axis.size === undefined ? axis.name : `${axis.name}:${axis.size}`;
    case 'fixed':
      return String(axis.index);
    case 'affine':
      return printAffine(axis);
    case 'concat':
      return axis.parts.map(printAxis).join('^');
    case 'any':
      return '_';
    default:
      return unreachable(axis);
  }
}
