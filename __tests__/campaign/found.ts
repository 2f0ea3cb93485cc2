import type { Trial } from './trial';

/** Trials at which a promise once broke, by what was wrong. */
export const FOUND: Readonly<Record<string, Trial>> = {
  'a call to IAM was tried again for two minutes after the time limit of the step': {
    door: 'a token file',
    task: 'deprovision a workspace',
    troubles: [{ call: 4, how: 'throttled', times: 200 }],
    lastsUntil: 'main',
    hasProfiles: true,
    staleMs: 0,
    propagationMs: 0,
    timeoutS: 5,
    seed: 100_033,
  },
  'GitHub asked to wait for a minute, four times, and the step did so after its time limit': {
    door: 'keys of the job, then a role',
    task: 'rotate, and end the old key',
    troubles: [{ call: 6, how: 'throttled', times: 200 }],
    lastsUntil: 'post',
    hasProfiles: true,
    staleMs: 0,
    propagationMs: 8_000,
    timeoutS: 5,
    seed: 40_004_162,
  },
};
