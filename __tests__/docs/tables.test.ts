import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { INPUTS } from '../../src/inputs/input-names';
import { Inputs } from '../../src/inputs/inputs';
import { action, readText, ROOT, type Action } from './pages';

/** With UPDATE_DOCS=1 the test writes the tables instead of comparing them. */
const UPDATE = process.env.UPDATE_DOCS === '1';

test.each([
  [
    'inputs',
    groups()
      .map(([title, inputs]) => `### ${title}\n\n${table('Input', inputs)}`)
      .join('\n\n'),
  ],
  ['outputs', table('Output', action().outputs)],
  ['aliases', aliases()],
])('the %s in the README are those of the action', (name, expected) => {
  const [start, end] = [`<!-- ${name} -->`, `<!-- /${name} -->`];
  const readme = readText('README.md');
  const [before = '', rest = ''] = readme.split(start);
  const [written = '', after = ''] = rest.split(end);
  if (UPDATE) writeFileSync(join(ROOT, 'README.md'), `${before}${start}\n\n${expected}\n\n${end}${after}`);
  else expect(written.trim()).toBe(expected);
});

test('every input is in a group', () => {
  expect(groups().flatMap(([, inputs]) => Object.keys(inputs))).toEqual(Object.keys(action().inputs));
  expect(groups().length).toBeGreaterThan(5);
});

/** The inputs by what they are for, as comments in action.yml say. */
function groups(): [title: string, inputs: Action['inputs']][] {
  const { inputs } = action();
  const [, lines = ''] = /^inputs:\n(.*?)^\S/ms.exec(readText('action.yml')) ?? [];
  return lines
    .split(/^ {2}# /m)
    .slice(1)
    .map((group) => {
      const [title = ''] = group.split('\n');
      const names = [...group.matchAll(/^ {2}([\w-]+):$/gm)].map(([, name = '']) => name);
      return [title, Object.fromEntries(Object.entries(inputs).filter(([name]) => names.includes(name)))];
    });
}

/** A table as Prettier leaves it: columns as wide as their widest cell. */
function table(title: string, entries: Action['inputs']): string {
  const rows = Object.entries(entries).map(([name, { description, required, default: fallback }]) => {
    const more = [required === true && 'Required.', fallback !== undefined && `Default: \`${fallback}\`.`];
    const words = [description.replaceAll(/\s+/g, ' ').trim(), ...more].filter(Boolean).join(' ');
    return [`\`${name}\``, words.replaceAll('|', '\\|')] as const;
  });
  const all = [[title, 'Description'] as const, ...rows];
  const widths = [0, 1].map((column) => Math.max(...all.map((row) => row[column]?.length ?? 0)));
  const line = (cells: readonly string[], fill = ' ') =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0, fill)).join(' | ')} |`;
  const [head = [], ...body] = all;
  return [line(head), line(['', ''], '-'), ...body.map((row) => line(row))].join('\n');
}

/** The inputs that are read from a variable of the job if they are not set. */
function aliases(): string {
  const names = INPUTS.filter((name) => {
    const env = { [name.toUpperCase().replaceAll('-', '_')]: 'value' };
    return new Inputs(env).text(name) !== undefined;
  });
  return `${names.map((name) => `\`${name}\``).join(', ')}.`;
}
