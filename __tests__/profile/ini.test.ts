import { undoSections, writeSections } from '../../src/profile/ini';
import { EXAMPLE_KEY, NASTY } from './fixtures';
import { hasSection, removeSection, restoreSection, writeSection } from './one-section';

const nasty = Object.entries(NASTY);
const SETTINGS = { region: 'eu-north-1', output: 'json' };
const NEW = '[dev]\nregion = eu-north-1\noutput = json\n\n';
const SET_ASIDE = '# set aside by aws-identity-action for [dev]: ';

describe('hasSection', () => {
  const cases: [text: string, header: string, found: boolean][] = [
    ['[dev]\n', 'dev', true],
    ['[dev]', 'dev', true],
    ['[ dev\t]\n', 'dev', true],
    ['  [dev]\n', 'dev', true],
    ['[dev] # mine\n', 'dev', true],
    ['[profile dev]\n', 'profile dev', true],
    ['[ profile   dev ]\n', 'profile dev', true],
    ['[profile\tdev]\n', 'profile dev', true],
    ['[profile "dev"]\n', 'profile dev', true],
    ["[profile 'dev' ]\n", 'profile dev', true],
    ['\uFEFF[dev]\n', 'dev', true],
    ['a = 1\r\n[dev]\r\n', 'dev', true],
    ['[Dev]\n', 'dev', false],
    ['[profile Dev]\n', 'profile dev', false],
    ['[dev2]\n', 'dev', false],
    ['[profile dev]\n', 'dev', false],
    ['[dev]\n', 'profile dev', false],
    ['[profile "dev]\n', 'profile dev', false],
    ['[sso-session dev]\n', 'profile dev', false],
    ['# [dev]\n', 'dev', false],
    ['  ; [dev]\n', 'dev', false],
    ['key = [dev]\n', 'dev', false],
    ['[dev\n', 'dev', false],
    ['', 'dev', false],
  ];
  test.each(cases)('%j has [%s]: %s', (text, header, found) => {
    expect(hasSection(text, header)).toBe(found);
  });
});

describe('writeSection', () => {
  test('puts a new section and a blank line at the top', () => {
    expect(writeSection('# top\n[default]\n', 'dev', EXAMPLE_KEY)).toEqual({
      text:
        '[dev]\naws_access_key_id = AKIAIOSFODNN7EXAMPLE\n' +
        'aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY\n\n# top\n[default]\n',
    });
  });

  const cases: [what: string, text: string, expected: string][] = [
    ['an empty file', '', '[dev]\nregion = eu-north-1\noutput = json\n\n'],
    ['Windows lines', '[x]\r\n', '[dev]\r\nregion = eu-north-1\r\noutput = json\r\n\r\n[x]\r\n'],
    ['mostly Windows lines', '[x]\r\n#\r\n#\n', '[dev]\r\nregion = eu-north-1\r\noutput = json\r\n\r\n[x]\r\n#\r\n#\n'],
    ['a byte order mark', '\uFEFF[x]', `${NEW}${SET_ASIDE}\uFEFF\n[x]`],
    [
      'a mark, and Windows lines',
      '\uFEFF[dev]\r\n',
      `${SET_ASIDE}\uFEFF\r\n[dev]\r\nregion = eu-north-1\r\noutput = json\r\n`,
    ],
    ['a mark read as latin1', 'ï»¿[x]', `${NEW}${SET_ASIDE}ï»¿\n[x]`],
    ['an indented file', '  # c\n  [x]\n', '  [dev]\n  region = eu-north-1\n  output = json\n\n  # c\n  [x]\n'],
    ['stray settings', 'a = 1\n  b\n# of x\n[x]\n', `${NEW}${SET_ASIDE}a = 1\n${SET_ASIDE}  b\n# of x\n[x]\n`],
    ['a stray last line that is open', 'region = a', `${NEW}${SET_ASIDE}region = a`],
    ['stray settings behind a mark', '\uFEFFa = 1\n[x]', `${NEW}${SET_ASIDE}\uFEFF\n${SET_ASIDE}a = 1\n[x]`],
    ['two marks', '\uFEFF\uFEFF[x]', `${NEW}${SET_ASIDE}\uFEFF\uFEFF\n[x]`],
    ['a mark where files were joined', '[x]\n\uFEFF[y]\n', `${NEW}[x]\n${SET_ASIDE}\uFEFF\n[y]\n`],
    ['a mark behind blanks', ' \uFEFF [x]', ` ${NEW.replaceAll(/\n(?=.)/g, '\n ')}${SET_ASIDE} \uFEFF\n [x]`],
  ];
  test.each(cases)('fits %s', (_, text, expected) => {
    expect(writeSection(text, 'dev', SETTINGS).text).toBe(expected);
  });

  test('replaces a section where it stands, up to its last setting', () => {
    const text = '[a]\nk = 1\n\n[ dev ]\nregion = x\ns3 =\n  a = 1\n\n  b = 2\n# behind\n\n[z]\n';
    expect(writeSection(text, 'dev', SETTINGS)).toEqual({
      text: '[a]\nk = 1\n\n[dev]\nregion = eu-north-1\noutput = json\n# behind\n\n[z]\n',
      replaced: '[ dev ]\nregion = x\ns3 =\n  a = 1\n\n  b = 2',
    });
  });

  test('replaces by a bare header when there are no settings', () => {
    expect(writeSection('[dev]\nk = 1', 'dev', {})).toEqual({ text: '[dev]', replaced: '[dev]\nk = 1' });
  });

  test('indents what it replaces so that the next header is not taken for a part of it', () => {
    const text = '[dev]\n    k = 1\n    [z]\n    k = 2\n';
    expect(writeSection(text, 'dev', { k: '3' }).text).toBe('[dev]\n    k = 3\n    [z]\n    k = 2\n');
  });

  const refused: [what: string, text: string, header: string, settings: Record<string, string>, message: RegExp][] = [
    ['a line feed', '', 'dev', { region: 'a\nb' }, /^The value of region has a line break or NUL/],
    ['a carriage return', '', 'dev', { region: 'a\rb' }, /^The value of region has/],
    ['a NUL', '', 'dev', { region: 'a\0b' }, /^The value of region has/],
    ['a line break in a replacement', '[dev]\n', 'dev', { aws_session_token: 'EXAMPLE\n' }, /of aws_session_token has/],
    ['a line break in the header', '', 'a\nb', {}, /^The section name has/],
    ['two sections of the name', '[dev]\n[x]\n[dev]\n', 'dev', {}, /\[dev\] 2 times/],
  ];
  test.each(refused)('refuses %s', (_, text, header, settings, message) => {
    expect(() => writeSection(text, header, settings)).toThrow(message);
  });

  test('does not quote a refused value', () => {
    expect(() => writeSection('', 'dev', { aws_session_token: 'EXAMPLE\nTOKEN' })).toThrow(/^((?!EXAMPLE|TOKEN).)*$/s);
  });
});

