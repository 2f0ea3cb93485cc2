import { AwsAccount } from './aws-account';
import type { LocalAws } from './local-aws';

/** Some work on an account. */
export type Work = (account: AwsAccount) => Promise<void>;

/** One way to do what a runbook does, and to clean up after it. */
export type Way = readonly [work: Work, cleanUp: Work];

export interface Runbook {
  /** What is there before either. */
  readonly prepare?: Work;
  /** The commands of the runbook. */
  readonly commands: Way;
  /** The same by steps with the action. */
  readonly action: Way;
}

/** Both ways leave the same in IAM while the runbook is under way, and nothing once it is cleaned up. */
export async function expectSame(aws: LocalAws, { prepare, commands, action }: Runbook): Promise<void> {
  const states: object[] = [];
  for (const [work, cleanUp] of [commands, action]) {
    const account = await AwsAccount.start(aws);
    try {
      await prepare?.(account);
      const before = await account.state();
      await work(account);
      states.push(await account.state());
      expect(states.at(-1)).not.toEqual(before);
      await cleanUp(account);
      expect(await account.state()).toEqual(before);
    } finally {
      account.remove();
    }
  }
  expect(states[1]).toEqual(states[0]);
}
