import { keyInSecrets, keyInWorkspace, ownerOf, type FoundKey } from '../scenarios/identities';
import type { Scenario } from '../scenarios/scenario';
import type { Place, Task } from './tasks';

/** The places of a document that do not hold a whole key of their user that works. */
export function misplacedIn({ document = { users: {} } }: Task, scenario: Scenario): string[] {
  return Object.entries(document.users).flatMap(([user, { 'access-key': key }]) =>
    key.deliver.flatMap((place) => {
      const found = keyAt(place, scenario);
      return found === undefined || ownerOf(scenario, found) === user
        ? []
        : `${JSON.stringify(place)} does not hold a key of ${user}`;
    }),
  );
}

/** Nothing for a place that ends with the job. */
export function keyAt(place: Place, scenario: Scenario): FoundKey | undefined {
  if (typeof place === 'string') return undefined;
  if ('github-secrets' in place) return keyInSecrets(scenario, place['github-secrets']);
  if ('dependabot-secrets' in place) {
    return keyInSecrets(scenario, { ...place['dependabot-secrets'], program: 'dependabot' });
  }
  return 'terraform-cloud' in place ? keyInWorkspace(scenario) : undefined;
}

/** Keys of a document's users that are in none of their places. */
export function strayKeysIn({ document = { users: {} } }: Task, scenario: Scenario): string[] {
  return Object.entries(document.users).flatMap(
    ([
      user,
      {
        'access-key': { deliver },
      },
    ]) => {
      const placed = deliver.map((place) => keyAt(place, scenario)?.id);
      const keys = scenario.account.users.get(user)?.accessKeys ?? [];
      return keys.map(({ accessKeyId }) => accessKeyId).filter((id) => !placed.includes(id));
    },
  );
}

/** Whether a place ends with its job. */
export function endsWithJob(place: Place): boolean {
  return typeof place === 'string' || 'profile' in place;
}
