/** Builds the tree of a `cd` template. The grammar is in language.ohm. */
import type { MatchResult, Node } from 'ohm-js';
import { once } from '../../compiler/index.ts';
import type { CdProgram, LogicLit, Statement } from './ast-cd.ts';
import type { Expr, StringLit } from './ast.ts';
import grammars, { type CdActionDict } from './language.ohm-bundle.js';
import { matched } from './parse-error.ts';
import { expressionSemantics } from './parse-expression.ts';
import {
  capturesIn,
  expr,
  hole,
  ident,
  listed,
  sourceOf,
  spanOf,
  stringLit,
} from './parse-node.ts';
import type { TemplateSource } from './template-source.ts';

export function parseCd(source: TemplateSource): CdProgram {
  return matched('cd', source, grammars.Cd, match => program(match, source));
}

type StatementRules = 'Section' | 'If' | 'For' | 'Let' | 'Assign' | 'Run';

const statementActions: Required<Pick<CdActionDict<Statement>, StatementRules>> = {
  Section(_mark, _open, title, _semicolon, body, _close) {
    const source = sourceOf(this);
    return {
      kind: 'section',
      span: spanOf(this, source),
      title: title.children.map(part => titlePart(part.child(0), source)),
      body: statements(body, source),
    };
  },
  If(_if, condition, _then, branch, otherwise) {
    const source = sourceOf(this);
    const other = otherwise.children[0];
    return {
      kind: 'if',
      span: spanOf(this, source),
      condition: hole(condition, source),
      then: statements(branch, source),
      else: other ? statements(other, source) : [],
    };
  },
  For(_for, name, _in, symbol, _open, body, _close) {
    const source = sourceOf(this);
    return {
      kind: 'for',
      span: spanOf(this, source),
      name: ident(name, source),
      symbol: hole(symbol, source),
      body: statements(body, source),
    };
  },
  Let(_let, name, _equals, value, annotation) {
    const source = sourceOf(this);
    return {
      kind: 'let',
      span: spanOf(this, source),
      name: ident(name, source),
      value: expr(value, source),
      logic: logicIn(annotation, source),
    };
  },
  Assign(target, operator, value, annotation) {
    const source = sourceOf(this);
    return {
      kind: 'assign',
      span: spanOf(this, source),
      target: expr(target, source),
      operator: ident(operator, source),
      value: expr(value, source),
      logic: logicIn(annotation, source),
    };
  },
  Run(code) {
    const source = sourceOf(this);
    return { kind: 'run', span: spanOf(this, source), code: expr(code, source) };
  },
};

/** Anything that contains statements: a sequence, a branch, an `else`. */
type BodyRules = 'Sequence_some' | 'Sequence_none' | 'Branch_one' | 'Branch_sequence' | 'Else';

const bodyActions: Required<Pick<CdActionDict<readonly Statement[]>, BodyRules>> = {
  Sequence_some(list, _last) {
    return statementList(list, sourceOf(this));
  },
  Sequence_none() {
    return [];
  },
  Branch_one(node) {
    return [statement(node, sourceOf(this))];
  },
  Branch_sequence(_open, body, _close) {
    return statements(body, sourceOf(this));
  },
  Else(_else, branch) {
    return statements(branch, sourceOf(this));
  },
};

const programActions: Required<Pick<CdActionDict<CdProgram>, 'Program'>> = {
  Program(list, _last) {
    const source = sourceOf(this);
    return { kind: 'cd', span: spanOf(this, source), body: statementList(list, source) };
  },
};

const semantics = once(() =>
  grammars.Cd.extendSemantics(expressionSemantics())
    .addOperation<Statement>('statement(source)', statementActions)
    .addOperation<readonly Statement[]>('statements(source)', bodyActions)
    .addOperation<CdProgram>('program(source)', programActions),
);

function logicIn(annotation: Node, source: TemplateSource): LogicLit | undefined {
  const given = annotation.children[0]?.child(0);
  if (given?.ctorName !== 'Annotation_logic') return undefined;
  const logic = given.child(2).child(0);
  if (logic.ctorName === 'Spec') {
    return { text: stringLit(logic.child(0), source), captures: capturesIn(logic, source) };
  }
  const only = hole(logic, source);
  return { text: { kind: 'string', span: only.span, parts: [only] }, captures: [] };
}

function titlePart(node: Node, source: TemplateSource): StringLit | Expr {
  return node.ctorName === 'string' ? stringLit(node, source) : expr(node, source);
}

function statementList(list: Node, source: TemplateSource): readonly Statement[] {
  return listed(list).map(node => statement(node, source));
}

function statement(node: Node, source: TemplateSource): Statement {
  return (node as unknown as { statement(source: TemplateSource): Statement }).statement(source);
}

function statements(node: Node, source: TemplateSource): readonly Statement[] {
  const body = node as unknown as { statements(source: TemplateSource): readonly Statement[] };
  return body.statements(source);
}

function program(match: MatchResult, source: TemplateSource): CdProgram {
  const tree = semantics()(match) as unknown as { program(source: TemplateSource): CdProgram };
  return tree.program(source);
}
