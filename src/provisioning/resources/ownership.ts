import { userOrRoleIn } from '../../aws/arn';
import type { Tags } from '../../identities/declaration';
import { MANAGED_BY, MANAGED_BY_REPOSITORY } from '../../identities/own-tags';
import type { PolicyDocument } from '../../policy/policy-document';
import type { Created } from '../../runner/ledger';
import type { TargetAccount } from '../changes/account-access';
import { withoutCalls, type Change, type Kind, type Obstacle } from '../changes/change';
import { describeEphemeral, EPHEMERAL, readEphemeral, type Ephemeral, type IsOver } from '../ephemeral';
import type { Run } from '../run';

const OURSELVES = 'aws-identity-action';

/** What decides how a document is applied. */
export interface Rules {
  readonly account: TargetAccount;
  /** Whether what this action did not make, or made for another repository, is taken over. */
  readonly adoptExisting: boolean;
  readonly run: Run;
  /** Milliseconds since 1970 by AWS's clock. */
  readonly now: number;
  /** Whether nothing is changed: then what another run is making stands in no plan's way. */
  readonly isDryRun?: boolean;
  /** The mark of what is made, where it is there for this run alone. */
  readonly ephemeral?: Ephemeral | undefined;
  /** Whether another run, for which alone something is there, is over. If omitted, none is. */
  readonly isOver?: IsOver;
  /** What managed policies say at present, by ARN. If omitted, or of one that is not there, it could not be read. */
  readonly policyTexts?: ReadonlyMap<string, PolicyDocument>;
  /** The ARN of whom the step works as. If omitted, or undefined, that is not known. */
  readonly caller?: string | undefined;
}

/** Whether it is the user or role as which the step works. */
export function isOwn(kind: Kind, name: string, { caller }: Pick<Rules, 'caller'>): boolean {
  const own = caller === undefined ? undefined : userOrRoleIn(caller);
  return own?.kind === kind && own.name === name;
}

/** The tags that say by whom, and for which repository (`owner/name`), something was made. */
export function ownershipTags(repository: string): Tags {
  return { [MANAGED_BY]: OURSELVES, [MANAGED_BY_REPOSITORY]: repository };
}

export type Owner = 'this repository' | 'nobody' | { readonly repository: string };

/** Whose something is, by its tags. What this action did not make is nobody's. */
export function ownerOf(tags: Tags, repository: string): Owner {
  if (tags[MANAGED_BY] !== OURSELVES) return 'nobody';
  const owner = tags[MANAGED_BY_REPOSITORY];
  if (owner === undefined) return 'nobody';
  // GitHub tells names of repositories apart whatever their case.
  return owner.toLowerCase() === repository.toLowerCase() ? 'this repository' : { repository: owner };
}

/** Why there is nothing to remove of a thing, for people. */
export const NOT_THERE = 'is not there';

const TAKE_OVER = 'To take it over, set adopt-existing: true; else choose another name';

/**
 * What stands in the way of touching something that is there: it is not this repository's.
 *
 * @param remedy what to do about it
 */
export function notOurs(
  kind: Kind,
  arn: string,
  tags: Tags,
  rules: Pick<Rules, 'account' | 'adoptExisting' | 'isOver'>,
  remedy = TAKE_OVER,
): Obstacle | undefined {
  const owner = ownerOf(tags, rules.account.repository);
  if (owner === 'this repository' || rules.adoptExisting) return ofAnotherRun(kind, arn, readEphemeral(tags), rules);
  const whose =
    owner === 'nobody'
      ? 'was not made by this action (it lacks the tag managed-by=aws-identity-action)'
      : `is managed by the repository ${owner.repository} (tag managed-by-repository)`;
  return { code: 'not-ours', text: `the ${kind} ${arn} is there and ${whose}. ${remedy}` };
}

/** What stands in the way of touching something that is there for another run alone, which is not over. */
export function ofAnotherRun(
  kind: Kind,
  arn: string,
  mark: Ephemeral | undefined,
  { isOver }: Pick<Rules, 'isOver'>,
): Obstacle | undefined {
  if (!mark || isOver?.(mark)) return undefined;
  return {
    code: 'ephemeral-of-another-run',
    text:
      `the ${kind} ${arn} is there for ${describeEphemeral(mark)}, which removes it when its job ends. Wait for that. If ` +
      'that run is over and its machine was lost, give github-token the permission "Actions: read", by which this step ' +
      `sees that it is over, or remove the tag ${EPHEMERAL}; mode: deprovision then removes it`,
  };
}

/** The rules for what was there before: the mark of this run names it. */
export function withMarkOf({ id }: { readonly id: string | undefined }, rules: Rules): Rules {
  const { ephemeral } = rules;
  return { ...rules, ephemeral: ephemeral && { ...ephemeral, of: id } };
}

/** A change of what was there for another run: where it is there for this one alone now, its post step removes it. */
export function takenOver(change: Change, created: Created, tags: Tags, { ephemeral }: Rules): Change {
  return ephemeral && readEphemeral(tags) ? { ...change, creates: created } : change;
}

/**
 * What becomes of a thing that a removal leaves: it is not there, or not this repository's. Undefined for any other.
 *
 * @param tags undefined where it is not there
 */
export function nothingToRemove(
  kind: Kind,
  name: string,
  tags: Tags | undefined,
  { repository }: TargetAccount,
): Change | undefined {
  if (!tags) return withoutCalls('keep', kind, name, NOT_THERE);
  const owner = ownerOf(tags, repository);
  if (owner === 'this repository') return undefined;
  const whose = owner === 'nobody' ? 'this action did not make it' : `it is managed by ${owner.repository}`;
  return withoutCalls('leave', kind, name, `left as it is: ${whose}`);
}
