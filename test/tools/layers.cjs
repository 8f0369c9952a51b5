/**
 * Which folder may know which. Arrows point at what is known; the first row whose folder holds a
 * file is that file's row, so a deeper folder stands before its parent.
 */
const mayImport = {
  'compiler/support': [],
  'compiler/core': ['compiler/support'],
  'compiler/assign': ['compiler/core', 'compiler/support'],
  'compiler/loop': ['compiler/core', 'compiler/support'],
  'compiler/lower': ['compiler/assign', 'compiler/loop', 'compiler/core', 'compiler/support'],
  'compiler/schedule': ['compiler/loop', 'compiler/core', 'compiler/support'],
  'compiler/passes': ['compiler/schedule', 'compiler/loop', 'compiler/core', 'compiler/support'],
  compiler: ['compiler'],
  runtime: ['compiler/index'],
  backends: [
    'compiler/index',
    'compiler/loop',
    'compiler/core',
    'compiler/support',
    'runtime/backend',
    'runtime/cache',
    'runtime/index',
  ],
  'dsl/einc': ['compiler/index', 'runtime/index', 'backends/index', 'dsl'],
  'dsl/train': ['compiler/index', 'runtime/index', 'dsl'],
  'dsl/world': ['compiler/index', 'runtime/index', 'backends/index', 'dsl'],
  'dsl/data': ['compiler/index'],
  'dsl/plot': [],
  dsl: ['compiler/index'],
  cli: ['compiler/index', 'runtime/index', 'backends/index', 'dsl'],
  examples: ['dsl', 'compiler/index'],
  bench: ['dsl', 'compiler/index'],
};

const folders = Object.keys(mayImport);
const inside = folder => (folder.includes('/') ? `^${folder}[./]` : `^${folder}/`);
/** Folders listed before `folder` that lie inside it have rows of their own. */
const ownRows = folder => folders.filter(other => other.startsWith(`${folder}/`)).map(inside);

module.exports = {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    ...Object.entries(mayImport).map(([folder, allowed]) => ({
      name: `${folder} may import only [${allowed.join(', ')}]`,
      severity: 'error',
      from: { path: inside(folder), pathNot: ownRows(folder) },
      to: {
        path: '^(compiler|runtime|backends|dsl|cli|examples|bench|test)/',
        pathNot: [folder, ...allowed].map(inside),
      },
    })),
    {
      name: 'compiler-is-pure',
      comment:
        'No fs, no child_process, no FFI, no package: effects belong to backends/ and runtime/.',
      severity: 'error',
      from: { path: '^compiler/' },
      to: { dependencyTypes: ['core', 'npm'] },
    },
  ],
  options: {
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules|^dist' },
    enhancedResolveOptions: { conditionNames: ['einc-source', 'import', 'types', 'default'] },
  },
};
