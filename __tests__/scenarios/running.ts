import type { Clock, Waiting } from '../../sandbox/clock';
import type { Driver } from '../../sandbox/runner/driver';
import { processes } from '../../sandbox/runner/processes';
import { inThisProcess } from '../in-process/driver';
import { knowErrorsOfNode } from '../in-process/errors-of-node';
import { followExchanges } from '../in-process/exchanges';
import { guestExchanges, hostGuests } from '../in-process/guest';
import { MovedTime } from '../in-process/moved-time';
import { aheadBy } from './node-options';

/** How the steps of scenarios run, and how their sandboxes let them wait. */
export interface Running {
  readonly driver: Driver;
  readonly waiting: Waiting | undefined;
  /** Lets time pass at once, for this sandbox and for jobs that begin later with these variables. */
  readonly pass: (ms: number, sandbox: Clock) => Record<string, string>;
  /** To be called when the scenario has ended. */
  readonly end: () => void;
}

/** Whether the whole run of the tests asks for processes of `dist`: it then has time for more than the fast one. */
export const ALL_AS_PROCESSES = process.env.SCENARIOS === 'dist';

const asProcesses: Running = {
  driver: processes,
  waiting: undefined,
  pass(ms, sandbox) {
    sandbox.advance(ms);
    return aheadBy(ms);
  },
  end: () => undefined,
};

/** Scenarios of this file that are under way in this process: they share its time. */
let underWay = 0;
let stop: () => void = () => undefined;
let time = new MovedTime();

/**
 * In this process, where nobody waits in real time; or, where the scenario or the whole run of the tests asks for it,
 * as processes of `dist`.
 */
export function startRunning({ asProcesses: demanded }: { readonly asProcesses: boolean }): Running {
  if (demanded || ALL_AS_PROCESSES) return asProcesses;
  if (underWay === 0) {
    knowErrorsOfNode();
    time = new MovedTime();
    time.start();
    const unfollow = followExchanges([time, guestExchanges]);
    const leave = hostGuests();
    stop = () => {
      unfollow();
      leave();
      time.stop();
    };
  }
  underWay += 1;
  return {
    driver: inThisProcess(time),
    waiting: time,
    pass(ms) {
      time.advance(ms);
      return {};
    },
    end() {
      underWay -= 1;
      if (underWay === 0) stop();
    },
  };
}
