/** Every construct of the OCANNL slides, its host values in holes. */
import { expect, test } from 'vitest';
import { parseCd, parseOp } from '../../../dsl/language/parse.ts';
import { printCd, printOp } from '../../support/print-ast.ts';
import { sourceOf } from '../../support/template.ts';

test.each([
  [
    'the model',
    `mlp(x) =
      { w3 } * relu ({ b2; o = [ 16 ] } +
       ({ w2 } * relu ({ b1; o = [ 16 ] } + ({ w1 } * x))))`,
    'mlp(x) = ({ w3 } * relu(({ b2; o = [16] } + ({ w2 } * relu(({ b1; o = [16] } + ({ w1 } * x)))))))',
  ],
  [
    'a slice of the data',
    'moons_input = ${moons_flat} @| ${batch_n}',
    'moons_input = (${0} @| ${1})',
  ],
  [
    'the margin loss',
    'margin_loss = relu (1 - (${moons_class} *. ${mlp} ${moons_input}))',
    'margin_loss = relu((1 - (${0} *. ${1}(${2}))))',
  ],
  [
    'the margin loss, all names',
    'relu (1 - (moons_class *. mlp moons_input))',
    'relu((1 - (moons_class *. mlp(moons_input))))',
  ],
  [
    'the scalar loss',
    'scalar_loss = (margin_loss ++ "...|... => 0") /. !..${batch_size}',
    'scalar_loss = ((margin_loss ++ "...|... => 0") /. (!.. ${0}))',
  ],
  [
    'the loss in one template',
    'scalar_loss = (relu(1 - ${cls} *. ${mlp}(${input})) ++ "...|... => 0") /. ${batch}',
    'scalar_loss = ((relu((1 - (${0} *. ${1}(${2})))) ++ "...|... => 0") /. ${3})',
  ],
  [
    'the learning rate',
    'learning_rate = 0.1 *. ((2 *. !..steps) - !@step_n) /. !..steps',
    'learning_rate = ((0.1 *. ((2 *. (!.. steps)) - (!@ step_n))) /. (!.. steps))',
  ],
])('op: %s', (_, text, printed) => {
  expect(printOp(parseOp(sourceOf(text)))).toBe(printed);
});

test.each([
  [
    'forward and gradient update',
    `(* Block comment, for debugging and generating file names. *)
    ~~(\${loss} "forward and gradient update";
       (* Include the forward code. *)
       \${loss}.forward;
       ~~(\${loss} "zero grads and backprop";
          (* Include code to zero out gradients. *)
          \${loss}.zero_grads;
          (* Start back-propagation from df/df = 1. *)
          \${loss}.grad =: 1;
          (* Include the backprop code. *)
          \${loss}.backprop))`,
    '~~(${0} "forward and gradient update"; ${1}.forward; ' +
      '~~(${2} "zero grads and backprop"; ${3}.zero_grads; ${4}.grad =: 1; ${5}.backprop))',
  ],
  [
    'a step of SGD',
    `~~(p "param sgd step";
       { sgd_delta } =: p.grad + (!.weight_decay *. p);
       if \${momentum > 0} then (
         { sgd_momentum } =:
           (!.momentum *. sgd_momentum) + sgd_delta;
         if \${nesterov} then sgd_delta =+ !.momentum *. sgd_momentum
         else sgd_delta =: sgd_momentum);
       p =- learning_rate * sgd_delta ~logic:".")`,
    '~~(p "param sgd step"; ' +
      '{ sgd_delta } =: (p.grad + ((!. weight_decay) *. p)); ' +
      'if ${0} then ({ sgd_momentum } =: (((!. momentum) *. sgd_momentum) + sgd_delta); ' +
      'if ${1} then (sgd_delta =+ ((!. momentum) *. sgd_momentum)) ' +
      'else (sgd_delta =: sgd_momentum)); ' +
      'p =- (learning_rate * sgd_delta) ~logic:".")',
  ],
  [
    'a step of SGD whose branch is a single statement',
    `~~(p "param sgd step";
      (* Instead of adding a regularizer to the loss tensor, regularize here. *)
      {sgd_delta} =: p.grad + (!.weight_decay *. p);
      if \${momentum > 0} then
        (* Inline declarations of (non-differentiable) tensors. *)
        {sgd_momentum} =: (!.momentum *. sgd_momentum) + sgd_delta;
      (* Specifies that computations should be pointwise. *)
      p =- learning_rate * sgd_momentum ~logic:"."
      (* Equivalent: p =- learning_rate *. sgd_momentum *)
    )`,
    '~~(p "param sgd step"; ' +
      '{ sgd_delta } =: (p.grad + ((!. weight_decay) *. p)); ' +
      'if ${0} then ({ sgd_momentum } =: (((!. momentum) *. sgd_momentum) + sgd_delta)); ' +
      'p =- (learning_rate * sgd_momentum) ~logic:".")',
  ],
  ['addition', 'v =: v1 + v2', 'v =: (v1 + v2)'],
  ['its gradient', 'g1 =+ g;\n g2 =+ g', 'g1 =+ g; g2 =+ g'],
  ['subtraction', 'v =: v1 - v2', 'v =: (v1 - v2)'],
  ['its gradient', 'g1 =+ g; g2 =- g', 'g1 =+ g; g2 =- g'],
  ['a pointwise product', 'v =: v1 * v2', 'v =: (v1 * v2)'],
  ['its gradient', 'g1 =+ g * v2; g2 =+ v1 * g', 'g1 =+ (g * v2); g2 =+ (v1 * g)'],
  ['a matrix product', 'v =:+ v1 * v2', 'v =:+ (v1 * v2)'],
  ['a tensor product', 'c =:+ a * b ~logic:"@"', 'c =:+ (a * b) ~logic:"@"'],
  ['a reduction', 'c =:+ a ~logic:"...|... => 0"', 'c =:+ a ~logic:"...|... => 0"'],
  ['a power', 'v =: v1 ** v2 ~projections', 'v =: (v1 ** v2)'],
  ['its gradient for 2', 'g1 =+ p_t * t1 * g', 'g1 =+ ((p_t * t1) * g)'],
  [
    'its gradient',
    'g1 =+ p_t * (t1 **. (${p} - 1.)) * g',
    'g1 =+ ((p_t * (t1 **. (${0} - 1))) * g)',
  ],
  [
    'the gradient of a quotient',
    'g1 =+ g / v2; g2 =+ g * (-1. *. v1 /. (v2 **. 2.))',
    'g1 =+ (g / v2); g2 =+ (g * (((- 1) *. v1) /. (v2 **. 2)))',
  ],
  ['merging gradients', '${p}.grad =+ ${p}.grad.merge', '${0}.grad =+ ${1}.grad.merge'],
  ['a sequence of code', '${update}; ${sgd};', '${0}; ${1}'],
  [
    'what a dump shows',
    `_10 =: 10.;
     moons_class =: moons_classes @| i1;
     n35 =:+ w1 * moons_input ~logic:"@";
     n39_relu =: relu n37;
     n90 =: n89 * w3 ~logic:".";`,
    '_10 =: 10; moons_class =: (moons_classes @| i1); ' +
      'n35 =:+ (w1 * moons_input) ~logic:"@"; n39_relu =: relu(n37); n90 =: (n89 * w3) ~logic:"."',
  ],
])('cd: %s', (_, text, printed) => {
  expect(printCd(parseCd(sourceOf(text)))).toBe(printed);
});
