import type { ActionError } from '../../src/errors/action-error';

const CAUSE = 'Cause: \\w[^]{20,}\n';
const FIX = 'Fix: \\w[^]{20,}$';

/** Expects an error to say what was tried, why it failed as far as that is known, and what to do, each in words. */
export function expectWhole({ code, message }: ActionError): void {
  const cause = code === 'unexpected' ? `(${CAUSE})?` : CAUSE;
  expect(message).toMatch(new RegExp(`^Could not \\w.*\\.\n(Answer: .+\n)?${cause}${FIX}`));
}
