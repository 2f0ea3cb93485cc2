import { fileURLToPath } from 'node:url';
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
    'action',
    'aws',
    'credential-process',
    'delivery',
    'errors',
    'files',
    'github',
    'iam',
    'identities',
    'identity-sources',
    'inputs',
    'mfa',
    'modes',
    'network',
    'policy',
    'profile',
    'provisioning',
    'runner',
    'sts',
    'text',
  ].map((folder) => `src/${folder}/**/*.ts`),
  testRunner: 'jest',
  jest: {
    config: {
      ...jest,
      // Each test file has its own modules, as Stryker expects it.
      runtime: fileURLToPath(import.meta.resolve('jest-runtime')),
      // Whole jobs, and what starts processes, take too long to run once for each change.
      testPathIgnorePatterns: [
        ...jest.testPathIgnorePatterns,
        '/__tests__/(as-processes|bench|demo|docs|fuzz|in-process|sandbox|scenarios|scripts|try|two-runs)/',
        '/__tests__/profile/processes',
        '/__tests__/github/secrets',
      ],
      reporters: [],
    },
  },
  coverageAnalysis: 'perTest',
  ignorePatterns: ['.cache', 'dist', '/bench', '/demo', '/examples'],
  // What is decided when a module loads cannot be changed for one test alone: it would cost a run of all of them.
  ignoreStatic: true,
  concurrency: 2,
  tempDirName: '.cache/stryker',
  reporters: ['clear-text', 'progress-append-only', 'html'],
  htmlReporter: { fileName: 'coverage/mutation.html' },
};
