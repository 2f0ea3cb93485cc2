import { loadExpressions, type Expressions } from '../../sandbox/runner/expressions';

let expressions: Expressions;
beforeAll(async () => (expressions = await loadExpressions()));

const contexts = {
  github: { run_id: '7' },
  secrets: { KEY: 'value' },
  steps: { plan: { outputs: { changed: 'false' } } },
};

test.each([
  ['run-${{ github.run_id }}', 'run-7'],
  ['${{secrets.KEY}} and ${{ secrets.NONE }}.', 'value and .'],
  ["${{ github.run_id == '7' && 'seven' || 'another' }}", 'seven'],
  ['no expression', 'no expression'],
])('%s becomes %s', (text, filled) => {
  expect(expressions.fillIn(text, contexts)).toBe(filled);
});

test.each([
  ["steps.plan.outputs.changed == 'true'", false],
  ["steps.plan.outputs.changed != ''", true],
  ['steps.plan.outputs.none', false],
  ['always()', true],
])('a step runs if %s: %s', (condition, runs) => {
  expect(expressions.holds(condition, contexts)).toBe(runs);
});

test('a context that there is not is a mistake', () => {
  expect(() => expressions.fillIn('${{ nothing.at_all }}', contexts)).toThrow('nothing');
});
