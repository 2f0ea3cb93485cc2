import { parseRoleArn } from '../../aws/arn';
import { ActionError, type ErrorCode } from '../../errors/action-error';
import type { Iam, Write } from '../../iam/connect';
import type { StoreWords } from '../../identities/stored-secret';
import type { Created } from '../../runner/ledger';
import type { Ephemeral } from '../ephemeral';
import type { AccountAccess } from './account-access';

export type Kind = 'OIDC provider' | 'policy' | 'user' | 'role' | 'access key' | 'MFA device' | StoreWords['kind'];

/** Before details that belong to the one above them. */
export const INDENT = '    ';

/** What is to become of one thing. `leave` is for what is not this repository's; `keep` for what is as declared. */
export type Action = 'create' | 'change' | 'delete' | 'keep' | 'leave';

/** One call, as it is planned. */
export type PlannedCall = Write & {
  /** What it removes, for people, where that need be said. */
  readonly detail?: string;
  /** ARNs of what must exist for it, apart from the thing that is changed. */
  readonly refersTo?: readonly string[];
  /** Whether a call that failed has done its work all the same, by an attempt whose answer was lost. */
  readonly doneAnyway?: (error: unknown, iam: Iam) => Promise<boolean>;
};

/** Stages of calls: those of one stage are made concurrently, one stage after the other. */
export type Stages = readonly (readonly PlannedCall[])[];

/** What is to become of one thing, and the calls that make it so. */
export interface Change {
  readonly action: Action;
  readonly kind: Kind;
  readonly name: string;
  /**
   * For people, one line each. Lines about what is added, removed or changed begin with `+ `, `- ` or `~ `; those that
   * belong to the one above them are indented, sign and all.
   */
  readonly details: readonly string[];
  /** How it lets someone in, or someone do, what was not so before: a sentence each. */
  readonly widenings: readonly string[];
  /** Of a policy: the same where users who have it are left as they are. If omitted, that makes no difference. */
  readonly widensAlone?: readonly string[];
  readonly stages: Stages;
  /** Further stages, for which nothing else of the plan waits. */
  readonly later: Stages;
  /** What is done after all stages, where that takes more than calls that can be planned. */
  readonly last?: (access: AccountAccess) => Promise<void>;
  /**
   * Of what is created, and does not name its run: plans it again from what is there, as far as that is seen. It matters where a
   * lost answer leaves open which run of this repository has created it: another one may have, by another document.
   */
  readonly planAgain?: ((access: AccountAccess) => Promise<Planned | undefined>) | undefined;
  /** What is this run's when the first stage is done, made or taken over, as post needs to know it. */
  readonly creates: Created | undefined;
  /** Of what is removed: the run for which alone it is there, if it is. */
  readonly ephemeral?: Ephemeral | undefined;
  /** Of what is removed: why it must not be now, if so. */
  readonly obstacle?: Obstacle | undefined;
}

/** Why the document cannot be applied to the account as it is. */
export interface Obstacle {
  readonly code: ErrorCode;
  /** What is in the way, and what to do about it. */
  readonly text: string;
}

/** What is planned for one thing, or what stands in the way. */
export type Planned<Plan extends object = Change> = Plan | Obstacle;

export function isObstacle(planned: object): planned is Obstacle {
  return 'code' in planned;
}

/**
 * @param outcome what was done all the same, for people
 * @throws ActionError with all that is in the way, under the code of the first
 */
export function requireNoObstacle(planned: readonly object[], outcome?: string): void {
  const failure = obstacleFailure(planned, outcome);
  if (failure) throw failure;
}

/** What a step fails with where something is in the way: all of it, under the code of the first. */
export function obstacleFailure(planned: readonly object[], outcome = 'Nothing was changed'): ActionError | undefined {
  const obstacles = planned.filter(isObstacle);
  const [first, ...others] = obstacles;
  if (!first) return undefined;
  return new ActionError({
    code: first.code,
    tried: `apply the identity document. ${outcome}`,
    why: others.length === 0 ? `${first.text}.` : obstacles.map(({ text }) => `\n- ${text}`).join(''),
    fix: 'Do what the cause says, and run the step again.',
  });
}

/** Whether a reference is to what has an ARN: itself, or a session of it, which a role's path is not a part of. */
export function isReferenceTo(arn: string, reference: string): boolean {
  const role = parseRoleArn(arn);
  const session = role?.account && `arn:${role.partition}:sts::${role.account}:assumed-role/${role.name}/`;
  return reference === arn || (session !== undefined && reference.startsWith(session));
}

/** What differs in one respect, and the calls that change it: what is removed is removed before anything is added. */
export interface Difference {
  readonly details: readonly string[];
  readonly widenings?: readonly string[];
  readonly removing: readonly PlannedCall[];
  readonly adding: readonly PlannedCall[];
}

export const NO_DIFFERENCE: Difference = { details: [], removing: [], adding: [] };

/** What differs in the members of a thing, such as attached policies: it is to have those declared and no others. */
export function membersDifference(
  noun: string,
  before: readonly string[],
  wanted: readonly string[],
  { add, remove }: Readonly<Record<'add' | 'remove', (member: string) => PlannedCall>>,
): Difference {
  const missing = wanted.filter((member) => !before.includes(member));
  const extra = before.filter((member) => !wanted.includes(member));
  return {
    details: [...extra.map((member) => `- ${noun} ${member}`), ...missing.map((member) => `+ ${noun} ${member}`)],
    removing: extra.map(remove),
    adding: missing.map(add),
  };
}

/** The change that a number of differences make up. */
export function changeOf(kind: Kind, name: string, differences: readonly Difference[]): Change {
  const stages = needed([differences.flatMap(({ removing }) => removing), differences.flatMap(({ adding }) => adding)]);
  return {
    ...withoutCalls(stages.length > 0 ? 'change' : 'keep', kind, name),
    details: differences.flatMap(({ details }) => details),
    widenings: differences.flatMap(({ widenings = [] }) => widenings),
    stages,
  };
}

/**
 * Removes a thing, stage by stage.
 *
 * @param ephemeral the run for which alone it is there, if it is
 */
export function removalOf(kind: Kind, name: string, stages: Stages, ephemeral: Ephemeral | undefined): Change {
  const details = stages.flat().flatMap(({ detail }) => detail ?? []);
  return { ...withoutCalls('delete', kind, name, ...details), stages: needed(stages), ephemeral };
}

/** What is to become of a thing, with no calls. */
export function withoutCalls(action: Action, kind: Kind, name: string, ...details: readonly string[]): Change {
  return { action, kind, name, details, widenings: [], stages: [], later: [], creates: undefined };
}

/** The stages in which there is something to do. */
export function needed(stages: Stages): Stages {
  return stages.filter((stage) => stage.length > 0);
}

/** The settings of something that is made, but for those that AWS would choose itself. */
export function newSettings(path: string, others: Readonly<Record<string, string | undefined>>): string[] {
  const settings = { path: path === '/' ? undefined : path, ...others };
  return Object.entries(settings).flatMap(([name, value]) => (value === undefined ? [] : `+ ${name} ${value}`));
}

/** Lines that belong to the one above them. */
export function indented(lines: readonly string[]): string[] {
  return lines.map((line) => `${INDENT}${line}`);
}
