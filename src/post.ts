import { writeSync } from 'node:fs';
import { warningsIn } from './credential-process/renewal-warnings';
import { systemClock } from './network/clock';
import { undo } from './runner/undo';

// The toolkit is not loaded here, and what is printed must be out before the process ends.
const print = (text: string) => {
  try {
    writeSync(1, text);
  } catch {
    // Nobody reads the log any more. What is left of main must go all the same.
  }
};

void undo(
  { env: process.env, clock: systemClock, print },
  {
    async undoIdentities(...undoing) {
      const { undoInIam } = await import('./action/programs');
      return undoInIam(...undoing);
    },
    async endSignIns(...ending) {
      const { endSignIns } = await import('./action/programs');
      return endSignIns(...ending);
    },
    warningsIn,
  },
);
