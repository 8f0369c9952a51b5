/** What a line of a program may be. One that stands twice comes twice as often. */
import type { Made, Pool } from '../pool.ts';
import {
  concatenationOf,
  convolutionOf,
  fixedOf,
  partOf,
  stackOf,
  strideOf,
  windowOf,
} from './axes.ts';
import { alongOf, embeddingOf, oneHotOf, placeOf, scanOf, scatterOf, topOf } from './cells.ts';
import {
  binaryOf,
  constantOf,
  convertedOf,
  infixOf,
  parameterOf,
  ternaryOf,
  unaryOf,
} from './pointwise.ts';
import { centredOf, einsumOf, layerOf, productOf, reductionOf } from './products.ts';
import { bracketsOf, endToEndOf, movedOf, randomOf, reshapeOf, transposeOf } from './views.ts';

/** Undefined when nothing in the pool fits. */
export type Production = (pool: Pool) => Made | undefined;

export const productions: readonly Production[] = [
  unaryOf,
  infixOf,
  binaryOf,
  ternaryOf,
  constantOf,
  convertedOf,
  parameterOf,
  layerOf,
  layerOf,
  productOf,
  reductionOf,
  einsumOf,
  einsumOf,
  centredOf,
  convolutionOf,
  windowOf,
  strideOf,
  concatenationOf,
  partOf,
  stackOf,
  fixedOf,
  embeddingOf,
  alongOf,
  placeOf,
  topOf,
  oneHotOf,
  scatterOf,
  scanOf,
  bracketsOf,
  bracketsOf,
  reshapeOf,
  transposeOf,
  movedOf,
  endToEndOf,
  randomOf,
];
