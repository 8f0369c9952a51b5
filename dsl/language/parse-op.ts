/** Builds the tree of an `op` template. The grammar is in language.ohm. */
import type { MatchResult, Node } from 'ohm-js';
import { once } from '../../compiler/index.ts';
import type { Definition, OpProgram } from './ast-op.ts';
import grammars, { type OpActionDict } from './language.ohm-bundle.js';
import { expr, ident, listed, sourceOf, spanOf } from './parse-node.ts';
import { expressionSemantics } from './parse-expression.ts';
import { matched } from './parse-error.ts';
import type { TemplateSource } from './template-source.ts';

export function parseOp(source: TemplateSource): OpProgram {
  return matched('op', source, grammars.Op, match => program(match, source));
}

const definitionActions: Required<
  Pick<OpActionDict<Definition>, 'Definition_named' | 'Definition_unnamed'>
> = {
  Definition_named(name, settings, params, _equals, body) {
    const source = sourceOf(this);
    const list = params.children[0];
    const given = settings.children[0];
    return {
      kind: 'definition',
      span: spanOf(this, source),
      name: ident(name, source),
      settings: given && listed(given.child(1)).map(setting => ident(setting.child(1), source)),
      params: list && listed(list.child(1)).map(param => ident(param, source)),
      body: expr(body, source),
    };
  },
  Definition_unnamed(body) {
    const source = sourceOf(this);
    return {
      kind: 'definition',
      span: spanOf(this, source),
      name: undefined,
      settings: undefined,
      params: undefined,
      body: expr(body, source),
    };
  },
};

const programActions: Required<Pick<OpActionDict<OpProgram>, 'Program'>> = {
  Program(definitions, _last) {
    const source = sourceOf(this);
    return {
      kind: 'op',
      span: spanOf(this, source),
      definitions: listed(definitions).map(node => definition(node, source)),
    };
  },
};

const semantics = once(() =>
  grammars.Op.extendSemantics(expressionSemantics())
    .addOperation<Definition>('definition(source)', definitionActions)
    .addOperation<OpProgram>('program(source)', programActions),
);

function definition(node: Node, source: TemplateSource): Definition {
  return (node as unknown as { definition(source: TemplateSource): Definition }).definition(source);
}

function program(match: MatchResult, source: TemplateSource): OpProgram {
  const tree = semantics()(match) as unknown as { program(source: TemplateSource): OpProgram };
  return tree.program(source);
}
