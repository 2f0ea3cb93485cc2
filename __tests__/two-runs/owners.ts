import { MANAGED_BY, MANAGED_BY_REPOSITORY } from '../../src/identities/own-tags';
import { EPHEMERAL } from '../../src/provisioning/ephemeral';
import { REPOSITORY } from '../scenarios/identities';
import type { JobRun } from './job';

type Tags = Readonly<Record<string, string>>;

/** Something of an account that has tags, which say whose it is. */
export interface Thing {
  readonly arn: string;
  readonly tags: Tags;
  /** Since when every read shows it: milliseconds since 1970. */
  readonly seenFrom: number;
}

/** A repository whose runs work in the same account. */
export const OTHER_REPOSITORY = 'octo/other';

/** Who else makes something of the same name, and how what he makes is tagged. */
export const TAKERS = {
  'a person': {},
  'another repository': { [MANAGED_BY]: 'aws-identity-action', [MANAGED_BY_REPOSITORY]: OTHER_REPOSITORY },
  'another run of the repository': { [MANAGED_BY]: 'aws-identity-action', [MANAGED_BY_REPOSITORY]: REPOSITORY },
} as const satisfies Readonly<Record<string, Tags>>;

export type Taker = keyof typeof TAKERS;

/**
 * Why a run must not change something that is there.
 *
 * @param action what it does to it
 * @param jobs all that there were
 */
export function whyNotToBeTouched(
  { tags, seenFrom }: Thing,
  action: string,
  by: JobRun,
  jobs: readonly JobRun[],
): string | undefined {
  const repository = tags[MANAGED_BY] === undefined ? undefined : tags[MANAGED_BY_REPOSITORY];
  if (repository !== by.settings.repository) return `is of ${repository ?? 'somebody else'}`;
  const { [EPHEMERAL]: mark = '' } = tags;
  const owner = jobs.find(({ settings }) => mark.includes(`:${settings.runId}.`));
  if (owner && owner !== by && owner.stage !== 'over' && seenFrom <= by.world.time.now) {
    return `is there for ${owner.name} alone`;
  }
  const isRemoved = /^Delete(?:User|Role|Policy|VirtualMFADevice)$/.test(action);
  return isRemoved && by.stage === 'post' && owner !== by ? 'is not there for it alone' : undefined;
}
