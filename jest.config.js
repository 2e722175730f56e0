// Jest runs the compiled tests as native ES modules; see package.json for the flags Node needs.
export default {
  rootDir: 'dist',
  roots: ['<rootDir>/tests'],
  testMatch: ['**/*.test.js'],
  testEnvironment: '<rootDir>/tests/host-realm-environment.js',
  transform: {},
  testSequencer: '<rootDir>/../scripts/processes-first-sequencer.js',
  testTimeout: 120_000,
  maxWorkers: 2,
  // Not among the temporary files, which are removed after every run.
  cacheDirectory: '<rootDir>/../node_modules/.cache/jest',
};
