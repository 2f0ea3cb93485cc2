import config from './jest.config.mjs';

// Jest's workers inherit it: what calls the services of others is dist.
process.env.SCENARIOS = 'dist';

/** Tests with other vendors' services, which they build first, for minutes. @type {import('jest').Config} */
export default {
  ...config,
  roots: ['<rootDir>/__tests__/vendors'],
  testPathIgnorePatterns: ['/node_modules/'],
  globalSetup: '<rootDir>/__tests__/vendors/install.ts',
};
