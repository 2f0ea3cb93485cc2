import { statfsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { ACTIONS_NODE } from './scripts/actions-node.cjs';

// Jest starts its workers with it: steps that run in them run on the Node of actions.
process.execPath = ACTIONS_NODE;

// Tests write many small files, and a disk takes longer for them than the tests do.
const MEMORY = '/dev/shm';
if (freeBytes(MEMORY) > 1_000_000_000) process.env.TMPDIR = MEMORY;

/** The path of one of this project's parts of jest. */
function script(name) {
  return fileURLToPath(new URL(`./scripts/${name}.cjs`, import.meta.url));
}

function freeBytes(folder) {
  try {
    const { bavail, bsize } = statfsSync(folder);
    return bavail * bsize;
  } catch {
    return 0;
  }
}

// Packages that ship as ES modules only: jest runs CommonJS.
const esModules = [
  '@actions',
  '@octokit',
  'universal-user-agent',
  'before-after-hook',
  'content-type',
  '@serenity-kit',
  '@noble',
  'jose',
  'p-map',
  'https-proxy-agent',
  'http-proxy-agent',
  'agent-base',
  'proxy-agent-negotiate',
];

/** @type {import('jest').Config} */
export default {
  testEnvironment: script('jest-environment'),
  runtime: script('jest-runtime'),
  cacheDirectory: '<rootDir>/.cache/jest',
  // With the sources among them, --findRelatedTests finds the tests of a file.
  roots: ['__tests__', 'src', 'sandbox'].map((folder) => `<rootDir>/${folder}`),
  testMatch: ['**/*.test.ts'],
  // These install software of others, and run by "npm run test:conformance", "test:vendors" and "test:windows".
  testPathIgnorePatterns: ['/node_modules/', '/__tests__/(conformance|vendors|windows)/'],
  transform: { '\\.[jt]s$': '<rootDir>/scripts/jest-transform.mjs' },
  moduleNameMapper: {
    '^@serenity-kit/noble-sodium$': '<rootDir>/__tests__/github/fast-boxes.ts',
    // As in dist: the toolkit's HTTP client, which is not used, is slow to load.
    '^(@actions/http-client|undici)(/.*)?$': '<rootDir>/src/github/no-http-client.ts',
    // They export themselves to importers only, and here are required.
    '^@actions/(core|exec|github|io)$': '<rootDir>/node_modules/@actions/$1/lib/$1.js',
    '^(@actions/[^/]+/lib/.+?)(\\.js)?$': '<rootDir>/node_modules/$1.js',
    '^@actions/workflow-parser$': '<rootDir>/node_modules/@actions/workflow-parser/dist/index.js',
    '^@actions/workflow-parser/(.*)$': '<rootDir>/node_modules/@actions/workflow-parser/dist/$1.js',
    '^@actions/expressions/(.*)$': '<rootDir>/node_modules/@actions/expressions/dist/$1.js',
    '^@actions/expressions$': '<rootDir>/node_modules/@actions/expressions/dist/index.js',
  },
  transformIgnorePatterns: [`/node_modules/(?!(${esModules.join('|')})/)`],
  // Scenarios also wait: for processes that they start, and for locks that killed ones left.
  maxWorkers: Math.ceil(availableParallelism() * 1.5),
  // Only what hangs takes so long, on a busy machine as well.
  testTimeout: 600_000,
  reporters: ['default', '<rootDir>/scripts/closing-line.mjs'],
};
