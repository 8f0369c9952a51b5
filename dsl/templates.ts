/**
 * The types of templates, by the names they define. Empty here: `einc types` generates a file that extends
 * it for a program, so that TypeScript knows the parameters:
 *
 *   const mlp = op<'mlp'>`mlp(x) = { w2 } * relu({ w1 } * x)`;
 *   mlp.params.w1                  a Tensor; w9 is an error
 */
export interface Templates {}

/** What `op<T>` gives: T itself, or what the templates of that name make. */
export type MadeBy<T> = [T] extends [keyof Templates] ? Templates[T] : T;
