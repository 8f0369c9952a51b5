/**
 * Node's module hook for programs run by `einc run`: resolves `import 'einc'` to this package,
 * wherever the program is, and treats its TypeScript as ES modules whatever its folder says.
 */
import type { ResolveHook } from 'node:module';

const own = /^einc(\/|$)/;

export const resolve: ResolveHook = async (specifier, context, nextResolve) => {
  // A package may import itself by name: so for our name, the importer is this package.
  const parentURL = own.test(specifier) ? import.meta.url : context.parentURL;
  const resolved = await nextResolve(specifier, { ...context, parentURL });
  const isTypeScript =
    /\.m?ts(\?|$)/.test(resolved.url) && !resolved.url.includes('/node_modules/');
  return isTypeScript ? { ...resolved, format: 'module' } : resolved;
};
