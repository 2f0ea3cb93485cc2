import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Something that the action does and moto does not let it show. */
export interface BeyondMoto {
  readonly what: string;
  /** What moto does instead of what AWS does. */
  readonly moto: string;
  /** The test against the sandbox that shows it: its file in `__tests__`, and its title. */
  readonly coveredBy: readonly [file: string, title: string];
}

/** Tells by name what is not tested against moto, and makes sure that it is tested against the sandbox. */
export function beyondMoto(all: readonly BeyondMoto[]): void {
  describe('not against moto', () => {
    for (const { what, moto, coveredBy } of all) {
      test.skip(`${what}: moto ${moto} (see ${coveredBy.join(', "')}")`, () => undefined);
    }

    test('each of these is tested against the sandbox', () => {
      const missing = all.filter(({ coveredBy: [file, title] }) => !isTest(file, title));
      expect(missing).toEqual([]);
    });
  });
}

function isTest(file: string, title: string): boolean {
  return readFileSync(join(__dirname, '..', file), 'utf8').includes(`test('${title}'`);
}
