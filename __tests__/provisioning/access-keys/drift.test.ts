import { describeSecret } from '../../../src/identities/stored-secret';
import { placeDigests, storedHalves } from '../../../src/provisioning/access-keys/destinations';
import { driftOf } from '../../../src/provisioning/access-keys/drift';
import { TO_GITHUB } from '../declared';

describe('a delivered key is still in its places', () => {
  const CREATED = Date.parse('2026-04-11T12:00:00Z');
  const WRITTEN = CREATED + 40_000;
  const places = placeDigests([TO_GITHUB]);
  const [id = '', secret = ''] = storedHalves([TO_GITHUB]).map((stored) => describeSecret(stored.secret));
  const markAt = (time: number | undefined) => (time === undefined ? undefined : { time });
  const drift = (times: readonly [id: number | undefined, secret: number | undefined], recorded = places) => {
    const read = new Map([
      [id, markAt(times[0])],
      [secret, markAt(times[1])],
    ]);
    return driftOf(new Date(CREATED), { written: WRITTEN, places: recorded }, [TO_GITHUB], read);
  };

  test.each<[what: string, times: Parameters<typeof drift>[0], said: string | undefined]>([
    ['as recorded', [WRITTEN - 1_000, WRITTEN], undefined],
    [
      'one written in the next second',
      [WRITTEN - 1_000, WRITTEN + 1_000],
      `${secret} was written by someone else since`,
    ],
    [
      'both written later',
      [WRITTEN + 1_000, WRITTEN + 60_000],
      `${id} and ${secret} were written by someone else since`,
    ],
    ['one from before it was made', [CREATED - 2_000, WRITTEN], `${id} was written before this key was made`],
    ['one that is gone', [undefined, WRITTEN], `${id} is not there`],
  ])('with %s', (_, times, said) => {
    expect(drift(times)).toBe(said);
  });

  test('only where it was delivered to', () => {
    // Another key may have been delivered there in the same seconds.
    expect(drift([WRITTEN, WRITTEN], ['01234567'])).toBe('the document names a place that it was not delivered to');
  });
});
