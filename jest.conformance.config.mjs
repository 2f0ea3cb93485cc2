import config from './jest.config.mjs';

// Jest's workers inherit it: what is held against software of others is dist.
process.env.SCENARIOS = 'dist';

/** Tests that install software of others first. @type {import('jest').Config} */
export default {
  ...config,
  roots: ['<rootDir>/__tests__/conformance'],
  testPathIgnorePatterns: ['/node_modules/'],
  globalSetup: '<rootDir>/__tests__/conformance/install.ts',
};
