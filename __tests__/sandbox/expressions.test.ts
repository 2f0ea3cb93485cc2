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

test.each([
  ['a list', '${{ fromJSON(\'[1, "two"]\') }}', [1, 'two']],
  ['a boolean', "${{ steps.plan.outputs.changed == 'false' }}", true],
  ['a text with an expression in it', 'run-${{ github.run_id }}', 'run-7'],
  ['a text from one expression to another', '${{ github.run_id }} of ${{ secrets.KEY }}', '7 of value'],
  ['a text with braces in a string', "${{ format('{0}}}', github.run_id) }}", '7}'],
])('the value of %s', (_, text, value) => {
  expect(expressions.valueOf(text, contexts)).toEqual(value);
});

test.each([
  ['', false],
  ["github.run_id == '7'", false],
  ["${{ github.run_id == '7' }}", false],
  ['failure()', true],
  ['${{ !cancelled() }}', true],
  ["always() && github.run_id == '8'", false],
  ["!success() && github.run_id == '7'", true],
])('after a failure, a step runs if "%s": %s', (condition, runs) => {
  expect(expressions.holds(condition || 'success()', contexts, 'failure')).toBe(runs);
});

test('a context that there is not is a mistake', () => {
  expect(() => expressions.fillIn('${{ nothing.at_all }}', contexts)).toThrow('nothing');
});
