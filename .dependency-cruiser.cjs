// The one way imports run: bin → cli → app → middle row → registry, storage → core. See ARCHITECTURE.md.
const middleRow = ['engine', 'datasets', 'training', 'models', 'serving', 'monitoring', 'scheduling'];
const forbid = (name, from, to, comment) => ({ name, severity: 'error', comment, from, to });

module.exports = {
  forbidden: [
    forbid(
      'no-cycles',
      {},
      { circular: true },
      'A cycle means that two files are one idea, or that one of them knows too much.',
    ),
    forbid('core-knows-nobody', { path: '^src/core/' }, { path: '^src/', pathNot: '^src/core/' }, 'core is words only'),
    forbid(
      'registry-and-storage-know-core-only',
      { path: '^src/(registry|storage)/' },
      { path: '^src/', pathNot: '^src/(core|registry|storage)/' },
      'the floor does not know who stands on it',
    ),
    ...middleRow.map((folder) =>
      forbid(
        `${folder}-imports-no-sibling`,
        { path: `^src/${folder}/` },
        { path: '^src/', pathNot: `^src/(core|registry|storage|${folder})/` },
        'siblings are brought together by flows and app',
      ),
    ),
    forbid('app-knows-no-cli', { path: '^src/app/' }, { path: '^src/cli/' }, 'app returns values; cli prints them'),
    forbid(
      'nothing-in-src-imports-the-public-index',
      { path: '^src/' },
      { path: '^src/index\\.ts$' },
      'index is for users',
    ),
    forbid(
      'src-knows-no-flows',
      { path: '^src/' },
      { path: '^(flows|bin|tests|benchmarks)/' },
      'flows use src, not the other way',
    ),
    forbid(
      'flows-use-the-public-api',
      { path: '^flows/' },
      { path: '^src/', pathNot: '^src/index\\.ts$' },
      'flows are written as users write theirs',
    ),
    forbid(
      'sql-lives-in-registry',
      { path: '^src/', pathNot: '^src/registry/' },
      { path: '^node_modules/better-sqlite3' },
      'one place for SQL',
    ),
    forbid('no-orphans', { orphan: true, path: '^src/' }, {}, 'a file nobody imports'),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'default'] },
  },
};