describe('removeSection', () => {
  test('leaves comments that follow to the file', () => {
    expect(removeSection('[dev]\nk = 1\n# mine\n\n[x]\n', 'dev')).toBe('# mine\n\n[x]\n');
  });

  test('takes what other tools added to the section', () => {
    expect(removeSection('[dev]\nk = 1\ns3 =\n  a = 1\n\n\n[x]\n', 'dev')).toBe('\n[x]\n');
  });

  test('takes a section at the end without a line ending', () => {
    expect(removeSection('[x]\n\n[dev]\nk = 1', 'dev')).toBe('[x]\n\n');
  });

  test('takes the first of two', () => {
    expect(removeSection('[dev]\nk = 1\n\n[dev]\nk = 2\n', 'dev')).toBe('[dev]\nk = 2\n');
  });

  test('knows when there is nothing to do', () => {
    expect(removeSection('[x]\n', 'dev')).toBe('[x]\n');
  });
});

describe('restoreSection', () => {
  test('does not bring back what others removed', () => {
    expect(restoreSection('[x]\n', 'dev', '[dev]\nk = 1')).toBe('[x]\n');
  });

  test('can be done twice', () => {
    const once = restoreSection('[dev]\nk = 2\n', 'dev', '[ dev ]\nk = 1');
    expect(once).toBe('[ dev ]\nk = 1\n');
    expect(restoreSection(once, 'dev', '[ dev ]\nk = 1')).toBe(once);
  });
});

