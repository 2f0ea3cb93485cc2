import type { Tags } from '../accounts/tags';
import type { Refusal } from '../http/refusal';
import type { Constraints } from './constraints';
import { structureList, type Parameters } from './parameters';

/** How many tags there may be on one thing. */
export const maxTags = 50;

const characters = '[\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]';

/**
 * Reads the tags that a request passes; what else is wrong is left to `constraints.check`.
 * @param refuse the service's error for tags that contradict each other
 */
export function readTags(params: Parameters, constraints: Constraints, refuse: (message: string) => Refusal): Tags {
  const pairs = structureList(params, 'Tags').map(({ Key = '', Value = '' }, index) => {
    const name = `tags.${index + 1}.member`;
    constraints.length(`${name}.key`, Key, 1, 128);
    constraints.pattern(`${name}.key`, Key, `${characters}+`);
    constraints.length(`${name}.value`, Value, 0, 256);
    constraints.pattern(`${name}.value`, Value, `${characters}*`);
    return [Key, Value] as const;
  });
  const keys = pairs.map(([key]) => key);
  constraints.size('tags', keys, maxTags);
  if (new Set(keys.map((key) => key.toLowerCase())).size < keys.length) {
    throw refuse('Duplicate tag keys found. Please note that Tag keys are case insensitive.');
  }
  return Object.fromEntries(pairs);
}
