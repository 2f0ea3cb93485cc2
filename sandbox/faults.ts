import type { Clock } from './clock';
import type { Answer, RecordedRequest, ServiceName } from './http/request';

/** Which requests a fault meets: all that fit every property given. */
export interface FaultScope {
  readonly service?: ServiceName;
  readonly action?: string;
  readonly path?: string;
  /** How many requests it meets; without it, all. */
  readonly times?: number;
  /** How many fitting requests pass before the first that it meets. */
  readonly skip?: number;
}

interface ServiceError {
  readonly status: number;
  readonly code: string;
  readonly message: string;
  /** Headers of the answer, besides those of its service. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** What happens to a request that is not answered as it should be. */
export type Failure =
  /** Refused in the words of its service; nothing is done. */
  | { readonly error: ServiceError }
  /** Refused as what comes too fast, in the words of its service; nothing is done. */
  | { readonly throttled: true }
  /** The connection breaks before anything is done. */
  | { readonly reset: true }
  /** AWS acts, and the connection breaks before the answer. */
  | { readonly resetAfter: true }
  /** No answer ever, and nothing is done. */
  | { readonly hang: true }
  /** AWS acts; the answer stops half way through its body. */
  | { readonly hangBody: true }
  /** AWS acts; the connection breaks half way through the body of its answer. */
  | { readonly resetBody: true }
  /** AWS acts twice, as something on the way sent the request again; the first answer comes back. */
  | { readonly twice: true }
  /** AWS acts, and never answers; the function is called when it has acted. */
  | { readonly holdAfter: () => void }
  /** This answer, and nothing is done. */
  | { readonly raw: Answer }
  /** This answer, whose body is repeated without end as fast as the client reads it; nothing is done. */
  | { readonly endless: Answer }
  /** This answer, a byte every few milliseconds; nothing is done. */
  | { readonly drip: Answer };

/** What happens to a request before it is answered, as it should be or not. */
export type Delay =
  | { readonly latencyMs: number }
  /** This is done first, and waited for. */
  | { readonly first: () => void | Promise<void> };

export type Fault = FaultScope & (Failure | Delay);

/** What a request meets. */
export interface Met {
  readonly latencyMs: number;
  readonly first: readonly (() => void | Promise<void>)[];
  readonly failure: Failure | undefined;
}

export interface RateLimit {
  readonly service: ServiceName;
  /** The operations that share it; if omitted, all of the service. */
  readonly actions?: readonly string[];
  /** Requests a second that are let through in the long run. */
  readonly perSecond: number;
  /** Requests let through at once after a quiet time; by default `perSecond`. */
  readonly burst?: number;
  /** The `Retry-After` of refusals, in seconds; if omitted, they have none. */
  readonly retryAfter?: number;
}

interface Bucket extends RateLimit {
  tokens: number;
  filledAt: number;
}

const throttling: ServiceError = { status: 400, code: 'Throttling', message: 'Rate exceeded' };

/** https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api#about-secondary-rate-limits */
const secondaryLimit: ServiceError = {
  status: 403,
  code: 'Forbidden',
  message: 'You have exceeded a secondary rate limit. Please wait a few minutes before you try again.',
};

/** What goes wrong between a client and AWS. */
export class Faults {
  #faults: { readonly fault: Fault; met: number }[] = [];
  #buckets: Bucket[] = [];

  constructor(readonly clock: Clock) {}

  add(fault: Fault): void {
    this.#faults.push({ fault, met: 0 });
  }

  /** Delays every request by so many milliseconds. */
  latency(ms: number): void {
    this.add({ latencyMs: ms });
  }

  /** Refuses what comes faster than this, in the words of its service. The bucket fills by the sandbox's clock. */
  rateLimit(limit: RateLimit): void {
    this.#buckets.push({ ...limit, tokens: limit.burst ?? limit.perSecond, filledAt: this.clock.now().getTime() });
  }

  clear(): void {
    this.#faults = [];
    this.#buckets = [];
  }

  /** For how long a request is held up, what comes about meanwhile, and how it fails, if it does. */
  meet(request: RecordedRequest): Met {
    let latencyMs = 0;
    const first: Met['first'][number][] = [];
    let failure: Failure | undefined;
    for (const entry of this.#faults) {
      const { fault } = entry;
      const spent = failure !== undefined && !isDelay(fault);
      if (spent || !fits(fault, request)) continue;
      const { skip = 0, times = Infinity } = fault;
      entry.met += 1;
      if (entry.met <= skip || entry.met > skip + times) continue;
      if ('latencyMs' in fault) latencyMs += fault.latencyMs;
      else if ('first' in fault) first.push(fault.first);
      else failure = 'throttled' in fault ? { error: tooFast(request.service) } : fault;
    }
    return { latencyMs, first, failure: failure ?? this.#throttle(request) };
  }

  #throttle({ service, action }: RecordedRequest): Failure | undefined {
    const now = this.clock.now().getTime();
    const counts = (bucket: Bucket) => bucket.service === service && (bucket.actions?.includes(action) ?? true);
    for (const bucket of this.#buckets.filter(counts)) {
      const { burst = bucket.perSecond } = bucket;
      const refill = (Math.max(0, now - bucket.filledAt) / 1000) * bucket.perSecond;
      bucket.tokens = Math.min(burst, bucket.tokens + refill);
      bucket.filledAt = now;
      if (bucket.tokens < 1) return { error: refusalOf(bucket) };
      bucket.tokens -= 1;
    }
    return undefined;
  }
}

/** In the ways of services that have their own; in the others' that of STS. */
const LIMITED: Partial<Record<ServiceName, ServiceError>> = {
  github: secondaryLimit,
  terraform: {
    status: 429,
    code: 'TooManyRequests',
    message: "You have exceeded the API's rate limit.",
    headers: { 'x-ratelimit-limit': '30', 'x-ratelimit-reset': '0.7' },
  },
  rolesanywhere: { status: 429, code: 'ThrottlingException', message: 'Rate exceeded' },
};

function tooFast(service: ServiceName): ServiceError {
  return LIMITED[service] ?? throttling;
}

function refusalOf({ service, retryAfter }: RateLimit): ServiceError {
  const refusal = tooFast(service);
  return retryAfter === undefined ? refusal : { ...refusal, headers: { 'retry-after': String(retryAfter) } };
}

function isDelay(fault: Fault): boolean {
  return 'latencyMs' in fault || 'first' in fault;
}

function fits({ service, action, path }: FaultScope, request: RecordedRequest): boolean {
  return (
    (service === undefined || service === request.service) &&
    (action === undefined || action === request.action) &&
    (path === undefined || path === request.path)
  );
}
