import { ActionError, asOneFailure, ERROR_CODES, reasonOf } from '../../src/errors/action-error';

test('a message says what was tried, the answer, the cause and the fix, each on a line', () => {
  const cause = new Error('socket');
  const failure = {
    code: 'role-refused',
    tried: 'assume the role',
    answer: 'AccessDenied: no',
    why: 'It does not trust you.\nNor anyone.',
    fix: 'Trust.',
  } as const;
  const error = new ActionError({ ...failure, cause });
  expect(error.message).toBe(
    'Could not assume the role.\nAnswer: AccessDenied: no\nCause: It does not trust you.\nNor anyone.\nFix: Trust.',
  );
  expect(error).toMatchObject({ name: 'ActionError', code: 'role-refused', fix: 'Trust.', cause });
});

test.each([
  [{}, 'Could not start.\nFix: Do.'],
  [{ answer: 'No' }, 'Could not start.\nAnswer: No\nFix: Do.'],
  [{ why: 'Because.' }, 'Could not start.\nCause: Because.\nFix: Do.'],
  [{ why: '\n- One.\n- Another.' }, 'Could not start.\nCause:\n- One.\n- Another.\nFix: Do.'],
  [{ answer: '', why: '' }, 'Could not start.\nFix: Do.'],
])('what is not known is omitted: %j', (more, message) => {
  const error = new ActionError({ code: 'unexpected', tried: 'start', fix: 'Do.', ...more });
  expect(error.message).toBe(message);
  expect(error.cause).toBeUndefined();
});

test('every code is there once, in order, in words joined by dashes', () => {
  expect(new Set(ERROR_CODES).size).toBe(ERROR_CODES.length);
  expect(ERROR_CODES).toEqual([...ERROR_CODES].sort());
  for (const code of ERROR_CODES) expect(code).toMatch(/^[a-z]+(-[a-z]+)*$/);
});

test('an answer that is too long to be read is cut', () => {
  const cut = new ActionError({ code: 'unexpected', tried: 'try', answer: 'x'.repeat(4001), fix: 'repair' });
  expect(cut.message).toBe(`Could not try.\nAnswer: ${'x'.repeat(4000)}…\nFix: repair`);
  const astral = new ActionError({ code: 'unexpected', tried: 'try', answer: `${'x'.repeat(3999)}𠮷`, fix: 'repair' });
  expect(astral.message).toBe(`Could not try.\nAnswer: ${'x'.repeat(3999)}…\nFix: repair`);
  const whole = new ActionError({ code: 'unexpected', tried: 'try', answer: 'x'.repeat(4000), fix: 'repair' });
  expect(whole.message).toBe(`Could not try.\nAnswer: ${'x'.repeat(4000)}\nFix: repair`);
});

describe('several failures', () => {
  const failure = (tried: string, why?: string) =>
    new ActionError({ code: 'another-run', tried, fix: 'Wait.', ...(why !== undefined && { why }) });

  test('are one, which says what the others say, each once', () => {
    const error = asOneFailure([failure('walk', 'It rains.'), failure('run'), failure('run'), new Error('Lost')]);
    expect(error).toMatchObject({ code: 'another-run', fix: 'Wait.' });
    expect(error).toHaveProperty(
      'message',
      'Could not walk.\nCause: It rains. In addition: Could not run. Fix: Wait. Could not finish the step. Answer: Lost ' +
        'Fix: If this action is at fault, please report it with this message.\nFix: Wait.',
    );
  });

  test('are the first where all say the same', () => {
    const first = failure('walk');
    expect(asOneFailure([first])).toBe(first);
    expect(asOneFailure([first, failure('walk')])).toBe(first);
  });
});

test.each([
  [
    { answer: 'No', why: 'Because.' },
    { answer: 'No', why: 'Because.', fix: 'Do.' },
  ],
  [{}, { answer: 'Could not start.', why: undefined, fix: 'Do.' }],
])('why a failure came about is known without what was tried, if there was an answer: %j', (more, reason) => {
  expect(reasonOf(new ActionError({ code: 'unexpected', tried: 'start', fix: 'Do.', ...more }))).toEqual(reason);
});

test('of what was not foreseen the words are known', () => {
  expect(reasonOf(new Error('Lost'))).toEqual({ answer: 'Lost' });
});
