import { INPUTS } from '../../src/inputs/input-names';
import { Inputs } from '../../src/inputs/inputs';
import { MODES } from '../../src/inputs/read-request';
import { action, readText, type Action } from './pages';
import { writtenBetween } from './written';

test.each([
  [
    'inputs',
    groups()
      .map(([title, inputs]) => `### ${title}\n\n${table(['Input', 'Default', 'Description'], inputs)}`)
      .join('\n\n'),
  ],
  ['outputs', table(['Output', 'Description'], action().outputs)],
  ['aliases', aliases()],
])('the %s in docs/inputs.md are those of the action', (name, expected) => {
  expect(writtenBetween('docs/inputs.md', name, expected)).toBe(expected);
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
function table(titles: readonly string[], entries: Action['inputs']): string {
  const rows = Object.entries(entries).map(([name, entry]) => {
    const { description, fallback } = read(entry);
    return [`\`${name}\``, ...(titles.includes('Default') ? [fallback] : []), description];
  });
  const all = [titles, ...rows];
  const widths = titles.map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0)));
  const line = (cells: readonly string[], fill = ' ') =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0, fill)).join(' | ')} |`;
  return [
    line(titles),
    line(
      titles.map(() => ''),
      '-',
    ),
    ...rows.map((row) => line(row)),
  ].join('\n');
}

/** What action.yml says of an input, with its default apart: the last sentence of the description says it, or "If true". */
function read({ description, required }: Action['inputs'][string]): { description: string; fallback: string } {
  const [text = '', fallback] = description
    .replaceAll(/\s+/g, ' ')
    .trim()
    .split(/ ?\bDefault: (.*)\.$/);
  const implied = required === true ? 'required' : /\bif true,/i.test(text) ? 'false' : 'none';
  return { description: marked(text), fallback: marked(fallback ?? implied) };
}

/** The text with names in code style: of inputs, modes and variables, and of operations of AWS. */
function marked(text: string): string {
  const names = [...INPUTS, ...MODES].filter((name) => name.includes('-'));
  const code = new RegExp(`(?<![\\w-])(?:${names.join('|')}|[a-z]+-\\*|[A-Z]+(?:_[A-Z]+)+|sts:\\w+)(?![\\w-])`, 'g');
  return text
    .split(/(`[^`]*`)/)
    .map((part) => (part.startsWith('`') ? part : part.replaceAll(code, '`$&`')))
    .join('')
    .replaceAll('|', '\\|');
}

/** The inputs that are read from a variable of the job if they are not set. */
function aliases(): string {
  const names = INPUTS.filter((name) => {
    const env = { [name.toUpperCase().replaceAll('-', '_')]: 'value' };
    return new Inputs(env).text(name) !== undefined;
  });
  return `${names.map((name) => `\`${name}\``).join(', ')}.`;
}
