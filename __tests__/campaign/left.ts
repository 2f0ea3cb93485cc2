import type { Run } from '../../sandbox/runner/job';
import type { Scenario } from '../scenarios/scenario';
import { endsWithJob, keyAt, strayKeysIn } from './places';
import type { Document } from './tasks';
import type { Observed } from './trial';

/** What is left of what a step that is green was to end. */
export function leftByMain({ task, main }: Pick<Observed, 'task' | 'main'>, scenario: Scenario): string[] {
  const { mode, 'delete-old-keys': isEnding } = task.inputs;
  if (main.exitCode !== 0 || task.document === undefined) return [];
  if (mode === 'deprovision') return leftOf(task.document, scenario);
  return isEnding === 'true' ? strayKeysIn(task, scenario).map((id) => `the old key ${id} is left`) : [];
}

/** What is left of what ends with a job, where neither main nor post says that something may be left. */
export function leftByPost(
  { task, main, posts }: Pick<Observed, 'task' | 'main' | 'posts'>,
  scenario: Scenario,
): string[] {
  const { document, inputs } = task;
  if (posts.length === 0 || document === undefined || [main, ...posts].some(saysSo)) return [];
  if (inputs.ephemeral === 'true') return leftOf(document, scenario);
  const places = Object.values(document.users).flatMap(({ 'access-key': { deliver } }) => deliver);
  const isOfJob = inputs.mode === 'provision' && places.every(endsWithJob);
  return isOfJob ? strayKeysIn(task, scenario).map((id) => `the key ${id} of the job is left`) : [];
}

function saysSo({ log }: Run): boolean {
  return /Warning: |key that nobody (?:knows|has)/.test(log.join());
}

function leftOf(document: Document, scenario: Scenario): string[] {
  const { users, roles, managedPolicies } = scenario.account;
  const policies = [...managedPolicies.keys()].map((arn) => arn.split('/').at(-1) ?? '');
  const places = Object.values(document.users).flatMap(({ 'access-key': { deliver } }) => deliver);
  return [
    ...Object.keys(document.users).filter((name) => users.has(name)),
    ...Object.keys(document.roles ?? {}).filter((name) => roles.has(name)),
    ...Object.keys(document.policies ?? {}).filter((name) => policies.includes(name)),
    ...places.filter((place) => keyAt(place, scenario)?.id !== undefined).map((place) => JSON.stringify(place)),
  ].map((name) => `${name} is left`);
}
