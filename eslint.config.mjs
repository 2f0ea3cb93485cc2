import perfectionist from 'eslint-plugin-perfectionist';
import tseslint from 'typescript-eslint';

export default tseslint.config(
  { ignores: ['dist/', 'node_modules/', 'coverage/', '.cache/'] },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    plugins: { perfectionist },
    languageOptions: { parserOptions: { project: './tsconfig.json' } },
    rules: {
      // A number or boolean in a sentence reads as itself.
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      'perfectionist/sort-imports': [
        'error',
        { groups: ['side-effect', 'builtin', 'external', 'parent', 'sibling'], newlinesBetween: 0, newlinesInside: 0 },
      ],
      curly: ['error', 'multi-line'],
      eqeqeq: 'error',
      'no-console': 'error',
    },
  },
  {
    files: ['__tests__/**/*.ts'],
    rules: {
      // Jest types its matchers, such as expect.any, as any.
      '@typescript-eslint/no-unsafe-assignment': 'off',
    },
  },
);
