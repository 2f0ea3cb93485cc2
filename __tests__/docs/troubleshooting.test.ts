import { ERROR_CODES } from '../../src/errors/action-error';
import { headings, page } from './pages';

const troubleshooting = page('docs/troubleshooting.md');

test('every error has its entry in docs/troubleshooting.md, and every entry its error', () => {
  expect(headings(troubleshooting, 3).sort()).toEqual([...ERROR_CODES].sort());
});

test('every entry is found by what a user reads in the log', () => {
  const [index = ''] = troubleshooting.prose.split('<!-- contents -->');
  const listed = new Set([...index.matchAll(/\]\(#([\w-]+)\)/g)].map(([, code]) => code));
  expect([...listed].sort()).toEqual([...ERROR_CODES].sort());
});

test.each(troubleshooting.prose.split(/^### /m).slice(1))(
  'an entry says in one line what to do, then what the user sees, why, and how to fix it',
  (entry) => {
    expect(entry).toMatch(/^[\w-]+\n\n\*\*In short\.\*\* .{10,100}\n\n\*\*What you see/);
    expect(entry).toMatch(/^\*\*What you see\.\*\*/m);
    expect(entry).toMatch(/^\*\*Why( and how to fix it)?\.\*\*/m);
    expect(entry).toMatch(/how to fix it\.\*\*/i);
  },
);
