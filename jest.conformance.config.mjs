import config from './jest.config.mjs';

/** Tests that install software of others first. @type {import('jest').Config} */
export default {
  ...config,
  roots: ['<rootDir>/__tests__/conformance'],
  testPathIgnorePatterns: ['/node_modules/'],
  globalSetup: '<rootDir>/__tests__/conformance/install.ts',
};