describe('to the byte', () => {
  test.each(nasty)('%s: a section put in and taken out', (_, original) => {
    const { text, replaced } = writeSection(original, 'profile ours', SETTINGS);
    expect(replaced).toBeUndefined();
    expect(text).not.toBe(original);
    expect(hasSection(text, 'profile ours')).toBe(true);
    expect(removeSection(text, 'profile ours')).toBe(original);
  });

  test.each(nasty)('%s: many sections at once come to what one after the other does', (_, original) => {
    const headers = ['profile one', 'default', 'two', 'profile spaced', 'profile last'];
    const sections = headers.map((header) => ({ header, settings: SETTINGS }));
    const { text, written } = writeSections(original, sections);
    expect(text).toBe(headers.reduce((rest, header) => writeSection(rest, header, SETTINGS).text, original));
    expect(undoSections(text, written)).toBe(original);
  });

  test.each(nasty)('%s: every section replaced and restored', (_, original) => {
    const headers = [
      'default',
      'profile spaced',
      'profile quoted',
      'sso-session corp',
      'services local',
      'profile last',
    ];
    const replaced = new Map<string, string>();
    let text = original;
    for (const header of headers.filter((header) => hasSection(original, header))) {
      const edited = writeSection(text, header, SETTINGS);
      text = edited.text;
      replaced.set(header, edited.replaced ?? '');
    }
    for (const [header, section] of replaced) {
      text = restoreSection(text, header, section);
    }
    expect(text).toBe(original);
  });

  test.each(nasty)('%s: 20 runs concurrently, in any order', (_, original) => {
    for (let seed = 1; seed <= 10; seed++) {
      const random = randomNumbers(seed);
      const waiting = Array.from({ length: 20 }, (_, number) => `profile run-${number}`);
      if (hasSection(original, 'profile quoted')) {
        waiting.push('profile quoted', 'profile spaced');
      }
      const written: { header: string; replaced: string | undefined }[] = [];
      let text = original;
      while (waiting.length + written.length > 0) {
        const writes = waiting.length > 0 && (written.length === 0 || random() < 0.6);
        if (writes) {
          const [header = ''] = waiting.splice(Math.floor(random() * waiting.length), 1);
          const edited = writeSection(text, header, random() < 0.5 ? SETTINGS : EXAMPLE_KEY);
          text = edited.text;
          written.push({ header, replaced: edited.replaced });
        } else {
          for (const { header, replaced } of written.splice(Math.floor(random() * written.length), 1)) {
            text = replaced === undefined ? removeSection(text, header) : restoreSection(text, header, replaced);
          }
        }
        if (!written.every(({ header }) => hasSection(text, header))) {
          throw new Error(`With seed ${seed}, a section that was not taken out is gone from:\n${text}`);
        }
      }
      expect(text).toBe(original);
    }
  });
});

/** Numbers from 0 to 1 that are the same in every run (mulberry32). */
function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

test('what keeps AWS’s tools from reading a file is there again only once no section is above it', () => {
  const original = '\uFEFFregion = a';
  const both = ['one', 'two'].reduce((text, header) => writeSection(text, header, SETTINGS).text, original);
  const one = removeSection(both, 'two');
  expect(one).toBe(writeSection(original, 'one', SETTINGS).text);
  expect(removeSection(one, 'one')).toBe(original);
});

describe('what keeps AWS’s tools from reading a file', () => {
  const originals = [
    '\uFEFF[dev]\nk = 1\n',
    'region = a\n[dev]\nk = 1\n',
    '[x]\n\uFEFF[dev]\nk = 1\n',
    '[dev]\n\uFEFFk = 1\n',
  ];

  test.each(originals)('is away until the last profile of any job is gone: %j', (original) => {
    const other = writeSection(original, 'other', SETTINGS);
    const dev = writeSection(other.text, 'dev', SETTINGS);
    expect(removeSection(dev.text, 'other')).toBe(writeSection(original, 'dev', SETTINGS).text);
    const back = restoreSection(removeSection(dev.text, 'other'), 'dev', dev.replaced ?? '');
    expect(back).toBe(original);
    expect(restoreSection(back, 'dev', dev.replaced ?? '')).toBe(original);
  });

  test.each(originals)('is there again where someone else removed the profile: %j', (original) => {
    const { text } = writeSection(original, 'ours', SETTINGS);
    const removed = text.slice(text.indexOf('\n\n') + 2);
    expect(removeSection(removed, 'ours')).toBe(original);
  });

  test('stays away where a section of someone else is above, whose settings it would be', () => {
    const text = `[mine]\nk = 1\n\n${writeSection('region = a\n', 'dev', SETTINGS).text}`;
    expect(removeSection(text, 'dev')).toBe(`[mine]\nk = 1\n\n${SET_ASIDE}region = a\n`);
  });
});

test('as many sections of one name as there may be take no longer than others', () => {
  const began = performance.now();
  const { written } = writeSections('[a]\nx = 1\n'.repeat(60_000), [{ header: 'b', settings: { k: 'v' } }]);
  expect(written).toEqual([{ header: 'b', replaced: null }]);
  expect(performance.now() - began).toBeLessThan(10_000);
});
