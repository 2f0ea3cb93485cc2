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
};
