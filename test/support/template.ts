/** Templates without a call site, for tests that care for nothing but the text. */
import { holeMark, TemplateSource } from '../../dsl/language/template-source.ts';

/** `text` with `${…}` where a hole is; errors show it as `<template>`. */
export function sourceOf(text: string): TemplateSource {
  const raw = text.split(/\$\{[^}]*\}/);
  return new TemplateSource(Object.assign([...raw], { raw }), nobody);
}

/** `text` as it comes, `holeMark` where a hole is. */
export function sourceOfMarked(text: string): TemplateSource {
  const raw = text.split(holeMark);
  return new TemplateSource(Object.assign([...raw], { raw }), nobody);
}

/** Never called, so no stack frame lies below it. */
function nobody(): void {
  throw new Error('never called');
}
