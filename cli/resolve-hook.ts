/**
 * Node's module hook for programs run by `einc run`: `import 'einc'` finds this very package from
 * wherever the program lies, and its TypeScript is read as an ES module whatever its folder says.
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
