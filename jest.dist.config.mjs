import config from './jest.config.mjs';

// Jest's workers inherit it: scenarios then run their steps as processes of dist.
process.env.SCENARIOS = 'dist';

/** Every scenario, as a runner would run it. @type {import('jest').Config} */
export default {
  ...config,
  testMatch: [
    '**/__tests__/scenarios/*.test.ts',
    '**/__tests__/docs/{every-error,snippets}.test.ts',
    '**/__tests__/try/try.test.ts',
  ],
};
