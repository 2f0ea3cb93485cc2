import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { rules } from '../../model/rules.json';
import { searches } from '../../model/searches.json';
import { ROOT } from '../docs/pages';

const MODEL = join(ROOT, 'model');
const read = (file: string) => readFileSync(join(MODEL, file), 'utf8');
const world = read('world.pml');
const conditions = numbersIn(world.split('/* --- What must hold --- */')[1] ?? '').filter((name) => name !== 'ONLY');

describe.each(rules)('$rule', ({ model, omitted, because, code }) => {
  test('has its part in the model', () => {
    expect(partsOf(read(model.file))).toContain(model.part);
  });

  test('is needed: every search without it finds a fault, or it says what it is for', () => {
    expect(omitted.length > 0 || because !== undefined).toBe(true);
    for (const flag of omitted) {
      expect(world).toContain(`#define ${flag} `);
      const without = searches.filter(({ set }) => settingsIn(set).includes(flag));
      expect(without.some(({ finds }) => finds !== undefined)).toBe(because === undefined);
      expect(without).not.toEqual([]);
    }
  });

  test('has its place in the code', () => {
    expect(readFileSync(join(ROOT, code.file), 'utf8')).toMatch(exportOf(code.name));
  });
});

test('every rule that a search may omit is in the list', () => {
  const flags = numbersIn(between(world, '/* --- Rules to omit', '/* --- Words --- */'));
  expect(flags.filter((flag) => !rules.some(({ omitted }) => omitted.includes(flag)))).toEqual([]);
});

describe('the searches', () => {
  test('have names of their own', () => {
    const names = searches.map(({ name }) => name);
    expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
  });

  test.each(searches)('$name: sets what the model knows, and finds what it can find', ({ set, finds, file }) => {
    const model = [world, read('outcome.pml'), read(file ?? 'protocol.pml')].join('\n');
    const unknown = settingsIn(set).filter(
      (setting) => !new RegExp(`#\\s*if(n?def)?\\b.*\\b${setting}\\b`).test(model),
    );
    expect(unknown).toEqual([]);
    expect([undefined, ...conditions]).toContain(finds);
  });

  test('find each fault of what must hold at least once', () => {
    expect(conditions.filter((condition) => !searches.some(({ finds }) => finds === condition))).toEqual([]);
  });

  test('include every fault that was seen in the earlier protocol', () => {
    expect(existsSync(join(MODEL, 'earlier.pml'))).toBe(true);
    const earlier = searches.filter(({ file }) => file === 'earlier.pml');
    expect(new Set(earlier.map(({ finds }) => finds))).toEqual(
      new Set(['DEAD_KEY', 'LEFT_KEY', 'HALVES_OF_TWO', 'HELD_KEY', 'PERSONS_KEY', undefined]),
    );
  });
});

function exportOf(name: string): RegExp {
  return new RegExp(`^export (?:async )?(?:function|const|class) ${name}\\b`, 'm');
}

/** Labels, inlines and macros. */
function partsOf(text: string): string[] {
  return [...text.matchAll(/^(?:(\w+):|inline (\w+)\(|#define (\w+))/gm)].flatMap(
    ([, label, inline, macro]) => label ?? inline ?? macro ?? [],
  );
}

/** The names of macros that are numbers. */
function numbersIn(text: string): string[] {
  return [...text.matchAll(/^#define (\w+) +\d+ /gm)].flatMap(([, name]) => name ?? []);
}

function settingsIn(set: string): string[] {
  return set.split(' ').map((setting) => setting.split('=')[0] ?? '');
}

function between(text: string, start: string, end: string): string {
  return text.split(start)[1]?.split(end)[0] ?? '';
}
