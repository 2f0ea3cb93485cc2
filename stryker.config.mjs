import jest from './jest.config.mjs';

/**
 * Changes the code of the folders below, one small thing at a time, and looks whether a unit test notices. One folder:
 * npm run test:mutation -- --mutate 'src/policy/*.ts'
 *
 * @type {import('@stryker-mutator/api/core').PartialStrykerOptions}
 */
export default {
  packageManager: 'npm',
  mutate: [
    'aws',
    'credential-process',
    'delivery',
    'errors',
    'files',
    'github',
    'iam',
    'identities',
    'inputs',
    'mfa',
    'network',
    'policy',
    'profile',
    'runner',
    'sts',
  ].map((folder) => `src/${folder}/**/*.ts`),
  testRunner: 'jest',
  jest: {
    config: {
      ...jest,
      // What spawns processes runs dist, in which nothing was changed, or takes too long to run once for each change.
      testPathIgnorePatterns: [
        ...jest.testPathIgnorePatterns,
        '/__tests__/(bench|demo|docs|fuzz|in-process|provisioning|sandbox|scenarios|scripts)/',
        '/__tests__/profile/processes',
        '/__tests__/github/secrets',
      ],
      reporters: [],
    },
  },
  coverageAnalysis: 'perTest',
  ignorePatterns: ['.cache', 'dist', 'bench', 'demo', 'docs', 'examples'],
  // What is decided when a module loads cannot be changed for one test alone: it would cost a run of all of them.
  ignoreStatic: true,
  concurrency: 2,
  tempDirName: '.cache/stryker',
  reporters: ['clear-text', 'progress-append-only', 'html'],
  htmlReporter: { fileName: 'coverage/mutation.html' },
};
