import config from './jest.config.mjs';

// Jest's workers inherit it: what runs on Windows is dist.
process.env.SCENARIOS = 'dist';

/** Tests on Windows, or on Wine, for which they install a Node first. @type {import('jest').Config} */
export default {
  ...config,
  roots: ['<rootDir>/__tests__/windows'],
  testPathIgnorePatterns: ['/node_modules/'],
  globalSetup: '<rootDir>/__tests__/windows/install.ts',
  globalTeardown: '<rootDir>/__tests__/windows/stop.ts',
};
