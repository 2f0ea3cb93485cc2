import type { Clock, Waiting } from '../../sandbox/clock';
import type { Driver } from '../../sandbox/runner/driver';
import { ProcessTime } from '../as-processes/process-time';
import { inThisProcess } from '../in-process/driver';
import { followExchanges } from '../in-process/exchanges';
import { guestExchanges, hostGuests } from '../in-process/guest';
import { ageLocks } from '../in-process/held-locks';
import { MovedTime } from '../in-process/moved-time';

/** How the steps of scenarios run, and how their sandboxes let them wait. */
export interface Running {
  readonly driver: Driver;
  /** Where the driver runs them: this system if omitted. */
  readonly platform?: NodeJS.Platform;
  /** In real time if omitted. */
  readonly waiting?: Waiting;
  /** Lets this clock of a sandbox go with the time of the steps. */
  readonly follow: (sandbox: Clock) => void;
  /** Lets time pass at once, for the sandboxes and for the steps that begin later. */
  readonly pass: (ms: number) => void;
  /** Whether a step takes as long as it would on a machine that is never busy. */
  readonly isExact: boolean;
  /** To be called when the scenario has ended. */
  readonly end: () => void;
}

/** Whether the whole run of the tests asks for processes of `dist`: it then has time for more than the fast one. */
export const ALL_AS_PROCESSES = process.env.SCENARIOS === 'dist';

/** How many processes at once are many: each costs the fast run as much as ten steps in this process. */
export const MANY_PROCESSES = ALL_AS_PROCESSES ? 20 : 8;

/** One in so many is enough where processes only do again what steps in this process show. */
const SHARES = 4;

/**
 * Which of many cases have their turn: all in this process; as processes of `dist`, where a step takes five times as
 * long, a share of them.
 *
 * @param share which of four
 */
export function casesToRun<T>(cases: readonly T[], share = 0): readonly T[] {
  return ALL_AS_PROCESSES ? cases.filter((_, index) => index % SHARES === share) : cases;
}

function asProcesses(): Running {
  const time = new ProcessTime();
  return {
    driver: time.driver,
    waiting: time,
    follow(clock) {
      time.carry(clock);
    },
    pass(ms) {
      time.advance(ms);
    },
    isExact: false,
    end() {
      time.end();
    },
  };
}

/** Scenarios of this file that are under way in this process: they share its time. */
let underWay = 0;
let stop: () => void = () => undefined;
let time = new MovedTime();

/**
 * In this process, or, where the scenario or the whole run of the tests asks for it, as processes of `dist`. Nobody waits
 * in real time.
 */
export function startRunning({ asProcesses: demanded }: { readonly asProcesses: boolean }): Running {
  if (demanded || ALL_AS_PROCESSES) return asProcesses();
  if (underWay === 0) {
    time = new MovedTime();
    time.start();
    const unfollow = followExchanges([time, guestExchanges]);
    const leave = hostGuests();
    const stopAging = ageLocks();
    stop = () => {
      unfollow();
      stopAging();
      leave();
      time.stop();
    };
  }
  underWay += 1;
  return {
    driver: inThisProcess(time),
    waiting: time,
    // They ask for the time of this process.
    follow: () => undefined,
    pass(ms) {
      time.advance(ms);
    },
    isExact: true,
    end() {
      underWay -= 1;
      if (underWay === 0) stop();
    },
  };
}
