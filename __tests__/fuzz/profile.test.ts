import fc from 'fast-check';
import { undoSections, writeSections } from '../../src/profile/ini';
import { validateProfileName } from '../../src/profile/name';
import { hasSection, removeSection, restoreSection, writeSection } from '../profile/one-section';
import { holds } from './cases';
import { anyText } from './texts';

const line = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.constantFrom(
      '[default]',
      '[dev]',
      '[profile dev]',
      '[ profile  "dev" ]',
      "[profile 'dev']",
      '  [dev]',
      '[dev',
      '[]',
    ),
  },
  {
    weight: 5,
    arbitrary: fc.constantFrom(
      'region = eu-central-1',
      '  s3 =',
      '    max = 1',
      'aws_access_key_id=A',
      '\tx = y',
      'key',
      '= v',
    ),
  },
  { weight: 3, arbitrary: fc.constantFrom('', '  ', '# [dev]', '; x', ' # y', '\ufeff', '\u0085', '\u2028') },
  { weight: 1, arbitrary: anyText },
);

/** A profile file by whatever hand, with line endings of every kind, also of several, also without the last. */
const file = fc
  .tuple(
    fc.constantFrom('', '\ufeff', '\u00ef\u00bb\u00bf'),
    fc.array(fc.tuple(line, fc.constantFrom('\n', '\n', '\r\n', '\r')), { maxLength: 12 }),
    line,
  )
  .map(([mark, lines, last]) => mark + lines.flat().join('') + last);

const header = fc.constantFrom('default', 'dev', 'profile dev', 'profile default');
const settings = fc.dictionary(
  fc.constantFrom('region', 'output', 'aws_access_key_id'),
  fc.string({ unit: 'grapheme' }).filter((value) => !/[\r\n\0]/.test(value)),
);

/** What was written, or undefined where the file has the section several times, which is reported. */
function written(...[text, name, values]: Parameters<typeof writeSection>) {
  try {
    return writeSection(text, name, values);
  } catch (error) {
    expect(error).toMatchObject({ name: 'Error', message: expect.stringMatching(/\. [A-Z].*\.$/) });
    return undefined;
  }
}

test('a profile file is the same to the byte once a section was put in and taken out', () =>
  holds(
    0.05,
    fc.property(file, header, settings, (text, name, values) => {
      const edit = written(text, name, values);
      if (!edit) return;
      expect(hasSection(edit.text, name)).toBe(true);
      const back =
        edit.replaced === undefined ? removeSection(edit.text, name) : restoreSection(edit.text, name, edit.replaced);
      expect(back).toBe(text);
    }),
  ));

test('two sections come and go in either order', () =>
  holds(
    0.02,
    fc.property(file, settings, settings, fc.boolean(), (text, one, other, firstOut) => {
      const first = written(text, 'ours-1', one);
      const second = first && written(first.text, 'ours-2', other);
      if (!second) return;
      const order = firstOut ? ['ours-1', 'ours-2'] : ['ours-2', 'ours-1'];
      expect(order.reduce(removeSection, second.text)).toBe(text);
    }),
  ));

test('many sections at once come to what one after the other does, and go at once', () =>
  holds(
    0.02,
    fc.property(file, fc.uniqueArray(header, { minLength: 1 }), settings, (text, headers, values) => {
      const one = headers.reduce<string | undefined>((rest, name) => rest && written(rest, name, values)?.text, text);
      if (one === undefined || text === '') return;
      const many = writeSections(
        text,
        headers.map((name) => ({ header: name, settings: values })),
      );
      expect(many.text).toBe(one);
      expect(undoSections(many.text, many.written)).toBe(text);
    }),
  ));

test('a name that is let through is one that is found again, and makes no other section', () =>
  holds(
    0.02,
    fc.property(fc.oneof(anyText, fc.string({ maxLength: 8 })), file, (name, text) => {
      if (validateProfileName(name) !== undefined) return;
      const edit = written(text, `profile ${name}`, { region: 'eu-central-1' });
      if (edit) expect(hasSection(edit.text, `profile ${name}`)).toBe(true);
    }),
  ));
