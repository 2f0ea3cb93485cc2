import { parseAction } from '@actions/workflow-parser/actions/action-parser';
import { NoOperationTraceWriter } from '@actions/workflow-parser/templates/trace-writer';
import { parse } from 'yaml';
import { readText } from './pages';

const ACTION = readText('action.yml');

test('action.yml is what the schema of GitHub’s own tools asks for', () => {
  expect(errorsIn(ACTION)).toEqual([]);
});

test('action.yml has what the Marketplace asks for', () => {
  const { name, description, author, branding } = parse(ACTION) as Record<string, unknown>;
  expect(name).toBe('AWS identity');
  expect(description).toMatch(/^.{1,124}$/);
  expect(author).toMatch(/./);
  // Which icons and colours there are, the schema says.
  expect(branding).toEqual({ icon: 'lock', color: 'orange' });
});

test.each([
  ['a key that it does not know', ACTION.replace(/^outputs:/m, 'output:'), "Unexpected value 'output'"],
  ['a part of the branding that it does not know', ACTION.replace('icon: ', 'image: '), "Unexpected value 'image'"],
  ['an icon that there is not', ACTION.replace('icon: lock', 'icon: key'), "Unexpected value 'key'"],
  ['a colour that there is not', ACTION.replace('color: orange', 'color: brown'), "Unexpected value 'brown'"],
  ['an action without a program', ACTION.replace(/^ {2}main: .*\n/m, ''), 'Required property is missing: main'],
  ['an action that does not run', ACTION.replace(/^runs:.*/ms, ''), 'Required property is missing: runs'],
])('the schema refuses %s', (_, text, error) => {
  expect(text).not.toBe(ACTION);
  expect(errorsIn(text).join('\n')).toContain(error);
});

function errorsIn(content: string): string[] {
  const { context } = parseAction({ name: 'action.yml', content }, new NoOperationTraceWriter());
  return context.errors.getErrors().map(({ message }) => message);
}
