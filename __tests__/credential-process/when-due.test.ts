import { keptSession } from '../../src/credential-process/session-file';
import { isFresh, isValid } from '../../src/credential-process/when-due';
import { EXAMPLE_KEYS } from '../scenarios/scenario';

const NOW = Date.parse('2026-01-31T12:00:00.000Z');
const MINUTE = 60_000;
const lasting = (minutes: number) => ({
  ...EXAMPLE_KEYS,
  sessionToken: 'AQoEXAMPLE',
  expiration: new Date(NOW + minutes * MINUTE),
});
/** So many minutes after now, by a clock that is so many ahead. */
const after = (minutes: number, ahead = 0) => ({
  time: NOW + (minutes + ahead) * MINUTE,
  uptime: 5_000 + minutes * 60,
});
const SECOND = 1 / 60;

describe('when a session is renewed', () => {
  test.each([
    [15, 5],
    [30, 10],
    [60, 20],
    [720, 20],
  ])('one of %i minutes: %i minutes before its end', (length, margin) => {
    const session = keptSession('deploy', lasting(length), after(0));
    const due = length - margin;
    expect([isFresh(session, after(due - SECOND)), isFresh(session, after(due))]).toEqual([true, false]);
    expect([isValid(session, after(length - SECOND)), isValid(session, after(length))]).toEqual([true, false]);
  });

  test('one that will be over when an attempt is: as if it were', () => {
    const session = keptSession('deploy', lasting(60), after(0));
    expect([isValid(session, after(59), MINUTE - 1), isValid(session, after(59), MINUTE)]).toEqual([true, false]);
  });

  describe.each([-120, -30, 30, 120])('by a clock that is %i minutes ahead of AWS', (ahead) => {
    const session = keptSession('deploy', { ...lasting(60), clockAhead: ahead * MINUTE }, after(0, ahead));

    test.each([
      ['stays so', ahead],
      ['is set right', 0],
      ['is set wrong in another way', -ahead],
    ])('and %s: by the time that has passed', (_, later) => {
      expect([isFresh(session, after(40 - SECOND, later)), isFresh(session, after(40, later))]).toEqual([true, false]);
      expect([isValid(session, after(60 - SECOND, later)), isValid(session, after(60, later))]).toEqual([true, false]);
    });

    test('a short one: by its own length', () => {
      const short = keptSession('deploy', { ...lasting(15), clockAhead: ahead * MINUTE }, after(0, ahead));
      expect([isFresh(short, after(10 - SECOND, ahead)), isFresh(short, after(10, ahead))]).toEqual([true, false]);
    });
  });

  test('after the machine was restarted: by the time of day', () => {
    const session = keptSession('deploy', lasting(60), after(0));
    const restarted = (minutes: number) => ({ time: NOW + minutes * MINUTE, uptime: 10 });
    expect([isFresh(session, restarted(39)), isFresh(session, restarted(41))]).toEqual([true, false]);
    expect([isValid(session, restarted(59)), isValid(session, restarted(61))]).toEqual([true, false]);
  });

  test('one without an end: never', () => {
    const session = keptSession('deploy', EXAMPLE_KEYS, after(0));
    expect([isFresh(session, after(1e9)), isValid(session, after(1e9))]).toEqual([true, true]);
    expect(session.credentials).toEqual({
      Version: 1,
      AccessKeyId: EXAMPLE_KEYS.accessKeyId,
      SecretAccessKey: EXAMPLE_KEYS.secretAccessKey,
    });
  });
});
