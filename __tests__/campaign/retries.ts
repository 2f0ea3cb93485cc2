import type { RecordedRequest } from '../../sandbox/http/request';
import type { Observed, Trial, Trouble } from './trial';

/** What passes by itself, and has done nothing. */
const PASSING: readonly Trouble[] = ['throttled', 'unavailable'];

/** How often it may befall a step that is to succeed all the same. */
const OFTEN = 2;

/** Inputs that exclude each other; and that a key, of which AWS may have made one, is not made once more. */
const MAY_FAIL = /#invalid-input|#access-key-unknown/;

/** A step that fails of what would have passed. */
export function gaveUp({ main, task }: Observed, trial: Trial): string[] {
  const { troubles, meanwhile, timeoutS, unwritable } = trial;
  const times = troubles.reduce((sum, trouble) => sum + trouble.times, 0);
  const isPassing = troubles.every(({ how }) => PASSING.includes(how)) && times > 0 && times <= OFTEN;
  const isAlone = meanwhile === undefined && timeoutS === undefined && unwritable === undefined;
  const isToWork = isPassing && isAlone && task.fails === undefined && !MAY_FAIL.test(main.log.join());
  return isToWork && main.exitCode !== 0 ? [`it fails of what passes: ${main.log.join(' / ')}`] : [];
}

/** Whether both ask the same. */
export function isSame(one: RecordedRequest, other: RecordedRequest): boolean {
  return (
    one.action === other.action &&
    one.path === other.path &&
    JSON.stringify(one.params) === JSON.stringify(other.params)
  );
}
