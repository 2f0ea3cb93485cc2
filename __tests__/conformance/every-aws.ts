import type { LocalAws } from './local-aws';
import { LocalStack } from './localstack';
import { MiniStack } from './ministack';
import { Moto } from './moto';

/** Those that others wrote. */
const ALL = [
  { name: 'moto', start: () => Moto.start({ managedPolicies: true }) },
  { name: 'MiniStack', start: () => MiniStack.start() },
  { name: 'LocalStack', start: () => LocalStack.start() },
];

/** Why a test that has refusals says nothing on LocalStack. */
export const UNCHECKED = 'checks no policies, so it refuses nothing';

/** Something that one of them does otherwise than AWS, so that a test says nothing there. */
export type Exceptions = Readonly<Partial<Record<string, string>>>;

/** A test that runs on every one of them, but where it is said why not. */
export function testOnEveryAws(title: string, run: (aws: LocalAws) => Promise<void>, except: Exceptions = {}): void {
  describe.each(ALL)('on $name', ({ name, start }) => {
    const why = except[name];
    if (why !== undefined) {
      test.skip(`${title}: ${name} ${why}`, () => undefined);
      return;
    }
    let aws: LocalAws;
    beforeAll(async () => (aws = await start()));
    afterAll(() => aws.stop());
    test(title, () => run(aws));
  });
}
